// systemd.time(7) calendar events, read and searched; better than systemd where clocks change.
//
// Rules that fix the hour (a list or a plain range) run exactly once on every matching local date
// that exists, per time they name: a time inside a gap fires at the first instant after the gap, an
// ambiguous time at its first occurrence; times that fall together fire once. Rules with `*` or a
// step in the hour follow the clock: one run per real matching time, both passes of an overlap,
// nothing invented in a gap. Fractions of a second are refused.
#pragma once

#include "model/calendar.hpp"
#include "model/policy.hpp"
#include "model/time.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cvmbackup {

// Exactly one of expression and error is set. Column counts bytes from 1 and is where the error is.
struct ParsedCalendar {
    std::optional<CalendarExpression> expression;
    std::string error;
    std::size_t column = 0;
};

// Refuses what is malformed, names an unknown zone, or can never fire ("*-02-30").
ParsedCalendar parse_calendar(std::string_view text);

struct ParsedDeny {
    std::optional<DenyWindow> window;
    std::string error;
};

// "Mon..Fri 09:00-18:00", "22:00-06:00", "Sat,Sun 00:00-24:00"
ParsedDeny parse_deny(std::string_view text);

// The first instant strictly after `after`; nothing if there is none from 1970 to 2199. `zone`
// counts only if the expression names none. Depends on `after` alone, never on earlier answers.
std::optional<Instant> next_after(
    const CalendarExpression& expression, const ZoneName& zone, Instant after
);

// By the local clock: a window that begins or ends in a gap does so when the clock has passed it.
bool denied(const std::vector<DenyWindow>& windows, const ZoneName& zone, Instant instant);

// `from` itself if it is allowed, else the end of the window, of windows that touch the last one's.
// Instant::max() if no minute of the week is allowed.
Instant first_allowed(const std::vector<DenyWindow>& windows, const ZoneName& zone, Instant from);

// The earliest over all expressions; an instant inside a denied window does not fire.
std::optional<Instant> next_firing(const Policy& policy, Instant after);

// The newest firing in (after, until]; bounded work however far apart the two are.
std::optional<Instant> last_firing(const Policy& policy, Instant after, Instant until);

// False if the schedule is empty, has no instant before 2200, or lies wholly in denied windows.
bool ever_fires(const Policy& policy, Instant from);

// The longest gap between neighbouring firings in the year after `from`. Nothing if fewer than two
// firings are left. Schedules with very many firings are judged by a bounded number of them. A gap
// of at least `enough` ends the search, for whoever does not care how much longer others are.
std::optional<Duration> expected_interval(
    const Policy& policy, Instant from, Duration enough = Duration::max()
);

}  // namespace cvmbackup
