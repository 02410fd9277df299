// When a drawn policy is due, worked out apart from the daemon's calendar: a few zones by their
// published rules, a few kinds of schedule, one local date after the other. Slow and simple.
#pragma once

#include "model/time.hpp"

#include <string>
#include <vector>

namespace cvmbackup::simulation {

// The zones that policies are drawn from.
const std::vector<std::string>& known_zones();

// How far the zone's local clock is ahead of UTC.
Duration offset_at(const std::string& zone, Instant instant);

struct LocalClock {
    std::chrono::sys_days date;
    int weekday = 0;  // 0 = Monday
    int minute = 0;   // of the day
};

LocalClock local_clock(const std::string& zone, Instant instant);

// A local time of day on chosen dates, or every few hours by the clock.
struct Schedule {
    unsigned weekdays = 0x7f;  // bit 0 = Monday
    int month_day = 0;         // 0: every date
    std::vector<int> minutes;  // of the day
    int every_hours = 0;       // then `minutes` holds the minute of the hour

    std::string text() const;  // in the daemon's language
};

struct Denied {
    unsigned weekdays = 0x7f;
    int begin = 0;  // minutes of the local day; `end` before it lies on the next day
    int end = 0;

    std::string text() const;
    bool holds(const LocalClock& clock) const;
};

// In (after, until], in order, each once.
std::vector<Instant> due_times(
    const Schedule& schedule,
    const std::vector<Denied>& denied,
    const std::string& zone,
    Instant after,
    Instant until
);

}  // namespace cvmbackup::simulation
