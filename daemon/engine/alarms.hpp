// Things to be done after a while, counted on the clock that never jumps.
#pragma once

#include "ports/clock.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <functional>

namespace cvmbackup {

class Alarms {
public:
    Alarms(boost::asio::any_io_executor executor, Clock& clock)
        : executor_(std::move(executor))
        , clock_(clock) {}

    // Calls `what` on the loop when `delay` has passed, never from within this call.
    void after(Duration delay, std::function<void()> what);

private:
    Task<void> ring(Duration delay, std::function<void()> what);

    boost::asio::any_io_executor executor_;
    Clock& clock_;
};

}  // namespace cvmbackup
