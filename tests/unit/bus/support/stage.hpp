// A real private message bus with the service on a small world, and real programs as its clients.
// Service and test share one thread: run() serves the bus until the program has ended.
#pragma once

#include "bus/service.hpp"
#include "bus/support/small_world.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

namespace cvmbackup::test {

class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();

    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::string& path() const { return path_; }

private:
    std::string path_;
};

// dbus-daemon with a configuration of its own; everybody may connect, and own names.
class PrivateBus {
public:
    explicit PrivateBus(const std::string& folder);
    ~PrivateBus();

    PrivateBus(const PrivateBus&) = delete;
    PrivateBus& operator=(const PrivateBus&) = delete;

    const std::string& address() const { return address_; }

    void kill();

private:
    std::string address_;
    pid_t process_ = -1;
};

struct Ended {
    int code = -1;  // exit code, or 128 + signal
    std::string out;
    std::string err;
};

struct RecordedNotices : Observer {
    void observe(const Fact& fact) override;
    std::vector<std::string> texts;
};

class Stage {
public:
    Stage();
    ~Stage();

    // Serves the bus until the program has ended. `terminal`: its output is a terminal.
    Ended run(const std::vector<std::string>& command, bool terminal = false);
    // cvmbackupctl on this bus; times are those of Shanghai.
    Ended ctl(const std::string& words, bool terminal = false);
    // busctl's answer to a call of the Manager.
    Ended call(const std::string& words);
    // Handles what happens until `done`; fails the test after ten seconds without.
    void run_until(const std::function<bool()>& done);

    TemporaryFolder folder;
    PrivateBus bus;
    boost::asio::io_context io;
    SmallWorld world;
    RecordedNotices log;
    std::unique_ptr<BusService> service;
    std::string lost;  // what on_lost said
};

// One field of busctl's and our own answers per word, split at blanks.
std::vector<std::string> split(const std::string& words);

}  // namespace cvmbackup::test
