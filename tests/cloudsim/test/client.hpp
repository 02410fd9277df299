// A client of the simulated cloud for its own tests: signs requests, keeps the time, and lets a
// test write down a world in a few lines.
#pragma once

#include "../cloud.hpp"
#include "../fault_reader.hpp"
#include "../world_reader.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace cloudsim::test {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct Keys {
    std::string secret_id;
    std::string secret_key;
    std::string token;
};

extern const Keys owner_keys;
extern const Keys other_keys;

struct Reply {
    HttpAnswer answer;
    boost::json::object response;
    std::string code;  // "" for success

    std::string text(const std::string& name) const;
    const boost::json::array& set(const std::string& name) const;
    // The member of the first element of the set.
    std::string first(const std::string& set_name, const std::string& member) const;
    std::vector<std::string> all(const std::string& set_name, const std::string& member) const;
    std::int64_t total() const;
};

// Two accounts, one bucket each, a few instances; kind behaviour, so that a test switches on what
// it is about. extra is put before the accounts.
World small_world(const std::string& extra = "");
World parse_small_world(const std::string& extra, const std::string& account_extra);

HttpRequest api_request(
    const std::string& action,
    const std::string& body,
    const std::string& region,
    Instant signed_at,
    const Keys& keys = owner_keys,
    const std::string& host = "cvm.tencentcloudapi.com"
);
HttpRequest cos_request(
    const std::string& method,
    const std::string& target,
    const std::string& body,
    Instant signed_at,
    const Keys& keys = owner_keys,
    Headers more_headers = {},
    const std::string& signed_headers = "host"  // in order, with ';' between them
);

class CloudTest : public testing::Test {
protected:
    void use(World world, const std::string& faults = "", std::uint64_t seed = 7);

    Reply call(const std::string& action, const std::string& body);
    Reply call_in(const std::string& region, const std::string& action, const std::string& body);
    Reply call_as_other(const std::string& action, const std::string& body);
    Reply send(const HttpRequest& request);
    HttpAnswer cos(
        const std::string& method,
        const std::string& target,
        const std::string& body = "",
        Headers more_headers = {}
    );

    // Later requests come that much later; one second passes between any two, to stay within the
    // rates.
    void wait(Duration length) { now += length; }

    // An image in state NORMAL, made of ins-00000001.
    std::string ready_image(const std::string& name = "nightly");
    std::string state_of(const std::string& image_id, const std::string& region = "ap-guangzhou");

    Instant now = std::chrono::sys_days{std::chrono::January / 4 / 2027};
    Duration pace = 1s;
    std::unique_ptr<Cloud> cloud;
};

std::string header_of(const HttpAnswer& answer, const std::string& name);

}  // namespace cloudsim::test
