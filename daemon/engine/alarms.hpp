// Things to be done at a time: one coroutine sleeps until the earliest.
#pragma once

#include "ports/clock.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

namespace cvmbackup {

class Alarms {
public:
    explicit Alarms(Clock& clock)
        : clock_(clock)
        , sleeper_(clock.sleeper()) {}

    // Calls `what` on the loop at `when`, or as soon as possible after it.
    void at(Instant when, std::function<void()> what);
    Task<void> run();

private:
    Clock& clock_;
    std::unique_ptr<Sleeper> sleeper_;
    std::multimap<Instant, std::function<void()>> due_;  // equal instants: in order of arrival
};

}  // namespace cvmbackup
