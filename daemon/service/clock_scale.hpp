// A scaled clock runs a demo's days in minutes: simulated = from + (real - at) * speed. The daemon
// and the simulated cloud take the same text and so agree on the time.
#pragma once

#include "model/failure.hpp"
#include "model/time.hpp"

#include <string_view>

namespace cvmbackup {

struct ClockScale {
    Instant from{};
    Instant at{};
    double speed = 1.0;

    // The daemon's time is the machine's.
    bool is_real() const { return from == at && speed == 1.0; }

    Instant simulated(Instant real) const;
    // The first real instant at which simulated() has reached this; within 1000 years of `at`.
    Instant real(Instant simulated) const;

    bool operator==(const ClockScale&) const = default;
};

// 'from=2027-01-04T00:00:00Z at=1767225600.5 speed=1440': RFC 3339, seconds of the Unix epoch, and
// a factor above 0 and at most 1000000, in any order.
Outcome<ClockScale> parse_clock(std::string_view text);

}  // namespace cvmbackup
