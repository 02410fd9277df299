// Clock changes: named cases first, then every rule against a walk over all minutes of the weeks
// in which the clocks of six very different zones change.
#include "calendar_support.hpp"
#include "rules/zone.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>

namespace cvmbackup {

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::ElementsAre;

TEST(FixedHour, FiresAtTheFirstInstantAfterAGap) {
    EXPECT_THAT(
        firings("02:30", "Europe/Berlin", "2026-03-28T00:00:00Z", 3),
        ElementsAre("2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z")
    );
}

TEST(FixedHour, FiresOnceInAnOverlapAtTheFirstOccurrence) {
    EXPECT_THAT(
        firings("02:30", "Europe/Berlin", "2026-10-24T12:00:00Z", 2),
        ElementsAre("2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z")
    );
}

TEST(FixedHour, IsNotFiredAgainFromWithinTheSecondPass) {
    EXPECT_THAT(
        firings("02:30", "Europe/Berlin", "2026-10-25T01:00:00Z", 1),
        ElementsAre("2026-10-26T01:30:00Z")
    );
}

TEST(FixedHour, KnowsHalfHourGaps) {
    EXPECT_THAT(
        firings("02:15", "Australia/Lord_Howe", "2026-10-03T00:00:00Z", 2),
        ElementsAre("2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z")
    );
}

TEST(FixedHour, KnowsGapsAtMidnight) {
    EXPECT_THAT(
        firings("daily", "America/Sao_Paulo", "2018-11-03T12:00:00Z", 2),
        ElementsAre("2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z")
    );
}

TEST(FixedHour, FiresOnceWhereSeveralTimesFallIntoOneGap) {
    EXPECT_THAT(
        firings("02..03:0/20", "Europe/Berlin", "2026-03-29T00:00:00Z", 3),
        ElementsAre("2026-03-29T01:00:00Z", "2026-03-29T01:20:00Z", "2026-03-29T01:40:00Z")
    );
}

TEST(FixedHour, LeavesOutADateThatDoesNotExist) {
    EXPECT_THAT(
        firings("12:00", "Pacific/Apia", "2011-12-29T00:00:00Z", 3),
        ElementsAre("2011-12-29T22:00:00Z", "2011-12-30T22:00:00Z", "2011-12-31T22:00:00Z")
    );
    EXPECT_THAT(
        firings("*-12-30", "Pacific/Apia", "2011-01-01T00:00:00Z", 1),
        ElementsAre("2012-12-29T10:00:00Z")
    );
}

TEST(FixedHour, KnowsTheRulesOfTheFarFuture) {
    EXPECT_THAT(
        firings("02:30", "Europe/Berlin", "2095-03-27T00:00:00Z", 1),
        ElementsAre("2095-03-27T01:00:00Z")
    );
}

TEST(WildcardHour, RunsInBothPassesOfAnOverlap) {
    EXPECT_THAT(
        firings("*:30", "Europe/Berlin", "2026-10-24T23:00:00Z", 4),
        ElementsAre(
            "2026-10-24T23:30:00Z",
            "2026-10-25T00:30:00Z",
            "2026-10-25T01:30:00Z",
            "2026-10-25T02:30:00Z"
        )
    );
}

TEST(WildcardHour, InventsNothingInAGap) {
    EXPECT_THAT(
        firings("*:30", "Europe/Berlin", "2026-03-29T00:00:00Z", 2),
        ElementsAre("2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z")
    );
    EXPECT_THAT(
        firings("0/2:30", "Europe/Berlin", "2026-03-28T23:00:00Z", 2),
        ElementsAre("2026-03-28T23:30:00Z", "2026-03-29T02:30:00Z")
    );
}

struct Rule {
    const char* text;
    bool fixed_hour;
    bool (*matches)(const LocalTime&);  // written by hand, not parsed
};

using Time = const LocalTime&;

constexpr Rule rules[] = {
    {"02:30", true, [](Time t) { return t.hour == 2 && t.minute == 30; }},
    {"daily", true, [](Time t) { return t.hour == 0 && t.minute == 0; }},
    {"00:15", true, [](Time t) { return t.hour == 0 && t.minute == 15; }},
    {"01..03:*", true, [](Time t) { return t.hour >= 1 && t.hour <= 3; }},
    {"0..2,23:0/7",
     true,
     [](Time t) { return (t.hour <= 2 || t.hour == 23) && t.minute % 7 == 0; }},
    {"Sun 1,2:10",
     true,
     [](Time t) { return t.weekday == 6 && t.hour % 3 > 0 && t.hour < 3 && t.minute == 10; }},
    {"*-*-1..9 2:0", true, [](Time t) { return t.day < 10 && t.hour == 2 && t.minute == 0; }},
    {"minutely", false, [](Time) { return true; }},
    {"*:30", false, [](Time t) { return t.minute == 30; }},
    {"0/2:15", false, [](Time t) { return t.hour % 2 == 0 && t.minute == 15; }},
    {"Sat,Sun *:0/20", false, [](Time t) { return t.weekday >= 5 && t.minute % 20 == 0; }},
    {"1..3/1:05", false, [](Time t) { return t.hour >= 1 && t.hour <= 3 && t.minute == 5; }},
};

struct Week {
    const char* zone;
    const char* begin;  // UTC; the clock changes three days later or so
};

void PrintTo(const Week& week, std::ostream* out) {
    *out << week.zone << " " << week.begin;
}

auto clock_reading(const LocalTime& time) {
    return std::tie(time.year, time.month, time.day, time.hour, time.minute);
}

class ClockChange : public testing::TestWithParam<Week> {
protected:
    static constexpr int walked_minutes = 7 * 24 * 60;

    void SetUp() override {
        for (int i = 0; i < walked_minutes; ++i) {
            const LocalTime time = to_local(begin_ + minutes(i), zone_);
            shown_.push_back(time);
            const bool later = i == 0 || clock_reading(highest_.back()) < clock_reading(time);
            highest_.push_back(later ? time : highest_.back());
            if (time.hour == 12 && time.minute == 0) {
                dates_.push_back(time);
            }
        }
    }

    std::set<Instant> expected(const Rule& rule) const {
        return rule.fixed_hour ? once_per_date(rule) : every_minute_shown(rule);
    }

    std::set<Instant> every_minute_shown(const Rule& rule) const {
        std::set<Instant> instants;
        for (int i = 0; i < walked_minutes; ++i) {
            if (rule.matches(shown_.at(static_cast<std::size_t>(i)))) {
                instants.insert(begin_ + minutes(i));
            }
        }
        return instants;
    }

    // Each matching time of each date that exists stands for the first instant at which a clock
    // that is never set back shows it or more.
    std::set<Instant> once_per_date(const Rule& rule) const {
        std::set<Instant> instants;
        for (LocalTime time : dates_) {
            for (int minute = 0; minute < 24 * 60; ++minute) {
                time.hour = minute / 60;
                time.minute = minute % 60;
                if (rule.matches(time)) {
                    const auto first =
                        std::ranges::lower_bound(highest_, clock_reading(time), {}, clock_reading);
                    instants.insert(begin_ + minutes(first - highest_.begin()));
                }
            }
        }
        return instants;
    }

    ZoneName zone_{GetParam().zone};
    Instant begin_ = at(GetParam().begin);
    std::vector<LocalTime> shown_;    // by the clock, minute by minute
    std::vector<LocalTime> highest_;  // what it has shown at most until then
    std::vector<LocalTime> dates_;    // a noon of each date
};

TEST_P(ClockChange, IsMetByEveryRuleAsAWalkOverAllMinutesSays) {
    // A day at both ends is left out: its date may not lie wholly in the walk.
    const Instant first = begin_ + hours(30);
    const Instant last = begin_ + minutes(walked_minutes) - hours(30);
    for (const Rule& rule : rules) {
        const CalendarExpression expression = calendar(rule.text);
        const std::set<Instant> instants = expected(rule);
        for (Instant after = first; after < last; after += minutes(3) + Duration(1)) {
            const auto wanted = instants.upper_bound(after);
            if (wanted == instants.end() || *wanted >= last) {
                break;
            }
            const auto found = next_after(expression, zone_, after);
            ASSERT_TRUE(found) << rule.text << " after " << to_rfc3339(after);
            ASSERT_EQ(to_rfc3339(*found), to_rfc3339(*wanted))
                << rule.text << " after " << to_rfc3339(after);
        }
        for (const Instant instant : instants) {
            const auto found = next_after(expression, zone_, instant - Duration(1));
            ASSERT_TRUE(instant <= first || instant >= last || found == instant) << rule.text;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(
    Calendar,
    ClockChange,
    testing::Values(
        Week{"Europe/Berlin", "2026-03-26T00:00:00Z"},
        Week{"Europe/Berlin", "2026-10-22T00:00:00Z"},
        Week{"Europe/Berlin", "2091-03-22T00:00:00Z"},
        Week{"Australia/Lord_Howe", "2026-09-30T12:00:00Z"},
        Week{"Australia/Lord_Howe", "2026-04-01T12:00:00Z"},
        Week{"America/New_York", "2027-03-11T00:00:00Z"},
        Week{"America/New_York", "2026-10-29T00:00:00Z"},
        Week{"Asia/Shanghai", "2026-03-26T00:00:00Z"},
        Week{"Asia/Shanghai", "1986-05-01T00:00:00Z"},
        Week{"Asia/Shanghai", "1991-09-12T00:00:00Z"},
        Week{"Pacific/Apia", "2011-12-27T10:00:00Z"},
        Week{"Pacific/Apia", "2011-09-21T12:00:00Z"},
        Week{"America/Sao_Paulo", "2018-11-01T00:00:00Z"},
        Week{"America/Sao_Paulo", "2018-02-15T00:00:00Z"}
    )
);

}  // namespace

}  // namespace cvmbackup
