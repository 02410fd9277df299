// When deletions wait for a person.
#include "rules/brake.hpp"

#include "retention_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvmbackup {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr Instant newest = std::chrono::sys_days{std::chrono::March / 1 / 2027};

// One copy a day, the newest of today; ids count up with the days.
std::vector<Backup> days(int count) {
    std::vector<Backup> points;
    for (int i = 0; i < count; ++i) {
        points.push_back(point(i + 1, newest - std::chrono::days(count - 1 - i)));
        points.back().copies.front().settled_at = points.back().due + 20min;
    }
    return points;
}

BrakeInput quiet() {
    BrakeInput input;
    input.now = newest + 1h;
    input.last_pass = newest + 30min;
    input.expected_interval = std::chrono::days(1);
    return input;
}

PolicyPlan judged(
    const Policy& policy, const std::vector<Backup>& points, const BrakeInput& input = quiet()
) {
    return judge_plan(policy, plan_retention(policy, points, input.now).decisions, points, input);
}

std::vector<BrakeReason> reasons(const PolicyPlan& plan) {
    std::vector<BrakeReason> found;
    for (const BrakeStop& stop : plan.stops) {
        found.push_back(stop.reason);
    }
    return found;
}

TEST(Brake, LetsTheUsualDeletionsGo) {
    const PolicyPlan plan = judged(keeping({.last = 25}), days(30));

    EXPECT_EQ(plan.expired, 5U);
    EXPECT_THAT(plan.stops, IsEmpty());
}

TEST(Brake, StopsMoreThanFiveOfFew) {
    const PolicyPlan plan = judged(keeping({.last = 4}), days(10));

    ASSERT_THAT(reasons(plan), ElementsAre(BrakeReason::many));
    EXPECT_EQ(
        plan.stops.front().text,
        "6 of 10 copies would be deleted at once; at most 5 go without a person's consent"
    );
}

TEST(Brake, StopsMoreThanAFifthOfMany) {
    EXPECT_THAT(judged(keeping({.last = 80}), days(100)).stops, IsEmpty());
    EXPECT_THAT(reasons(judged(keeping({.last = 79}), days(100))), ElementsAre(BrakeReason::many));
}

TEST(Brake, CountsOneOutForEachNewOne) {
    std::vector<Backup> points;
    for (int i = 0; i < 40; ++i) {
        const std::string instance = "ins-" + std::to_string(i / 2);
        points.push_back(point(i + 1, newest - (i % 2) * 24h, instance.c_str()));
    }
    BrakeInput input = quiet();
    input.kept_before = 20;

    EXPECT_THAT(judged(keeping({.last = 1}), points, input).stops, IsEmpty());

    input.kept_before = 33;  // 6 and 7 more
    const PolicyPlan plan = judged(keeping({.last = 1}), points, input);
    ASSERT_THAT(reasons(plan), ElementsAre(BrakeReason::many));
    EXPECT_EQ(
        plan.stops.front().text,
        "20 of 40 copies would be deleted at once, after 33 were kept last time; at most 13 go "
        "without a person's consent"
    );
}

// What an outage or somebody's renaming keeps from being deleted is there with each pass again.
TEST(Brake, TakesWhatIsLeftOverFromEarlierPassesForNoRoom) {
    BrakeInput input = quiet();
    input.kept_before = 10;

    EXPECT_EQ(judged(keeping({.last = 10}), days(40), input).kept, 10U);
    EXPECT_THAT(judged(keeping({.last = 10}), days(40), input).stops, IsEmpty());
    EXPECT_THAT(
        reasons(judged(keeping({.last = 4}), days(40), input)), ElementsAre(BrakeReason::many)
    );
}

TEST(Brake, TakesNothingForNewBeforeTheFirstPass) {
    EXPECT_THAT(reasons(judged(keeping({.last = 1}), days(10))), ElementsAre(BrakeReason::many));
}

TEST(Brake, CountsLeftOversOfFailedAttemptsForNothing) {
    std::vector<Backup> points = days(10);
    for (int i = 0; i < 8; ++i) {
        points[static_cast<std::size_t>(i)].copies.front().state = CopyState::failed;
    }
    const PolicyPlan plan = judged(keeping({.last = 9}), points);

    EXPECT_EQ(plan.expired, 8U);
    EXPECT_THAT(plan.stops, IsEmpty());
}

TEST(Brake, StopsWhenTheNewestGoodCopyIsTooOld) {
    BrakeInput input = quiet();
    input.now = newest + 73h;
    EXPECT_THAT(
        reasons(judged(keeping({.last = 9}), days(10), input)), ElementsAre(BrakeReason::stale)
    );

    Policy patient = keeping({.last = 9});
    patient.rpo = 96h;
    EXPECT_THAT(judged(patient, days(10), input).stops, IsEmpty());
}

// Made while the clock was ahead by months.
TEST(Brake, TakesNoCopyThatIsDatedAheadForTheNewest) {
    std::vector<Backup> points = days(10);
    points.push_back(point(11, newest + std::chrono::days(100)));
    BrakeInput input = quiet();
    input.now = newest + 73h;

    EXPECT_THAT(
        reasons(judged(keeping({.last = 9}), points, input)), ElementsAre(BrakeReason::stale)
    );
    input.now = newest + 71h;
    EXPECT_THAT(judged(keeping({.last = 9}), points, input).stops, IsEmpty());
}

TEST(Brake, DoesNotAskForFreshnessOfAPolicyWithoutScheduleAndRpo) {
    BrakeInput input = quiet();
    input.now = newest + 24h * 365;
    input.expected_interval.reset();

    EXPECT_THAT(judged(keeping({.last = 9}), days(10), input).stops, IsEmpty());
}

TEST(Brake, StopsAfterTheClockWasSet) {
    BrakeInput input = quiet();
    input.clock_step = -2h;
    const PolicyPlan back = judged(keeping({.last = 9}), days(10), input);
    ASSERT_THAT(reasons(back), ElementsAre(BrakeReason::clock));
    EXPECT_THAT(back.stops.front().text, HasSubstr("set back by 2h"));

    input.clock_step = 59min;
    EXPECT_THAT(judged(keeping({.last = 9}), days(10), input).stops, IsEmpty());

    input.clock_step = 0min;
    input.last_pass = input.now + 1s;
    EXPECT_THAT(
        reasons(judged(keeping({.last = 9}), days(10), input)), ElementsAre(BrakeReason::clock)
    );
}

TEST(Brake, StopsWhileTheClockIsFarFromTheClouds) {
    BrakeInput input = quiet();
    input.cloud_ahead = -60 * 24h - 400ms;
    const PolicyPlan ahead = judged(keeping({.last = 9}), days(10), input);
    ASSERT_THAT(reasons(ahead), ElementsAre(BrakeReason::clock));
    EXPECT_THAT(ahead.stops.front().text, HasSubstr("clock is 60d ahead of the cloud's"));

    input.cloud_ahead = 2h;
    EXPECT_THAT(
        judged(keeping({.last = 9}), days(10), input).stops.front().text,
        HasSubstr("clock is 2h behind the cloud's")
    );

    input.cloud_ahead = -59min;
    EXPECT_THAT(judged(keeping({.last = 9}), days(10), input).stops, IsEmpty());
}

TEST(Brake, StopsWhileCatalogAndCloudDisagree) {
    BrakeInput input = quiet();
    input.disagreement = "2 copies are missing in the cloud";

    const PolicyPlan plan = judged(keeping({.last = 9}), days(10), input);

    ASSERT_THAT(reasons(plan), ElementsAre(BrakeReason::disagreement));
    EXPECT_EQ(plan.stops.front().text, "2 copies are missing in the cloud");
}

std::vector<Backup> days_found(int count, int found) {
    std::vector<Backup> points = days(count);
    for (int i = 0; i < found; ++i) {
        points[static_cast<std::size_t>(i)].adopted = true;
    }
    return points;
}

TEST(Brake, StopsDeletionsOfWhatWasFoundInTheCloud) {
    const PolicyPlan plan = judged(keeping({.last = 9}), days_found(10, 3));

    ASSERT_THAT(reasons(plan), ElementsAre(BrakeReason::adopted));
    EXPECT_THAT(plan.stops.front().text, HasSubstr("1 were found in the cloud"));
    EXPECT_THAT(plan.stops.front().text, HasSubstr("found so far, of 3 backups"));
    EXPECT_EQ(plan.agrees_to, BackupId(3));
}

TEST(Brake, StopsTheDeletionOfACopyThatWasFoundForABackupOfOurs) {
    std::vector<Backup> points = days(10);
    points.front().copies.front().intended_at.reset();

    const PolicyPlan plan = judged(keeping({.last = 8}), points);

    ASSERT_THAT(reasons(plan), ElementsAre(BrakeReason::adopted));
    EXPECT_THAT(plan.stops.front().text, HasSubstr("1 were found in the cloud"));
    EXPECT_THAT(plan.stops.front().text, Not(HasSubstr("consent counts")));
    EXPECT_EQ(plan.agrees_to, BackupId()) << "there is no telling what will be found yet";
}

TEST(Brake, LetsACopyFoundForABackupOfOursGoOnceAPersonAgreed) {
    std::vector<Backup> points = days(10);
    Copy& copy = points.front().copies.front();
    BrakeInput input = quiet();
    copy.intended_at.reset();
    copy.settled_at = input.now - 2h;
    input.agreed_copies = {{copy.id, input.now - 1h}};

    EXPECT_THAT(judged(keeping({.last = 8}), points, input).stops, IsEmpty());

    copy.settled_at = input.now - 30min;
    EXPECT_THAT(
        reasons(judged(keeping({.last = 8}), points, input)), ElementsAre(BrakeReason::adopted)
    ) << "another one came in its place";
}

TEST(Brake, StopsTheDeletionOfACopyFoundForABackupOfOursWhateverFoundBackupsWereAgreedTo) {
    std::vector<Backup> points = days(10);
    points.front().copies.front().intended_at.reset();
    BrakeInput input = quiet();
    input.agreed_to = BackupId(5);

    const PolicyPlan plan = judged(keeping({.last = 8}), points, input);

    EXPECT_THAT(reasons(plan), ElementsAre(BrakeReason::adopted));
}

TEST(Brake, LetsGoWhatWasFoundUpToWhereAPersonAgreed) {
    BrakeInput input = quiet();
    input.agreed_to = BackupId(2);

    EXPECT_THAT(judged(keeping({.last = 8}), days_found(10, 3), input).stops, IsEmpty());
    EXPECT_THAT(
        reasons(judged(keeping({.last = 7}), days_found(10, 3), input)),
        ElementsAre(BrakeReason::adopted)
    );
}

TEST(Brake, DoesNotMindWhatWasFoundWhileItIsKept) {
    std::vector<Backup> points = days(10);
    points.back().adopted = true;
    const PolicyPlan plan = judged(keeping({.last = 9}), points);

    EXPECT_THAT(plan.stops, IsEmpty());
    EXPECT_EQ(plan.agrees_to, BackupId());
}

TEST(Brake, NamesAPlanAlsoByWhatConsentWouldCountFor) {
    const std::string three = judged(keeping({.last = 9}), days_found(10, 3)).id;

    EXPECT_EQ(judged(keeping({.last = 9}), days_found(10, 3)).id, three);
    EXPECT_NE(judged(keeping({.last = 9}), days_found(10, 4)).id, three) << "one more was found";
}

TEST(Brake, HasNothingToStopWhenNothingExpires) {
    BrakeInput input = quiet();
    input.clock_step = 48h;
    input.disagreement = "anything";

    EXPECT_THAT(judged(keeping({.last = 10}), days_found(10, 10), input).stops, IsEmpty());
}

TEST(Brake, NamesAPlanByWhatItDeletes) {
    const std::string nine = judged(keeping({.last = 9}), days(10)).id;

    EXPECT_THAT(nine, testing::MatchesRegex("nightly@[0-9a-f]{16}"));
    EXPECT_EQ(judged(keeping({.daily = 9}), days(10)).id, nine) << "other reasons, same copies";
    EXPECT_NE(judged(keeping({.last = 8}), days(10)).id, nine);
}

TEST(Brake, NamesAPlanAlsoByWhatStopsIt) {
    BrakeInput input = quiet();
    const std::string quietly = judged(keeping({.last = 9}), days(10), input).id;
    input.clock_step = 2h;
    const std::string by_a_set_clock = judged(keeping({.last = 9}), days(10), input).id;
    input.clock_step = 3h;

    EXPECT_NE(by_a_set_clock, quietly);
    EXPECT_EQ(judged(keeping({.last = 9}), days(10), input).id, by_a_set_clock);
}

TEST(Pins, KeepACopyThatNoRuleKeeps) {
    std::vector<Backup> points = days(3);
    points.front().pinned_at = newest;
    points.front().pin_reason = "before the upgrade";
    const Plan plan = plan_retention(keeping({.last = 1}), points, newest + 1h);

    ASSERT_EQ(plan.decisions.size(), 3U);
    EXPECT_TRUE(plan.decisions[2].keep);
    EXPECT_EQ(plan.decisions[2].reason, "pinned: before the upgrade");
    EXPECT_FALSE(plan.decisions[1].keep);
}

TEST(Pins, EndWhenTheirTimeHasCome) {
    std::vector<Backup> points = days(3);
    points.front().pinned_at = newest - 1h;
    points.front().pinned_until = newest;

    EXPECT_TRUE(plan_retention(keeping({.last = 1}), points, newest - 1s).decisions[2].keep);
    EXPECT_FALSE(plan_retention(keeping({.last = 1}), points, newest).decisions[2].keep);
}

}  // namespace
}  // namespace cvmbackup
