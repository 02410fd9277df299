#include "rules/calendar_text.hpp"
#include "rules/calendar_week.hpp"
#include "rules/zone_absl.hpp"

#include <algorithm>

namespace cvmbackup {

namespace {

constexpr int day_minutes = 24 * 60;

bool read_minute(TextReader& reader, int& minute_of_day) {
    int hour = 0;
    int minute = 0;
    if (!reader.read_number("a time of day as in 09:00", hour)) {
        return false;
    }
    if (!reader.eat(":")) {
        return reader.fail("expected ':' and the minutes, as in 09:00");
    }
    if (!reader.read_number("the minutes", minute)) {
        return false;
    }
    minute_of_day = hour * 60 + minute;
    if (hour > 24 || minute > 59 || minute_of_day > day_minutes) {
        return reader.fail("a time of day lies between 00:00 and 24:00");
    }
    return true;
}

bool read_window(TextReader& reader, DenyWindow& window) {
    if (reader.at_word() && !reader.read_weekdays(window.weekdays)) {
        return false;
    }
    if (reader.at_end()) {
        return reader.fail("expected the times, as in 09:00-18:00; 00:00-24:00 is the whole day");
    }
    if (!read_minute(reader, window.begin_minute)) {
        return false;
    }
    reader.skip_spaces();
    if (!reader.eat("-")) {
        return reader.fail("expected '-' and the window's end, as in 09:00-18:00");
    }
    reader.skip_spaces();
    if (!read_minute(reader, window.end_minute)) {
        return false;
    }
    reader.skip_spaces();
    if (!reader.at_end()) {
        return reader.fail(
            "unexpected text after the window: '" + std::string(reader.rest()) + "'"
        );
    }
    if (window.begin_minute == day_minutes) {
        return reader.fail("a window cannot begin at 24:00; write 00:00 of the next day");
    }
    if (window.begin_minute == window.end_minute) {
        return reader.fail("the window is empty; 00:00-24:00 is the whole day");
    }
    return true;
}

bool on_weekday(const DenyWindow& window, int weekday) {
    return (window.weekdays >> static_cast<unsigned>(weekday) & 1U) != 0;
}

bool in_window(const DenyWindow& window, int weekday, int minute) {
    if (window.begin_minute < window.end_minute) {
        return on_weekday(window, weekday) && minute >= window.begin_minute &&
               minute < window.end_minute;
    }
    return (on_weekday(window, weekday) && minute >= window.begin_minute) ||
           (on_weekday(window, (weekday + 6) % 7) && minute < window.end_minute);
}

// The next moment at which the zone's clock jumps; infinite future if it never does again.
absl::Time next_jump(const absl::TimeZone& zone, absl::Time after) {
    absl::TimeZone::CivilTransition jump;
    if (!zone.NextTransition(after, &jump)) {
        return absl::InfiniteFuture();
    }
    const auto info = zone.At(jump.to);
    return jump.from < jump.to ? info.pre : info.trans;
}

}  // namespace

ParsedDeny parse_deny(std::string_view text) {
    const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
    DenyWindow window;
    window.text = text;
    TextReader reader(text.substr(begin), begin);
    if (!read_window(reader, window)) {
        return {.window = std::nullopt, .error = reader.error()};
    }
    return {.window = std::move(window), .error = {}};
}

bool denied(const std::vector<DenyWindow>& windows, const ZoneName& zone, Instant instant) {
    if (windows.empty()) {
        return false;
    }
    const absl::CivilSecond local = absl::ToCivilSecond(to_absl(instant), load_zone(zone));
    const int weekday = static_cast<int>(absl::GetWeekday(local));
    const int minute = local.hour() * 60 + local.minute();
    return std::ranges::any_of(windows, [&](const DenyWindow& window) {
        return in_window(window, weekday, minute);
    });
}

DeniedWeek::DeniedWeek(const std::vector<DenyWindow>& windows) {
    for (const DenyWindow& window : windows) {
        const int end =
            window.end_minute + (window.end_minute > window.begin_minute ? 0 : day_minutes);
        for (int weekday = 0; weekday < 7; ++weekday) {
            if (!on_weekday(window, weekday)) {
                continue;
            }
            for (int minute = window.begin_minute; minute < end; ++minute) {
                minutes_.set(
                    static_cast<std::size_t>(weekday * day_minutes + minute) % week_minutes
                );
            }
        }
    }
}

int DeniedWeek::minutes_left(int weekday, int minute) const {
    const auto begin = static_cast<std::size_t>(weekday * day_minutes + minute);
    std::size_t length = 0;
    while (length < week_minutes && minutes_.test((begin + length) % week_minutes)) {
        ++length;
    }
    return static_cast<int>(length);
}

Instant DeniedWeek::first_allowed(const ZoneName& zone, Instant from) const {
    if (minutes_.all()) {
        return Instant::max();
    }
    const absl::TimeZone loaded = load_zone(zone);
    absl::Time time = to_absl(from);
    while (true) {
        const absl::CivilSecond local = absl::ToCivilSecond(time, loaded);
        const int left = minutes_left(
            static_cast<int>(absl::GetWeekday(local)), local.hour() * 60 + local.minute()
        );
        if (left == 0) {
            return from_absl(time);
        }
        // The window ends by the clock of now, unless the clock jumps before that.
        const absl::Time minute =
            absl::FromUnixSeconds(absl::ToUnixSeconds(time)) - absl::Seconds(local.second());
        time = std::min(minute + absl::Minutes(left), next_jump(loaded, time));
    }
}

Instant first_allowed(const std::vector<DenyWindow>& windows, const ZoneName& zone, Instant from) {
    return denied(windows, zone, from) ? DeniedWeek(windows).first_allowed(zone, from) : from;
}

}  // namespace cvmbackup
