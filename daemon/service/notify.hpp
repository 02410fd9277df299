// Tells systemd how the service is (sd_notify(3)) and feeds its watchdog from the loop, so that a
// loop that hangs is noticed. Does nothing when not started by systemd. Lives on real time, also
// under a scaled clock. Destroy it before the io_context.
#pragma once

#include "ports/clock.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <string>

namespace cvmbackup {

class Notify {
public:
    explicit Notify(const boost::asio::any_io_executor& executor);

    void ready(const std::string& status);
    void reloading();  // answer it with ready()
    void stopping(const std::string& status);
    void status(const std::string& status);

    // Half of systemd's watchdog interval; zero without a watchdog.
    Duration keep_alive_every() const { return every_; }

    // Feeds the watchdog until stop(); returns at once without a watchdog.
    void start();
    void stop();

private:
    void feed();

    boost::asio::steady_timer timer_;
    Duration every_{0};
    bool running_ = false;
};

}  // namespace cvmbackup
