#include "rules/zone.hpp"

#include "calendar_support.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace cvmbackup {

namespace {

const ZoneName shanghai("Asia/Shanghai");
const ZoneName berlin("Europe/Berlin");

TEST(Zone, KnowsIanaNames) {
    EXPECT_TRUE(valid_zone(ZoneName("UTC")));
    EXPECT_TRUE(valid_zone(shanghai));
    EXPECT_TRUE(valid_zone(ZoneName("America/Argentina/Buenos_Aires")));
    EXPECT_TRUE(valid_zone(ZoneName("Etc/GMT+8")));
}

TEST(Zone, RefusesWhatIsNoIanaName) {
    for (const char* name :
         {"",
          "Europe/Berln",
          "Europe",
          "/etc/localtime",
          "../../../etc/localtime",
          "libc:localtime",
          "localtime",
          "Fixed/UTC+08:00:00",
          "right/Europe/Berlin",
          "zone.tab"}) {
        EXPECT_FALSE(valid_zone(ZoneName(name))) << name;
    }
}

TEST(Zone, ThatDoesNotExistIsABugOfTheCaller) {
    EXPECT_THROW(to_local(Instant(), ZoneName("Mars/Olympus")), std::invalid_argument);
}

TEST(Zone, GivesLocalTime) {
    const LocalTime monday{2027, 1, 4, 8, 15, 30, 0};
    const LocalTime sunday{2027, 1, 3, 16, 0, 0, 6};

    EXPECT_EQ(to_local(at("2027-01-04T00:15:30Z"), shanghai), monday);
    EXPECT_EQ(to_local(at("2027-01-03T16:00:00Z"), ZoneName("UTC")), sunday);
}

TEST(Zone, IsRightBeyondTheEndOfItsTables) {
    EXPECT_EQ(to_local(at("2095-07-01T00:00:00Z"), berlin).hour, 2);
    EXPECT_EQ(to_local(at("2095-12-01T00:00:00Z"), berlin).hour, 1);
}

TEST(Zone, GivesTextForPeople) {
    EXPECT_EQ(to_local_text(at("2027-01-03T18:15:59Z"), shanghai), "2027-01-04 02:15 CST");
    EXPECT_EQ(to_local_text(at("2027-07-01T00:00:00Z"), berlin), "2027-07-01 02:00 CEST");
}

TEST(Period, IsTheLocalOne) {
    const Instant evening = at("2026-12-31T15:59:59Z");
    const Instant new_year = at("2026-12-31T16:00:00Z");

    EXPECT_EQ(period_of(Every::day, evening, shanghai), "2026-12-31");
    EXPECT_EQ(period_of(Every::day, new_year, shanghai), "2027-01-01");
    EXPECT_EQ(period_of(Every::month, new_year, shanghai), "2027-01");
    EXPECT_EQ(period_of(Every::year, evening, shanghai), "2026");
    EXPECT_EQ(period_of(Every::year, new_year, shanghai), "2027");
}

TEST(Period, OfAWeekIsTheIsoWeek) {
    const auto week = [](const char* day) {
        return period_of(Every::week, at(std::string(day) + "T12:00:00Z"), ZoneName("UTC"));
    };

    EXPECT_EQ(week("2026-12-27"), "2026-W52");
    EXPECT_EQ(week("2026-12-28"), "2026-W53");
    EXPECT_EQ(week("2027-01-03"), "2026-W53");
    EXPECT_EQ(week("2027-01-04"), "2027-W01");
    EXPECT_EQ(week("2024-12-29"), "2024-W52");
    EXPECT_EQ(week("2024-12-30"), "2025-W01");
}

TEST(Period, OfABackupIsItsInstant) {
    const Instant instant = at("2027-01-04T00:00:00Z");

    EXPECT_EQ(
        period_of(Every::backup, instant, shanghai), period_of(Every::backup, instant, berlin)
    );
    EXPECT_LT(
        period_of(Every::backup, instant, berlin),
        period_of(Every::backup, instant + Duration(1), berlin)
    );
}

TEST(Period, IsOneOnADayThatLastsTwentyFiveHours) {
    EXPECT_EQ(
        period_of(Every::day, at("2026-10-24T22:00:00Z"), berlin),
        period_of(Every::day, at("2026-10-25T22:59:59Z"), berlin)
    );
    EXPECT_NE(
        period_of(Every::day, at("2026-10-25T22:59:59Z"), berlin),
        period_of(Every::day, at("2026-10-25T23:00:00Z"), berlin)
    );
}

}  // namespace

}  // namespace cvmbackup
