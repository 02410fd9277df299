#include "calendar_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvmbackup {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using testing::ElementsAre;

const Instant new_year = at("2027-01-01T00:00:00Z");

std::vector<std::string> next_firings(const Policy& policy, Instant after, std::size_t count) {
    std::vector<std::string> texts;
    auto firing = next_firing(policy, after);
    while (firing && texts.size() < count) {
        texts.push_back(to_rfc3339(*firing));
        firing = next_firing(policy, *firing);
    }
    return texts;
}

Policy with_deny(Policy policy, std::vector<std::string> windows) {
    for (const std::string& text : windows) {
        policy.deny.push_back(deny(text));
    }
    return policy;
}

TEST(NextFiring, IsTheEarliestOfAllExpressions) {
    const Policy policy = policy_with({"Sat 04:00", "02:00", "hourly UTC"}, "Asia/Shanghai");

    EXPECT_THAT(
        next_firings(policy, at("2027-01-01T17:30:00Z"), 4),
        ElementsAre(
            "2027-01-01T18:00:00Z",
            "2027-01-01T19:00:00Z",
            "2027-01-01T20:00:00Z",
            "2027-01-01T21:00:00Z"
        )
    );
}

TEST(NextFiring, IsNoneWithoutASchedule) {
    EXPECT_EQ(next_firing(Policy{}, new_year), std::nullopt);
    EXPECT_FALSE(ever_fires(Policy{}, new_year));
}

TEST(NextFiring, PassesOverDeniedWindows) {
    const Policy policy = with_deny(policy_with({"*:0/30"}), {"09:00-17:45", "18:00-23:45"});

    EXPECT_THAT(
        next_firings(policy, at("2027-01-04T08:00:00Z"), 3),
        ElementsAre("2027-01-04T08:30:00Z", "2027-01-05T00:00:00Z", "2027-01-05T00:30:00Z")
    );
}

TEST(NextFiring, FiresAtTheVeryEndOfAWindow) {
    const Policy policy = with_deny(policy_with({"hourly"}), {"09:00-18:00"});

    EXPECT_EQ(next_firing(policy, at("2027-01-04T08:00:00Z")), at("2027-01-04T18:00:00Z"));
}

TEST(EverFires, IsFalseForAScheduleWhollyInsideDeniedWindows) {
    EXPECT_FALSE(
        ever_fires(with_deny(policy_with({"Mon..Fri 10:00", "12:30"}), {"09:00-18:00"}), new_year)
    );
    EXPECT_FALSE(ever_fires(with_deny(policy_with({"minutely"}), {"00:00-24:00"}), new_year));
    // The gap of spring would let it out once a year, which nobody means.
    EXPECT_FALSE(
        ever_fires(with_deny(policy_with({"02:30"}, "Europe/Berlin"), {"02:00-03:00"}), new_year)
    );
    EXPECT_FALSE(
        ever_fires(with_deny(policy_with({"10:00 Asia/Shanghai"}), {"01:00-03:00"}), new_year)
    );
}

TEST(EverFires, IsTrueIfOneInstantIsLeft) {
    EXPECT_TRUE(
        ever_fires(with_deny(policy_with({"12:30", "Sun 20:00"}), {"09:00-18:00"}), new_year)
    );
    EXPECT_EQ(
        next_firing(
            with_deny(policy_with({"*-02-29 12:00"}), {"Mon..Fri 00:00-24:00", "Sun 09:00-18:00"}),
            new_year
        ),
        at("2048-02-29T12:00:00Z")
    );
}

TEST(EverFires, IsFalseForDatesThatHavePassed) {
    EXPECT_FALSE(ever_fires(policy_with({"2026-12-31"}), new_year));
    EXPECT_TRUE(ever_fires(policy_with({"2027-01-02"}), new_year));
}

TEST(LastFiring, IsTheNewestUpToAndWithTheEnd) {
    const Policy policy = policy_with({"02:00"});

    EXPECT_EQ(
        last_firing(policy, new_year, at("2027-01-09T02:00:00Z")), at("2027-01-09T02:00:00Z")
    );
    EXPECT_EQ(
        last_firing(policy, new_year, at("2027-01-09T01:59:59.999999Z")), at("2027-01-08T02:00:00Z")
    );
    EXPECT_EQ(
        last_firing(policy, at("2027-01-08T02:00:00Z"), at("2027-01-09T01:00:00Z")), std::nullopt
    );
    EXPECT_EQ(last_firing(policy, new_year, new_year), std::nullopt);
    EXPECT_EQ(last_firing(policy, new_year, new_year - days(3)), std::nullopt);
}

TEST(LastFiring, IsWhatCountingForwardsFinds) {
    const Policy policy = with_deny(
        policy_with({"Mon *:0/13", "*-*-3 02:30", "Fri *-*~1..7 5:00"}, "Europe/Berlin"),
        {"22:00-03:00"}
    );
    auto next = next_firing(policy, new_year);
    std::optional<Instant> newest;

    for (Instant until = new_year; until < new_year + days(60); until += minutes(397)) {
        while (next && *next <= until) {
            newest = next;
            next = next_firing(policy, *next);
        }
        ASSERT_EQ(last_firing(policy, new_year, until), newest) << to_rfc3339(until);
    }
}

TEST(LastFiring, ReachesBackFromTheFarthestPast) {
    EXPECT_EQ(last_firing(policy_with({"minutely"}), Instant::min(), new_year), new_year);
    EXPECT_EQ(
        last_firing(policy_with({"1999-01-01"}), Instant::min(), new_year),
        at("1999-01-01T00:00:00Z")
    );
}

TEST(ExpectedInterval, IsTheLongestGapOfTheYear) {
    const auto interval = [](std::vector<std::string> schedule) {
        return expected_interval(policy_with(std::move(schedule)), new_year);
    };

    EXPECT_EQ(interval({"02:00"}), hours(24));
    EXPECT_EQ(interval({"Mon..Fri 02:00"}), hours(72));
    EXPECT_EQ(interval({"02:00", "14:00"}), hours(12));
    EXPECT_EQ(interval({"monthly"}), days(31));
    EXPECT_EQ(interval({"yearly"}), days(366));
    EXPECT_EQ(interval({"2027-01-04", "2027-01-09"}), days(5));
}

TEST(ExpectedInterval, IsSearchedForNoFurtherThanAGapThatIsLongEnough) {
    const Policy policy = policy_with({"*-01-04", "*-01-09", "*-02-08"});

    EXPECT_EQ(expected_interval(policy, new_year, days(5)), days(5));
    EXPECT_EQ(expected_interval(policy, new_year, days(5) + hours(1)), days(30));
    EXPECT_EQ(expected_interval(policy, new_year, days(1000)), days(330));
}

TEST(ExpectedInterval, IsNothingWithFewerThanTwoFirings) {
    EXPECT_EQ(expected_interval(policy_with({"2027-01-04"}), new_year), std::nullopt);
    EXPECT_EQ(expected_interval(Policy{}, new_year), std::nullopt);
}

TEST(ExpectedInterval, SeesClockChangesAndDeniedWindows) {
    EXPECT_EQ(expected_interval(policy_with({"12:00"}, "Europe/Berlin"), new_year), hours(25));
    EXPECT_EQ(
        expected_interval(with_deny(policy_with({"hourly"}), {"Sat 00:00-24:00"}), new_year),
        hours(25)
    );
}

TEST(ExpectedInterval, FindsTheLongGapsOfVeryDenseSchedules) {
    EXPECT_EQ(expected_interval(policy_with({"minutely"}), new_year), minutes(1));
    EXPECT_EQ(
        expected_interval(policy_with({"*-01-* *:*"}), new_year), days(365 - 31) + minutes(1)
    );
}

}  // namespace

}  // namespace cvmbackup
