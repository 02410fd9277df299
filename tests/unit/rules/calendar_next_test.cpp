#include "calendar_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvmbackup {

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(NextAfter, IsStrictlyAfter) {
    EXPECT_THAT(
        firings("02:00", "UTC", "2027-01-04T02:00:00Z", 1), ElementsAre("2027-01-05T02:00:00Z")
    );
    EXPECT_THAT(
        firings("02:00", "UTC", "2027-01-04T01:59:59.999999Z", 1),
        ElementsAre("2027-01-04T02:00:00Z")
    );
    EXPECT_THAT(
        firings("*:*:*", "UTC", "2027-01-04T02:00:00.000001Z", 2),
        ElementsAre("2027-01-04T02:00:01Z", "2027-01-04T02:00:02Z")
    );
}

TEST(NextAfter, GivesWholeSecondsWhateverTheFractionOfAfter) {
    const Instant after = at("2027-01-04T01:00:00.123456Z");

    const auto next = next_after(calendar("hourly"), ZoneName("UTC"), after);

    EXPECT_EQ(next, at("2027-01-04T02:00:00Z"));
}

TEST(NextAfter, TakesTheZoneOfTheExpressionBeforeThePolicys) {
    EXPECT_THAT(
        firings("02:00 Asia/Shanghai", "Europe/Berlin", "2027-01-04T00:00:00Z", 1),
        ElementsAre("2027-01-04T18:00:00Z")
    );
    EXPECT_THAT(
        firings("02:00", "Europe/Berlin", "2027-01-04T00:00:00Z", 1),
        ElementsAre("2027-01-04T01:00:00Z")
    );
}

TEST(NextAfter, CombinesWeekdayAndDate) {
    EXPECT_THAT(
        firings("Fri *-*-13 12:00", "UTC", "2026-01-01T00:00:00Z", 4),
        ElementsAre(
            "2026-02-13T12:00:00Z",
            "2026-03-13T12:00:00Z",
            "2026-11-13T12:00:00Z",
            "2027-08-13T12:00:00Z"
        )
    );
}

TEST(NextAfter, CountsFromTheMonthsEnd) {
    EXPECT_THAT(
        firings("*-*~1", "UTC", "2028-01-01T00:00:00Z", 3),
        ElementsAre("2028-01-31T00:00:00Z", "2028-02-29T00:00:00Z", "2028-03-31T00:00:00Z")
    );
    EXPECT_THAT(
        firings("Mon *-05~07/1", "UTC", "2027-01-01T00:00:00Z", 3),
        ElementsAre("2027-05-31T00:00:00Z", "2028-05-29T00:00:00Z", "2029-05-28T00:00:00Z")
    );
    EXPECT_THAT(
        firings("*-*~1..6/2", "UTC", "2027-01-01T00:00:00Z", 3),
        ElementsAre("2027-01-27T00:00:00Z", "2027-01-29T00:00:00Z", "2027-01-31T00:00:00Z")
    );
    EXPECT_THAT(
        firings("*-*~31", "UTC", "2027-01-02T00:00:00Z", 2),
        ElementsAre("2027-03-01T00:00:00Z", "2027-05-01T00:00:00Z")
    );
}

TEST(NextAfter, FindsLeapDays) {
    EXPECT_THAT(
        firings("*-02-29", "UTC", "2097-01-01T00:00:00Z", 2),
        ElementsAre("2104-02-29T00:00:00Z", "2108-02-29T00:00:00Z")
    );
    EXPECT_THAT(
        firings("Mon *-02-29", "UTC", "2026-01-01T00:00:00Z", 2),
        ElementsAre("2044-02-29T00:00:00Z", "2072-02-29T00:00:00Z")
    );
}

TEST(NextAfter, StepsFromItsBeginInEveryLargerUnit) {
    EXPECT_THAT(
        firings("*-*-5/10 1..9/4:10/25", "UTC", "2027-02-25T05:36:00Z", 4),
        ElementsAre(
            "2027-02-25T09:10:00Z",
            "2027-02-25T09:35:00Z",
            "2027-03-05T01:10:00Z",
            "2027-03-05T01:35:00Z"
        )
    );
    EXPECT_THAT(
        firings("2027/3-06-01", "UTC", "2028-01-01T00:00:00Z", 2),
        ElementsAre("2030-06-01T00:00:00Z", "2033-06-01T00:00:00Z")
    );
}

TEST(NextAfter, EndsWithTheYear2199) {
    EXPECT_THAT(firings("daily", "UTC", "2199-12-31T00:00:00Z", 1), IsEmpty());
    EXPECT_THAT(firings("2014-03-25", "UTC", "2027-01-01T00:00:00Z", 1), IsEmpty());
    EXPECT_THAT(
        firings("yearly", "UTC", "2198-06-01T00:00:00Z", 9), ElementsAre("2199-01-01T00:00:00Z")
    );
}

TEST(NextAfter, AnswersForTheFarthestInstants) {
    const CalendarExpression daily = calendar("daily");
    const ZoneName berlin("Europe/Berlin");

    EXPECT_EQ(next_after(daily, berlin, Instant::max()), std::nullopt);
    EXPECT_EQ(next_after(daily, ZoneName("UTC"), Instant::min()), at("1970-01-01T00:00:00Z"));
}

}  // namespace

}  // namespace cvmbackup
