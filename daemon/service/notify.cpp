#include "service/notify.hpp"

#include <systemd/sd-daemon.h>

#include <ctime>

namespace cvmbackup {

namespace {

std::int64_t monotonic_microseconds() {
    ::timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1'000;
}

void tell(const std::string& message) {
    // Nothing to do about a failure: without an answer systemd acts by itself.
    ::sd_notify(0, message.c_str());
}

}  // namespace

Notify::Notify(const boost::asio::any_io_executor& executor)
    : timer_(executor) {
    std::uint64_t interval = 0;
    if (::sd_watchdog_enabled(0, &interval) > 0) {
        every_ = Duration(static_cast<std::int64_t>(interval / 2));
    }
}

void Notify::ready(const std::string& status) {
    tell("READY=1\nSTATUS=" + status);
}

void Notify::reloading() {
    // Both lines are what Type=notify-reload (systemd 253) wants; older versions take the first.
    tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(monotonic_microseconds()));
}

void Notify::stopping(const std::string& status) {
    tell("STOPPING=1\nSTATUS=" + status);
}

void Notify::status(const std::string& status) {
    tell("STATUS=" + status);
}

void Notify::start() {
    if (every_ > Duration::zero() && !running_) {
        running_ = true;
        feed();
    }
}

void Notify::stop() {
    running_ = false;
    timer_.cancel();
}

void Notify::feed() {
    tell("WATCHDOG=1");
    timer_.expires_after(every_);
    timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error && running_) {
            feed();
        }
    });
}

}  // namespace cvmbackup
