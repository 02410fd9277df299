// next_after: a search by components in local time, then one or two questions to the zone. A walk
// over minutes would be simpler and a million times slower for "Mon *-02-29".
#include "rules/calendar_week.hpp"
#include "rules/zone_absl.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>

namespace cvmbackup {

namespace {

using Bits = std::uint64_t;  // bit n: the value n is meant

constexpr int year_min = 1970;
constexpr int year_end = 2200;

Bits bit(int value) {
    return Bits{1} << static_cast<unsigned>(value);
}

// The first value of `bits` that is at least `from`; -1 if there is none.
int first_from(Bits bits, int from) {
    if (from > 63) {
        return -1;
    }
    const Bits left = bits >> static_cast<unsigned>(from) << static_cast<unsigned>(from);
    return left == 0 ? -1 : std::countr_zero(left);
}

Bits values_of(const CalendarComponent& component, int low, int high) {
    if (component.empty()) {
        return bit(high + 1) - bit(low);
    }
    Bits bits = 0;
    for (const CalendarRange& range : component) {
        const int last = range.end.value_or(range.step > 0 ? high : range.begin);
        for (int value = range.begin; value <= last; value += std::max(range.step, 1)) {
            bits |= bit(value);
        }
    }
    return bits;
}

// As above for days counted from the month's end, where an endless step walks towards the end.
Bits month_end_values_of(const CalendarComponent& component) {
    Bits bits = 0;
    for (const CalendarRange& range : component) {
        if (range.end || range.step == 0) {
            bits |= values_of({range}, 1, 31);
            continue;
        }
        for (int value = range.begin; value >= 1; value -= range.step) {
            bits |= bit(value);
        }
    }
    return bits;
}

bool year_matches(const CalendarComponent& years, int year) {
    return years.empty() || std::ranges::any_of(years, [year](const CalendarRange& range) {
               const int last = range.end.value_or(range.step > 0 ? year_end : range.begin);
               return year >= range.begin && year <= last &&
                      (year - range.begin) % std::max(range.step, 1) == 0;
           });
}

// A matching time of day.
struct TimeOfDay {
    int hour = -1;  // -1: none
    int minute = 0;
    int second = 0;
};

// The expression as sets of values; finds matching local times without regard to a zone.
class LocalSearch {
public:
    explicit LocalSearch(const CalendarExpression& expression)
        : years_(expression.year)
        , weekdays_(expression.weekdays)
        , months_(values_of(expression.month, 1, 12))
        , days_(
              expression.from_month_end ? month_end_values_of(expression.day)
                                        : values_of(expression.day, 1, 31)
          )
        , from_month_end_(expression.from_month_end)
        , hours_(values_of(expression.hour, 0, 23))
        , minutes_(values_of(expression.minute, 0, 59))
        , seconds_(values_of(expression.second, 0, 59)) {}

    std::optional<absl::CivilSecond> at_or_after(absl::CivilSecond from) const {
        from = std::max(from, absl::CivilSecond(year_min));
        const absl::CivilDay today(from);
        const auto day = day_at_or_after(today);
        if (!day) {
            return std::nullopt;
        }
        if (*day > today) {
            return absl::CivilSecond(*day) + seconds_of(first_time());
        }
        const TimeOfDay time = time_at_or_after(from.hour(), from.minute(), from.second());
        if (time.hour >= 0) {
            return absl::CivilSecond(*day) + seconds_of(time);
        }
        const auto later = day_at_or_after(today + 1);
        if (!later) {
            return std::nullopt;
        }
        return absl::CivilSecond(*later) + seconds_of(first_time());
    }

    bool names_an_allowed_time(const DeniedWeek& week) const {
        for (int weekday = first_from(weekdays_, 0); weekday >= 0;
             weekday = first_from(weekdays_, weekday + 1)) {
            for (int minute = 0; minute < 24 * 60; ++minute) {
                if ((hours_ & bit(minute / 60)) != 0 && (minutes_ & bit(minute % 60)) != 0 &&
                    !week.denies(weekday, minute)) {
                    return true;
                }
            }
        }
        return false;
    }

private:
    static int seconds_of(TimeOfDay time) {
        return (time.hour * 60 + time.minute) * 60 + time.second;
    }

    TimeOfDay first_time() const {
        return {first_from(hours_, 0), first_from(minutes_, 0), first_from(seconds_, 0)};
    }

    TimeOfDay time_at_or_after(int hour, int minute, int second) const {
        if ((hours_ & bit(hour)) != 0) {
            if ((minutes_ & bit(minute)) != 0) {
                const int next_second = first_from(seconds_, second);
                if (next_second >= 0) {
                    return {hour, minute, next_second};
                }
            }
            const int next_minute = first_from(minutes_, minute + 1);
            if (next_minute >= 0) {
                return {hour, next_minute, first_from(seconds_, 0)};
            }
        }
        const TimeOfDay first = first_time();
        return {first_from(hours_, hour + 1), first.minute, first.second};
    }

    std::optional<absl::CivilDay> day_at_or_after(absl::CivilDay from) const {
        int month = from.month();
        int day = from.day();
        for (absl::civil_year_t year = from.year(); year < year_end; ++year, month = 1, day = 1) {
            if (!year_matches(years_, static_cast<int>(year))) {
                continue;
            }
            for (month = first_from(months_, month); month > 0;
                 month = first_from(months_, month + 1), day = 1) {
                // A month that was skipped over makes the day of `from` meaningless.
                const bool same = year == from.year() && month == from.month();
                const int found =
                    first_from(days_of(absl::CivilMonth(year, month)), same ? day : 1);
                if (found > 0) {
                    return absl::CivilDay(year, month, found);
                }
            }
        }
        return std::nullopt;
    }

    Bits days_of(absl::CivilMonth month) const {
        const absl::CivilDay first(month);
        const int length = static_cast<int>(absl::CivilDay(month + 1) - first);
        Bits days = days_;
        if (from_month_end_) {
            days = 0;
            for (int back = first_from(days_, 1); back > 0 && back <= length;
                 back = first_from(days_, back + 1)) {
                days |= bit(length + 1 - back);
            }
        }
        // The week, turned so that bit 0 is the weekday of the first, then repeated.
        const auto turn = static_cast<unsigned>(absl::GetWeekday(first));
        const Bits week = ((weekdays_ >> turn) | (weekdays_ << (7 - turn))) & 0x7fU;
        const Bits weeks = week | week << 7U | week << 14U | week << 21U | week << 28U;
        return days & (weeks << 1U) & (bit(length + 1) - 2);
    }

    const CalendarComponent& years_;
    Bits weekdays_;
    Bits months_;
    Bits days_;
    bool from_month_end_;
    Bits hours_;
    Bits minutes_;
    Bits seconds_;
};

// The first local second behind the ambiguous stretch that ends with the transition `trans`.
absl::CivilSecond end_of_overlap(const absl::TimeZone& zone, absl::Time trans) {
    return absl::ToCivilSecond(trans - absl::Seconds(1), zone) + 1;
}

// A whole date can fall into a gap: Samoa had no 2011-12-30.
bool date_exists(const absl::TimeZone& zone, absl::CivilDay day) {
    const auto first = zone.At(absl::CivilSecond(day));
    const auto last = zone.At(absl::CivilSecond(day + 1) - 1);
    return first.kind != absl::TimeZone::TimeInfo::SKIPPED ||
           last.kind != absl::TimeZone::TimeInfo::SKIPPED || first.trans != last.trans;
}

// Rules that fix the hour. The instants grow with the local times they stand for, so the first
// local time that gives an instant after `after` is the answer.
std::optional<absl::Time> next_by_date(
    const LocalSearch& search, const absl::TimeZone& zone, absl::Time after
) {
    absl::CivilSecond from = absl::ToCivilSecond(after, zone) + 1;
    while (const auto match = search.at_or_after(from)) {
        const auto info = zone.At(*match);
        switch (info.kind) {
            case absl::TimeZone::TimeInfo::UNIQUE:
                return info.pre;
            case absl::TimeZone::TimeInfo::REPEATED:
                if (info.pre > after) {
                    return info.pre;
                }
                from = end_of_overlap(zone, info.trans);
                break;
            case absl::TimeZone::TimeInfo::SKIPPED:
                if (date_exists(zone, absl::CivilDay(*match))) {
                    return info.trans;
                }
                from = absl::ToCivilSecond(info.trans, zone);
                break;
        }
    }
    return std::nullopt;
}

// Rules that follow the clock: every real instant at which the clock shows a matching time.
std::optional<absl::Time> next_by_clock(
    const LocalSearch& search, const absl::TimeZone& zone, absl::Time after
) {
    absl::Time begin = after + absl::Seconds(1);
    absl::CivilSecond from = absl::ToCivilSecond(begin, zone);
    const auto here = zone.At(from);
    if (here.kind == absl::TimeZone::TimeInfo::REPEATED && begin < here.trans) {
        const auto match = search.at_or_after(from);
        if (match && *match < end_of_overlap(zone, here.trans)) {
            return zone.At(*match).pre;
        }
        begin = here.trans;
        from = absl::ToCivilSecond(begin, zone);
    }
    while (const auto match = search.at_or_after(from)) {
        const auto info = zone.At(*match);
        switch (info.kind) {
            case absl::TimeZone::TimeInfo::UNIQUE:
                return info.pre;
            case absl::TimeZone::TimeInfo::REPEATED:
                return info.trans <= begin ? info.post : info.pre;
            case absl::TimeZone::TimeInfo::SKIPPED:
                from = absl::ToCivilSecond(info.trans, zone);
                break;
        }
    }
    return std::nullopt;
}

bool follows_the_clock(const CalendarExpression& expression) {
    return expression.hour.empty() ||
           std::ranges::any_of(expression.hour, [](const auto& range) { return range.step != 0; });
}

}  // namespace

bool names_an_allowed_time(const CalendarExpression& expression, const DeniedWeek& week) {
    return LocalSearch(expression).names_an_allowed_time(week);
}

std::optional<Instant> next_after(
    const CalendarExpression& expression, const ZoneName& zone, Instant after
) {
    const LocalSearch search(expression);
    const absl::TimeZone loaded = load_zone(expression.zone.value_or(zone));
    // Instants carry microseconds, the calendar whole seconds.
    const absl::Time second = absl::FromUnixSeconds(
        std::chrono::floor<std::chrono::seconds>(after).time_since_epoch().count()
    );
    const auto next = follows_the_clock(expression) ? next_by_clock(search, loaded, second)
                                                    : next_by_date(search, loaded, second);
    return next ? std::optional(from_absl(*next)) : std::nullopt;
}

}  // namespace cvmbackup
