#include "ctl/session.hpp"

#include <algorithm>
#include <poll.h>
#include <set>

namespace cvmbackup::ctl {

namespace {

constexpr const char* service_name = "org.cvmbackup1";
constexpr const char* root_path = "/org/cvmbackup1";
constexpr std::size_t page_rows = 250;

std::unique_ptr<sdbus::IConnection> connect(const std::string& bus) {
    if (bus == "system") {
        return sdbus::createSystemBusConnection();
    }
    if (bus == "session") {
        return sdbus::createSessionBusConnection();
    }
    return sdbus::createSessionBusConnectionWithAddress(bus);
}

}  // namespace

Manager::Manager(sdbus::IConnection& connection)
    : ProxyInterfaces(connection, service_name, root_path) {
    registerProxy();
}

Manager::~Manager() {
    unregisterProxy();
}

JobWatch::JobWatch(sdbus::IConnection& connection, const std::string& path)
    : ProxyInterfaces(connection, service_name, path) {
    registerProxy();
}

JobWatch::~JobWatch() {
    unregisterProxy();
}

Session::Session(const std::string& bus)
    : connection_(connect(bus))
    , manager_(std::make_unique<Manager>(*connection_)) {}

Instant Session::now() {
    return instant(manager_->Status({}), "now_usec").value_or(Instant());
}

bool Session::drain() {
    bool any = false;
    while (connection_->processPendingRequest()) {
        any = true;
    }
    return any;
}

void Session::wait(std::chrono::milliseconds longest) {
    if (drain()) {
        return;
    }
    const auto wanted = connection_->getEventLoopPollData();
    pollfd descriptor{wanted.fd, wanted.events, 0};
    ::poll(&descriptor, 1, static_cast<int>(longest.count()));
    drain();
}

Rows all_rows(const std::function<Rows(const Dict&)>& list, Dict options, std::size_t limit) {
    Rows result;
    std::set<std::int64_t> seen;
    std::uint64_t offset = 0;
    for (;;) {
        const std::size_t wanted =
            limit == 0 ? page_rows : std::min(page_rows, limit - result.size());
        options["offset"] = offset;
        options["limit"] = std::uint64_t{wanted};
        Rows page = list(options);
        offset += page.size();
        const bool last = page.size() < wanted;
        for (Dict& row : page) {
            if (!row.contains("id") || seen.insert(number(row, "id")).second) {
                result.push_back(std::move(row));
            }
        }
        if (last || (limit != 0 && result.size() >= limit)) {
            return result;
        }
    }
}

}  // namespace cvmbackup::ctl
