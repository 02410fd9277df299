// The engine's wall time. Who asks for it learns first whether somebody set the clock, so that
// nothing is ever decided with stamps of the old time and a `now` of the new one.
#pragma once

#include "ports/clock.hpp"
#include "ports/observer.hpp"
#include "rules/clock_watch.hpp"

#include <functional>

namespace cvmbackup {

class Timekeeper {
public:
    // `speed` is the clock's: reading a fast clock takes longer by it.
    Timekeeper(Clock& clock, Observer& observer, double speed);

    // Called with how far the clock was set, before anybody gets the new time.
    void on_set(std::function<void(Duration)> callback) { set_ = std::move(callback); }

    Instant now();

private:
    Clock& clock_;
    Observer& observer_;
    ClockWatch watch_;
    std::function<void(Duration)> set_;
};

}  // namespace cvmbackup
