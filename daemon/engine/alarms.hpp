// Things to be done after a while: one coroutine sleeps until the earliest. Counted on the clock
// that never jumps; while anything is waited for, the wall clock being set costs at most a minute.
#pragma once

#include "ports/clock.hpp"

#include <functional>
#include <map>
#include <memory>

namespace cvmbackup {

class Alarms {
public:
    explicit Alarms(Clock& clock)
        : clock_(clock)
        , sleeper_(clock.sleeper()) {}

    // Calls `what` on the loop when `delay` has passed; at once if it is not positive.
    void after(Duration delay, std::function<void()> what);
    Task<void> run();

private:
    Clock& clock_;
    std::unique_ptr<Sleeper> sleeper_;
    // By Clock::steady_now(); equal ones in order of arrival.
    std::multimap<Duration, std::function<void()>> due_;
};

}  // namespace cvmbackup
