// The parsed form of a systemd calendar expression (systemd.time(7)); rules/calendar parses it and
// finds its instants.
#pragma once

#include "model/ids.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cvmbackup {

// One element of a component's list: `begin`, `begin..end` or either with `/step`. Without an end,
// a step repeats up to the component's maximum.
struct CalendarRange {
    int begin = 0;
    std::optional<int> end;
    int step = 0;  // 0: no repetition
    bool operator==(const CalendarRange&) const = default;
};

using CalendarComponent = std::vector<CalendarRange>;  // empty: `*`, every value

struct CalendarExpression {
    std::string text;          // as the user wrote it
    unsigned weekdays = 0x7f;  // bit 0 = Monday … bit 6 = Sunday
    CalendarComponent year;
    CalendarComponent month;
    CalendarComponent day;
    bool from_month_end = false;  // `~`: day 1 is the month's last
    CalendarComponent hour;
    CalendarComponent minute;
    CalendarComponent second;
    std::optional<ZoneName> zone;  // a zone in the expression wins over the policy's

    bool operator==(const CalendarExpression&) const = default;
};

// "Mon..Fri 09:00-18:00": local times of day on some weekdays in which no backup may begin. An end
// before the begin reaches into the next day; the weekday is that of the begin.
struct DenyWindow {
    std::string text;
    unsigned weekdays = 0x7f;
    int begin_minute = 0;  // of the day
    int end_minute = 0;    // exclusive; 1440 = midnight at the day's end
    bool operator==(const DenyWindow&) const = default;
};

}  // namespace cvmbackup
