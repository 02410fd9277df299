#include "timetable.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <set>
#include <stdexcept>

namespace cvmbackup::simulation {

namespace {

using namespace std::chrono;

// DST from one Sunday to another; the moments in UTC, given as minutes from that Sunday's 00:00.
struct Rule {
    const char* zone;
    int standard;  // minutes ahead of UTC
    int summer;    // minutes added in DST; 0: never
    month begin_month;
    int begin_week;  // the n-th Sunday; 0: the last
    int begin_minute;
    month end_month;
    int end_week;
    int end_minute;
};

constexpr std::array<Rule, 5> rules{{
    {"UTC", 0, 0, January, 0, 0, January, 0, 0},
    {"Asia/Shanghai", 480, 0, January, 0, 0, January, 0, 0},
    {"Europe/Berlin", 60, 60, March, 0, 60, October, 0, 60},
    {"America/New_York", -300, 60, March, 2, 420, November, 1, 360},
    // Begins and ends on the Saturday before, in UTC; the winter lies in the middle of the year.
    {"Australia/Lord_Howe", 630, 30, October, 1, 930 - 1440, April, 1, 900 - 1440},
}};

const Rule& rule_of(const std::string& zone) {
    for (const Rule& rule : rules) {
        if (zone == rule.zone) {
            return rule;
        }
    }
    throw std::invalid_argument(zone);
}

Instant sunday(year y, month m, int week, int minute) {
    const sys_days day = week == 0 ? sys_days(y / m / Sunday[last])
                                   : sys_days(y / m / Sunday[static_cast<unsigned>(week)]);
    return day + minutes(minute);
}

constexpr std::array<const char*, 7> weekday_names{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

std::string weekday_list(unsigned weekdays) {
    std::string list;
    for (std::size_t day = 0; day < 7; ++day) {
        if ((weekdays >> day & 1U) != 0) {
            list += (list.empty() ? "" : ",") + std::string(weekday_names[day]);
        }
    }
    return weekdays == 0x7f ? "" : list + " ";
}

std::string clock_text(int minute) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%02d:%02d", minute / 60, minute % 60);
    return text.data();
}

// The first instant at which the local clock shows this time or, if it never does, a later one.
Instant resolve(const std::string& zone, sys_days date, int minute) {
    const Rule& rule = rule_of(zone);
    const Instant local = date + minutes(minute);
    const Instant in_summer = local - minutes(rule.standard + rule.summer);
    const Instant in_winter = local - minutes(rule.standard);
    for (const Instant candidate : {in_summer, in_winter}) {
        if (candidate + offset_at(zone, candidate) == local) {
            return candidate;
        }
    }
    Instant at = in_summer;
    while (at + offset_at(zone, at) < local) {
        at += minutes(1);
    }
    return at;
}

bool on_date(const Schedule& schedule, sys_days date) {
    const LocalClock clock = local_clock("UTC", date);
    const year_month_day civil{date};
    const bool right_day =
        schedule.month_day == 0 || civil.day() == day(static_cast<unsigned>(schedule.month_day));
    return right_day && (schedule.weekdays >> static_cast<unsigned>(clock.weekday) & 1U) != 0;
}

}  // namespace

const std::vector<std::string>& known_zones() {
    static const std::vector<std::string> zones{
        "UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"};
    return zones;
}

Duration offset_at(const std::string& zone, Instant instant) {
    const Rule& rule = rule_of(zone);
    const Duration standard = minutes(rule.standard);
    if (rule.summer == 0) {
        return standard;
    }
    const year y = year_month_day(floor<days>(instant)).year();
    const Instant begin = sunday(y, rule.begin_month, rule.begin_week, rule.begin_minute);
    const Instant end = sunday(y, rule.end_month, rule.end_week, rule.end_minute);
    const bool summer =
        begin < end ? instant >= begin && instant < end : instant >= begin || instant < end;
    return standard + minutes(summer ? rule.summer : 0);
}

LocalClock local_clock(const std::string& zone, Instant instant) {
    const Instant local = instant + offset_at(zone, instant);
    LocalClock clock;
    clock.date = floor<days>(local);
    clock.weekday = static_cast<int>(weekday(clock.date).iso_encoding()) - 1;
    clock.minute = static_cast<int>(floor<minutes>(local - clock.date).count());
    return clock;
}

std::string Schedule::text() const {
    const std::string date = month_day == 0 ? ""
                                            : "*-*-" + std::string(month_day < 10 ? "0" : "") +
                                                  std::to_string(month_day) + " ";
    if (every_hours > 0) {
        return weekday_list(weekdays) + date + "00/" + std::to_string(every_hours) + ":" +
               clock_text(minutes.front()).substr(3);
    }
    std::string hours;
    for (const int minute : minutes) {
        hours += (hours.empty() ? "" : ",") + clock_text(minute).substr(0, 2);
    }
    return weekday_list(weekdays) + date + hours + ":" + clock_text(minutes.front()).substr(3);
}

std::string Denied::text() const {
    return weekday_list(weekdays) + clock_text(begin) + "-" + clock_text(end);
}

bool Denied::holds(const LocalClock& clock) const {
    const auto on = [&](int weekday) {
        return (weekdays >> static_cast<unsigned>(weekday) & 1U) != 0;
    };
    if (begin < end) {
        return on(clock.weekday) && clock.minute >= begin && clock.minute < end;
    }
    return (on(clock.weekday) && clock.minute >= begin) ||
           (on((clock.weekday + 6) % 7) && clock.minute < end);
}

std::vector<Instant> due_times(
    const Schedule& schedule,
    const std::vector<Denied>& denied,
    const std::string& zone,
    Instant after,
    Instant until
) {
    std::set<Instant> found;
    const auto add = [&](Instant at) {
        const LocalClock clock = local_clock(zone, at);
        const bool allowed =
            std::ranges::none_of(denied, [&](const Denied& each) { return each.holds(clock); });
        if (at > after && at <= until && allowed) {
            found.insert(at);
        }
    };
    if (schedule.every_hours > 0) {
        for (Instant at = floor<hours>(after); at <= until; at += minutes(1)) {
            const LocalClock clock = local_clock(zone, at);
            if (clock.minute % 60 == schedule.minutes.front() &&
                clock.minute / 60 % schedule.every_hours == 0 && on_date(schedule, clock.date)) {
                add(at);
            }
        }
        return {found.begin(), found.end()};
    }
    const sys_days last = floor<days>(until) + days(1);
    for (sys_days date = floor<days>(after) - days(1); date <= last; date += days(1)) {
        for (const int minute : schedule.minutes) {
            if (on_date(schedule, date)) {
                add(resolve(zone, date, minute));
            }
        }
    }
    return {found.begin(), found.end()};
}

}  // namespace cvmbackup::simulation
