// The whole client with one account, over the scripted transport.
#pragma once

#include "cloud_support.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <memory>

namespace cvmbackup {

inline const Place place{AccountName("prod"), Region("ap-guangzhou")};

class ClientFixture : public ::testing::Test, protected CloudFixture {
protected:
    ClientFixture() {
        ::setenv("TENCENTCLOUD_SECRET_ID", "AKIDtest", 1);
        ::setenv("TENCENTCLOUD_SECRET_KEY", "keytest", 1);
        Account account;
        account.name = AccountName("prod");
        account.credentials = CredentialSource::environment;
        CloudSettings settings;
        settings.accounts = {account};
        cloud = make_cloud(transport, clock, random, observer, settings);
        clock.run_for(std::chrono::seconds(1));  // past the hold after a start
    }

    ~ClientFixture() override {
        ::unsetenv("TENCENTCLOUD_SECRET_ID");
        ::unsetenv("TENCENTCLOUD_SECRET_KEY");
    }

    std::unique_ptr<CloudClient> cloud;
};

}  // namespace cvmbackup
