// Tells when somebody set the wall clock: it then moves otherwise than the clock that never jumps.
#pragma once

#include "model/time.hpp"

namespace cvmbackup {

class ClockWatch {
public:
    // Less than `tolerance` is no jump: both clocks cannot be read at one moment.
    ClockWatch(Instant wall, Duration steady, Duration tolerance)
        : begin_(wall - steady)
        , tolerance_(tolerance) {}

    // By how much the wall clock was set since the last look; zero if it was not.
    Duration look(Instant wall, Duration steady) {
        const Duration by = wall - steady - begin_;
        if (by < tolerance_ && by > -tolerance_) {
            return Duration(0);
        }
        begin_ += by;
        return by;
    }

private:
    Instant begin_;  // what the wall clock showed when the other one stood at zero
    Duration tolerance_;
};

}  // namespace cvmbackup
