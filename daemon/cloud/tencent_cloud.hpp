// Builds the Cloud port on Tencent Cloud API 3.0 and COS: signed, paced, measured, reads retried.
// It asks for nothing until it is asked; account mistakes show up as failures of the calls.
#pragma once

#include "model/policy.hpp"
#include "ports/clock.hpp"
#include "ports/cloud.hpp"
#include "ports/observer.hpp"
#include "ports/random.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <string>
#include <vector>

namespace cvmbackup {

class Transport;

class CloudClient : public Cloud {
public:
    // Replaces the accounts (a reload). Calls under way end with the account they began with;
    // credentials are read again at the next call.
    virtual void set_accounts(std::vector<Account> accounts) = 0;
};

struct CloudSettings {
    std::vector<Account> accounts;
    std::string config_dir;  // secret files not in $CREDENTIALS_DIRECTORY are relative to it
};

// Over HTTPS, with the system's certificate authorities (SSL_CERT_DIR, SSL_CERT_FILE). What is
// passed by reference must outlive the client, and the client must not outlive the executor.
std::unique_ptr<CloudClient> make_cloud(
    boost::asio::any_io_executor executor,
    Clock& clock,
    Random& random,
    Observer& observer,
    CloudSettings settings
);

// Over any transport: the simulated cloud's, a scripted one. The transport must outlive the client.
std::unique_ptr<CloudClient> make_cloud(
    Transport& transport, Clock& clock, Random& random, Observer& observer, CloudSettings settings
);

}  // namespace cvmbackup
