#include "rules/retention.hpp"

#include "retention_support.hpp"
#include "rules/backup_machine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvmbackup {

namespace {

using std::chrono::days;
using std::chrono::hours;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

std::vector<std::int64_t> kept_of(const Keep& keep, const std::vector<Backup>& points) {
    return kept(plan_retention(keeping(keep), points, retention_now));
}

const std::vector<Backup> week = points(
    {"2027-01-04",
     "2027-01-05",
     "2027-01-06",
     "2027-01-07",
     "2027-01-08",
     "2027-01-09",
     "2027-01-10",
     "2027-01-11"}
);

TEST(Retention, KeepsTheNewestCopies) {
    EXPECT_THAT(kept_of({.last = 3}, week), ElementsAre(6, 7, 8));
    EXPECT_THAT(kept_of({.last = 99}, week), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
}

TEST(Retention, KeepsTheNewestOfEachDay) {
    const auto twice_daily = points(
        {"2027-01-04T02:00:00Z",
         "2027-01-04T14:00:00Z",
         "2027-01-05T02:00:00Z",
         "2027-01-05T14:00:00Z",
         "2027-01-06T02:00:00Z"}
    );

    EXPECT_THAT(kept_of({.daily = 2}, twice_daily), ElementsAre(4, 5));
    EXPECT_THAT(kept_of({.daily = 3}, twice_daily), ElementsAre(2, 4, 5));
}

TEST(Retention, CountsOnlyPeriodsThatHaveCopies) {
    const auto gaps = points({"2026-03-01", "2026-11-20", "2027-01-01", "2027-05-30"});

    EXPECT_THAT(kept_of({.daily = 3}, gaps), ElementsAre(2, 3, 4));
    EXPECT_THAT(kept_of({.monthly = 2}, gaps), ElementsAre(3, 4));
}

TEST(Retention, BeginsWeeksOnMonday) {
    EXPECT_THAT(kept_of({.weekly = 1}, week), ElementsAre(8));
    EXPECT_THAT(kept_of({.weekly = 2}, week), ElementsAre(7, 8));
}

TEST(Retention, CutsMonthsAndYearsAtTheirNaturalBoundaries) {
    const auto turn = points({"2025-12-31", "2026-01-01", "2026-12-31", "2027-01-01"});

    EXPECT_THAT(kept_of({.yearly = 2}, turn), ElementsAre(3, 4));
    EXPECT_THAT(kept_of({.yearly = 3}, turn), ElementsAre(1, 3, 4));
    EXPECT_THAT(kept_of({.monthly = 3}, turn), ElementsAre(2, 3, 4));
}

TEST(Retention, CutsDaysInThePolicysZone) {
    // One day in UTC; midnight in Shanghai is at 16:00Z.
    const auto around_midnight = points({"2027-01-04T15:00:00Z", "2027-01-04T17:00:00Z"});
    const Keep keep{.daily = 2};

    const Plan utc = plan_retention(keeping(keep), around_midnight, retention_now);
    const Plan shanghai =
        plan_retention(keeping(keep, "Asia/Shanghai"), around_midnight, retention_now);

    EXPECT_EQ(reasons(utc, true).at(1), "oldest while daily is not full");
    EXPECT_EQ(reasons(shanghai, true).at(1), "daily 2 of 2");
}

TEST(Retention, KeepsTheOldestWhileARuleIsNotFull) {
    const auto one_month = points({"2027-01-04", "2027-01-05", "2027-01-06"});

    EXPECT_THAT(kept_of({.monthly = 12}, one_month), ElementsAre(1, 3));
    EXPECT_THAT(kept_of({.monthly = 1}, one_month), ElementsAre(3));
}

TEST(Retention, LetsOneCopyServeSeveralRules) {
    EXPECT_THAT(kept_of({.last = 2, .daily = 2, .weekly = 1}, week), ElementsAre(7, 8));
}

TEST(Retention, KeepsWhatIsYoungerThanWithinBeforeTheNewestCopyNotBeforeNow) {
    EXPECT_THAT(kept_of({.within = days(2)}, week), ElementsAre(6, 7, 8));
    EXPECT_THAT(kept_of({.within = days(2) - Duration(1)}, week), ElementsAre(7, 8));
}

TEST(Retention, KeepsMinGoodWhateverTheOtherRulesSay) {
    EXPECT_THAT(kept_of({.weekly = 1, .min_good = 4}, week), ElementsAre(5, 6, 7, 8));
    EXPECT_THAT(kept_of({.last = 1, .min_good = 0}, week), ElementsAre(8));
}

TEST(Retention, KeepsEverythingWithoutARule) {
    const Plan plan = plan_retention(keeping({.min_good = 2}), week, retention_now);

    EXPECT_EQ(kept(plan).size(), week.size());
    EXPECT_EQ(plan.decisions.front().reason, "no keep rule");
}

TEST(Retention, NamesEveryRuleThatKeepsACopyAndWhyNoneKeepsAnother) {
    const Keep keep{.last = 2, .daily = 7, .weekly = 1, .within = hours(30), .min_good = 1};
    const auto twice = points(
        {"2027-01-04T02:00:00Z",
         "2027-01-04T03:00:00Z",
         "2027-01-05T02:00:00Z",
         "2027-01-05T14:00:00Z",
         "2027-01-06T02:00:00Z"}
    );

    const Plan plan = plan_retention(keeping(keep), twice, retention_now);

    EXPECT_THAT(
        reasons(plan, true),
        ElementsAre(
            Pair(1, "oldest while daily is not full"),
            Pair(2, "daily 3 of 7"),
            Pair(3, "within 1d 6h of the newest"),
            Pair(4, "last 2 of 2, daily 2 of 7, within 1d 6h of the newest"),
            Pair(
                5,
                "last 1 of 2, daily 1 of 7, weekly 1 of 1, within 1d 6h of the newest, "
                "min_good 1 of 1"
            )
        )
    );
    EXPECT_THAT(reasons(plan, false), IsEmpty());
    EXPECT_THAT(
        reasons(plan_retention(keeping({.last = 1, .daily = 2}), twice, retention_now), false),
        ElementsAre(
            Pair(1, "no rule keeps it: last 1 full, a newer one that day, min_good 1 full"),
            Pair(2, "no rule keeps it: last 1 full, daily 2 full, min_good 1 full"),
            Pair(3, "no rule keeps it: last 1 full, a newer one that day, min_good 1 full")
        )
    );
}

TEST(Retention, DecidesForEachInstanceApart) {
    auto list = points({"2027-01-04", "2027-01-05"});
    list.push_back(point(3, at("2020-01-01T00:00:00Z"), "ins-2"));

    EXPECT_THAT(kept_of({.last = 1}, list), ElementsAre(2, 3));
}

TEST(Retention, FollowsTheKeepOfEachPlace) {
    Policy policy = keeping({.last = 1});
    policy.replicas = {{shanghai_region, {.last = 2}}};
    policy.exported = ExportTarget{.bucket = bucket, .prefix = {}, .keep = {.last = 3}};
    std::vector<Backup> list = points({"2027-01-04", "2027-01-05", "2027-01-06", "2027-01-07"});
    for (std::int64_t i = 0; i < 4; ++i) {
        Backup& backup = list.at(static_cast<std::size_t>(i));
        backup.copies.push_back(replica_copy(11 + i));
        backup.copies.push_back(export_copy(21 + i));
    }

    const Plan plan = plan_retention(policy, list, retention_now);

    EXPECT_THAT(kept(plan), ElementsAre(4, 13, 14, 22, 23, 24));
}

TEST(Retention, KeepsEverythingInAPlaceThePolicyNoLongerNames) {
    Policy policy = keeping({.last = 1});
    policy.region = Region("ap-beijing");
    policy.replicas = {{Region("ap-nanjing"), {.last = 1}}};
    std::vector<Backup> list = points({"2027-01-04", "2027-01-05"});
    list.at(0).copies.push_back(replica_copy(11));
    list.at(0).copies.push_back(export_copy(21));

    const Plan plan = plan_retention(policy, list, retention_now);

    EXPECT_THAT(kept(plan), ElementsAre(1, 2, 11, 21));
    EXPECT_EQ(plan.decisions.front().reason, "the policy no longer names this place");
}

TEST(Retention, TakesOnlyGoodCopiesForItsSlots) {
    auto list = points({"2027-01-04", "2027-01-05", "2027-01-06", "2027-01-07"});
    list.at(1).copies.at(0).state = CopyState::deleting;
    list.at(2).copies.at(0).state = CopyState::deleted;
    list.at(3).copies.at(0).state = CopyState::accepted;

    const Plan plan = plan_retention(keeping({.last = 1}), list, retention_now);

    ASSERT_EQ(plan.decisions.size(), 1U);
    EXPECT_THAT(kept(plan), ElementsAre(1));
}

TEST(Retention, KeepsObjectsOfAnExportThatNobodyCouldLookAt) {
    auto list = points({"2027-01-04", "2027-01-05"});
    list.at(0).copies = {export_copy(1)};
    list.at(0).copies.at(0).state = CopyState::failed;
    list.at(0).copies.at(0).code = overdue_code;

    const Plan plan = plan_retention(keeping({.last = 1}), list, retention_now);

    EXPECT_THAT(kept(plan), ElementsAre(1, 2));
    EXPECT_THAT(
        reasons(plan, true),
        testing::Contains(Pair(1, "given up, but perhaps complete: look at its objects"))
    );
}

TEST(Retention, ExpiresWhatAFailedAttemptLeftBehind) {
    auto list = points({"2027-01-04", "2027-01-05", "2027-01-06", "2027-01-07"});
    list.at(1).copies.at(0).state = CopyState::failed;
    list.at(2).copies = {export_copy(3)};
    list.at(2).copies.at(0).state = CopyState::failed;
    list.at(3).copies.at(0).state = CopyState::failed;
    list.at(3).copies.at(0).image = ImageId();

    const Plan plan = plan_retention(keeping({.last = 1}), list, retention_now);

    EXPECT_THAT(kept(plan), ElementsAre(1));
    EXPECT_THAT(
        reasons(plan, false),
        ElementsAre(
            Pair(2, "left over from a failed attempt"), Pair(3, "left over from a failed attempt")
        )
    );
}

TEST(Retention, KeepsAnIncompleteCopyWhileNothingCompleteIsNewer) {
    auto list = points({"2027-01-04", "2027-01-05", "2027-01-06"});
    make_incomplete(list.at(1).copies.at(0));
    make_incomplete(list.at(2).copies.at(0));

    const Plan plan = plan_retention(keeping({.last = 1}), list, retention_now);

    EXPECT_THAT(
        reasons(plan, true),
        ElementsAre(
            Pair(1, "last 1 of 1, min_good 1 of 1"),
            Pair(2, "incomplete, but nothing complete is newer"),
            Pair(3, "incomplete, but nothing complete is newer")
        )
    );
}

TEST(Retention, ExpiresAnIncompleteCopyOnceACompleteOneIsNewer) {
    auto list = points({"2027-01-04", "2027-01-05", "2027-01-06"});
    make_incomplete(list.at(1).copies.at(0));

    const Plan plan = plan_retention(keeping({.last = 9, .daily = 9}), list, retention_now);

    EXPECT_THAT(kept(plan), ElementsAre(1, 3));
    EXPECT_THAT(
        reasons(plan, false), ElementsAre(Pair(2, "incomplete, and a complete copy is newer"))
    );
}

TEST(Retention, FillsNoSlotWithAnIncompleteCopy) {
    auto list = points(
        {"2027-01-04T02:00:00Z",
         "2027-01-04T14:00:00Z",
         "2027-01-05T02:00:00Z",
         "2027-01-05T14:00:00Z"}
    );
    make_incomplete(list.at(1).copies.at(0));
    make_incomplete(list.at(3).copies.at(0));

    EXPECT_THAT(kept_of({.daily = 2}, list), ElementsAre(1, 3, 4));
    EXPECT_THAT(kept_of({.last = 1, .min_good = 2}, list), ElementsAre(1, 3, 4));
    // 24 hours before the newest good one.
    EXPECT_THAT(kept_of({.within = hours(24)}, list), ElementsAre(1, 3, 4));
}

TEST(Retention, DoesNotCountACompleteCopyOfAnotherInstanceOrPlaceOrTheFuture) {
    auto list = points({"2027-01-04", "2027-01-05", "2027-01-06", "2031-01-01"});
    make_incomplete(list.at(0).copies.at(0));
    list.at(1).instance = InstanceId("ins-2");
    list.at(2).copies = {replica_copy(3)};

    EXPECT_THAT(kept_of({.last = 1}, list), ElementsAre(1, 2, 3, 4));
}

TEST(Retention, KeepsIncompleteCopiesWhereEverythingIsKept) {
    auto list = points({"2027-01-04", "2027-01-05"});
    make_incomplete(list.at(0).copies.at(0));
    Policy moved = keeping({.last = 1});
    moved.region = Region("ap-beijing");

    const Plan plan = plan_retention(keeping({}), list, retention_now);

    EXPECT_EQ(reasons(plan, true).at(1), "no keep rule");
    EXPECT_THAT(kept(plan_retention(moved, list, retention_now)), ElementsAre(1, 2));
}

TEST(Retention, LeavesOutBackupsThatAreUnfinishedOrAnotherPolicysAndShares) {
    auto list = points({"2027-01-04", "2027-01-05", "2027-01-06"});
    list.at(0).copies.at(0).kind = CopyKind::share;
    list.at(1).state = BackupState::running;
    list.at(2).policy = PolicyName("weekly");

    EXPECT_THAT(plan_retention(keeping({.last = 1}), list, retention_now).decisions, IsEmpty());
}

TEST(Retention, KeepsCopiesOfTheFutureWithoutGivingThemASlot) {
    const auto list = points({"2027-01-04", "2027-01-05", "2031-01-01"});

    const Plan plan = plan_retention(keeping({.last = 1, .within = days(1)}), list, retention_now);

    EXPECT_THAT(kept(plan), ElementsAre(1, 2, 3));
    EXPECT_EQ(reasons(plan, true).at(3), "dated in the future");
    EXPECT_THAT(kept_of({.last = 1}, list), ElementsAre(2, 3));
}

TEST(Retention, SortsByInstanceKindRegionAndNewestFirst) {
    std::vector<Backup> list{
        point(1, at("2027-01-04T00:00:00Z"), "ins-2"),
        point(2, at("2027-01-04T00:00:00Z")),
        point(3, at("2027-01-05T00:00:00Z")),
        point(4, at("2027-01-05T00:00:00Z"))};
    list.at(1).copies.push_back(replica_copy(20));
    list.at(1).copies.push_back(replica_copy(21, Region("ap-beijing")));

    std::vector<std::int64_t> order;
    for (const Decision& decision : plan_retention(keeping({}), list, retention_now).decisions) {
        order.push_back(decision.copy.value());
    }

    EXPECT_THAT(order, ElementsAre(4, 3, 2, 21, 20, 1));
}

TEST(Retention, TellsWhatEachDecisionIsAbout) {
    const Plan plan = plan_retention(keeping({.last = 1}), points({"2027-01-04"}), retention_now);

    const Decision wanted{
        .backup = BackupId(1),
        .copy = CopyId(1),
        .policy = PolicyName("nightly"),
        .instance = InstanceId("ins-1"),
        .kind = CopyKind::image,
        .place = {main_account, guangzhou},
        .due = at("2027-01-04T12:00:00Z"),
        .keep = true,
        .reason = "last 1 of 1, min_good 1 of 1",
    };
    EXPECT_THAT(plan.decisions, ElementsAre(wanted));
}

// Two backups a day over 120 days. restic 0.14 keeps 12 of them and borg, whose rules share
// nothing, 15; the thirteenth is the oldest copy, which restic keeps too since 0.17.
TEST(Retention, KeepsThirteenOfTheTwoHundredAndFortyCopiesOfAKnownExample) {
    std::vector<Backup> list;
    for (int i = 0; i < 240; ++i) {
        list.push_back(point(i + 1, at("2026-01-01T02:00:00Z") + hours(12) * i));
    }
    const Keep keep{.daily = 7, .weekly = 4, .monthly = 12, .yearly = 2};

    // Seven days from 30 April on; the Sundays 19 and 12 April, as 26 is one of those days; the
    // ends of March, February and January; the first copy of all.
    EXPECT_EQ(kept_of(keep, list).size(), 13U);
}

}  // namespace

}  // namespace cvmbackup
