// Drives one sd-bus connection from the Asio loop, without threads: every handler of the bus runs
// on the executor. After sending or calling outside a handler, wake(): sd-bus may then want other
// events, or have messages queued that no descriptor announces.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <sdbus-c++/sdbus-c++.h>

#include <functional>
#include <memory>
#include <string>

namespace cvmbackup::bus {

class Pump : public std::enable_shared_from_this<Pump> {
public:
    // `on_lost` is called at most once, outside of any handler of the bus.
    Pump(
        boost::asio::any_io_executor executor,
        sdbus::IConnection& connection,
        std::function<void(std::string)> on_lost
    );

    void wake();
    // No handler of the bus runs after this.
    void stop();

private:
    void turn();
    void arm();
    void lost(const std::string& why);

    sdbus::IConnection& connection_;
    std::function<void(std::string)> on_lost_;
    boost::asio::posix::stream_descriptor descriptor_;
    boost::asio::steady_timer timer_;
    bool awake_ = false;  // a turn is already on its way
    bool stopped_ = false;
};

}  // namespace cvmbackup::bus
