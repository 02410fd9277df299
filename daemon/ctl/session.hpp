// The connection to the daemon, through the generated proxies only. Calls are synchronous; signals
// are handled while waiting. Everything here throws sdbus::Error.
#pragma once

#include "bus/generated/org.cvmbackup1.proxy.hpp"
#include "ctl/values.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace cvmbackup::ctl {

class Manager final : public sdbus::ProxyInterfaces<org::cvmbackup1::Manager_proxy> {
public:
    explicit Manager(sdbus::IConnection& connection);
    ~Manager();

    Manager(const Manager&) = delete;
    Manager& operator=(const Manager&) = delete;

private:
    using Path = sdbus::ObjectPath;
    using Text = std::string;

    void onJobStarted(const std::uint64_t&, const Path&, const Text&) override {}

    void onJobFinished(const std::uint64_t&, const Path&, const Text&, const Text&) override {}
};

// While it lives, the signals of one job end Session::wait.
class JobWatch final
    : public sdbus::ProxyInterfaces<org::cvmbackup1::Job_proxy, sdbus::Properties_proxy> {
public:
    JobWatch(sdbus::IConnection& connection, const std::string& path);
    ~JobWatch();

    JobWatch(const JobWatch&) = delete;
    JobWatch& operator=(const JobWatch&) = delete;

private:
    void onFinished(const std::string&) override {}

    using Texts = std::vector<std::string>;

    void onPropertiesChanged(const std::string&, const Dict&, const Texts&) override {}
};

class Session {
public:
    // "system", "session" or an address.
    explicit Session(const std::string& bus);

    Manager& manager() { return *manager_; }

    sdbus::IConnection& connection() { return *connection_; }

    // The daemon's time, which may be scaled.
    Instant now();

    // Handles what has arrived, also during a call; if that was nothing, waits for more, at most
    // for so long.
    void wait(std::chrono::milliseconds longest);

private:
    // False if there was nothing.
    bool drain();

    std::unique_ptr<sdbus::IConnection> connection_;
    std::unique_ptr<Manager> manager_;
};

// All rows of a paged list, up to `limit` (0: all), each id once although new rows may come in
// between.
Rows all_rows(const std::function<Rows(const Dict&)>& list, Dict options, std::size_t limit);

}  // namespace cvmbackup::ctl
