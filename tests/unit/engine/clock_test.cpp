// Somebody sets the clock of the machine while backups are under way.
#include "engine_world.hpp"
#include "rules/calendar.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvmbackup {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::Each;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr const char* lost_creation = R"(
[[fault]]
action = "CreateImage"
kind = "lost-before"
nth = [1]
)";

Instant at(const char* text) {
    return *parse_rfc3339(text);
}

void set_clock(EngineWorld& world, Instant to) {
    world.life->clock.jump(to - world.life->clock.now());
}

TEST(ClockSet, ForwardDoesNotEndTheFenceOfALostAnswer) {
    EngineWorld world(web_world(1), lost_creation);
    world.run_for(15min + 5s);
    ASSERT_EQ(world.calls("CreateImage"), 1U);

    world.life->clock.jump(3h);
    world.run_for(fence - 1min);
    EXPECT_EQ(world.calls("CreateImage"), 1U);
    ASSERT_TRUE(world.run_until_done());

    EXPECT_EQ(world.calls("CreateImage"), 2U);
    EXPECT_THAT(world.all_backups(), Each(Field(&Backup::result, Result::ok)));
    EXPECT_THAT(world.observer.notices, Contains(HasSubstr("was set forward by 3h")));
}

TEST(ClockSet, BackDoesNotProlongTheFenceOfALostAnswer) {
    EngineWorld world(web_world(1), lost_creation);
    world.run_for(15min + 5s);

    world.life->clock.jump(-5h);
    world.run_for(fence + 2min);

    EXPECT_EQ(world.calls("CreateImage"), 2U);
    EXPECT_THAT(world.observer.notices, Contains(HasSubstr("was set back by 5h")));
}

TEST(ClockSet, IsNoticedByWhoeverAsksForTheStatus) {
    EngineWorld world(web_world(1));
    world.run_for(1min);
    world.life->clock.jump(-365 * 24h);
    ASSERT_THAT(world.observer.notices, Not(Contains(HasSubstr("was set back"))));

    const DaemonStatus status = world.life->engine->status();

    EXPECT_EQ(status.now, world.life->clock.now());
    EXPECT_THAT(world.observer.notices, Contains(HasSubstr("was set back by 365d")));
}

TEST(ClockSet, ForwardWhileTheDaemonIsDownDoesNotEndTheFence) {
    EngineWorld world(web_world(1), lost_creation);
    world.run_for(15min + 5s);
    world.crash();
    world.now += 20h;

    world.run_for(fence - 1min);

    EXPECT_EQ(world.calls("CreateImage"), 1U);
    ASSERT_TRUE(world.run_until_done());
    EXPECT_THAT(world.doubled_names(), IsEmpty());
}

TEST(ClockSet, ByYearsGivesUpNothingThatTheCloudWorksOn) {
    for (const Duration by : {Duration(20 * 365 * 24h), Duration(-10 * 365 * 24h)}) {
        SCOPED_TRACE(by.count());
        EngineWorld world("[timing]\ncreate = \"30min\"\ncopy = \"30min\"\n" + web_world(3));
        world.run_for(25min);
        ASSERT_THAT(world.images("ap-guangzhou"), SizeIs(3));

        world.life->clock.jump(by);
        world.run_for(3h);

        const std::vector<Backup> backups = world.all_backups();
        ASSERT_GE(backups.size(), 3U);
        for (std::size_t i = backups.size() - 3; i < backups.size(); ++i) {
            EXPECT_EQ(backups[i].result, Result::ok);
        }
        for (const auto& run : world.catalog->runs(std::nullopt, 20)) {
            EXPECT_LT(run.finished.value_or(Instant::max()) - run.started, 2h);
            EXPECT_GE(run.finished.value_or(Instant::min()), run.started);
        }
    }
}

TEST(ClockSet, BackRunsNoTimeTwiceAndLosesNone) {
    EngineWorld world(web_world(1));
    world.settings.policies.front().schedule = {*parse_calendar("hourly").expression};
    world.run_for(4h + 30min);
    ASSERT_THAT(world.catalog->runs(std::nullopt, 20), SizeIs(4));

    set_clock(world, at("2027-01-04T03:30:00Z"));
    world.run_for(4h);

    const auto runs = world.catalog->runs(std::nullopt, 20);
    ASSERT_THAT(runs, SizeIs(5));
    EXPECT_EQ(runs.front().due, at("2027-01-04T07:00:00Z"));
    EXPECT_THAT(world.doubled_names(), IsEmpty());
}

TEST(ClockSet, ForwardAndCorrectedLosesNoTime) {
    EngineWorld world(web_world(1));
    world.run_for(1min);
    set_clock(world, at("2030-06-01T12:00:00Z"));
    world.run_for(1min);
    set_clock(world, at("2027-01-04T02:03:00Z"));

    world.run_for(1h);

    const auto runs = world.catalog->runs(std::nullopt, 20);
    ASSERT_FALSE(runs.empty());
    EXPECT_EQ(runs.front().due, at("2027-01-04T02:15:00Z"));
}

TEST(ClockSet, ForwardBeginsWhatIsDueByTheNewTime) {
    EngineWorld world(web_world(4));
    world.settings.policies.front().spread = 2h;
    world.run_for(16min);

    set_clock(world, at("2027-01-04T06:00:00Z"));
    world.run_for(1min);

    EXPECT_EQ(world.calls("CreateImage"), 4U);
}

TEST(ClockSet, BackRunsNoTimeTwiceHoweverMuchWasRunByHandSince) {
    EngineWorld world(web_world(1));
    world.run_for(2h);
    ASSERT_EQ(world.calls("CreateImage"), 1U);
    world.crash();
    Changes by_hand;
    for (int number = 2; number < 1000; ++number) {
        cvmbackup::Run run = world.catalog->runs(std::nullopt, 1).front();
        run.id = RunId(number);
        run.trigger = Trigger::manual;
        by_hand.runs.push_back(run);
    }
    world.catalog->commit(by_hand);
    world.now = at("2027-01-04T02:00:00Z");

    world.run_for(1h);

    EXPECT_EQ(world.calls("CreateImage"), 1U);
}

// The daemon began something while its clock was ten days ahead.
void begin_in_a_wrong_time(EngineWorld& world) {
    world.run_for(1min);
    world.life->clock.jump(10 * 24h);
    world.run_for(15min);
    ASSERT_THAT(world.all_backups(), Not(IsEmpty()));
    ASSERT_GT(world.newest_backup().due, at("2027-01-14T00:00:00Z"));
}

TEST(ClockSet, BackAtARestartKeepsNothingThatWasBegunUnwatched) {
    EngineWorld world(web_world(2));
    begin_in_a_wrong_time(world);
    ASSERT_EQ(world.calls("CreateImage"), 2U);
    world.crash();
    world.now -= 10 * 24h;

    world.run_for(3h);

    EXPECT_THAT(world.catalog->unfinished_runs(), IsEmpty());
    EXPECT_THAT(world.images("ap-shanghai"), SizeIs(2));
}

TEST(ClockSet, BackLetsBeginWhatWaitsForAStartOfTheWrongTime) {
    for (const bool restart : {false, true}) {
        SCOPED_TRACE(restart);
        EngineWorld world(web_world(4));
        world.settings.policies.front().spread = 2h;
        begin_in_a_wrong_time(world);
        ASSERT_LT(world.calls("CreateImage"), 4U);
        if (restart) {
            world.crash();
            world.now -= 10 * 24h;
        } else {
            world.life->clock.jump(-10 * 24h);
        }

        world.run_for(4h);

        EXPECT_THAT(world.catalog->unfinished_runs(), IsEmpty());
        EXPECT_GE(world.images("ap-guangzhou").size(), 4U);
    }
}

TEST(ClockSet, BackWhileInstancesAreChosenPutsNoStartOff) {
    EngineWorld world(web_world(2), R"(
[[fault]]
action = "DescribeInstances"
kind = "error"
code = "InternalError"
until = "2027-01-04T02:40:00Z"
)");
    world.settings.policies.front().spread = 30min;
    world.run_for(1min);
    world.life->clock.jump(10 * 24h);
    world.run_for(15min);
    ASSERT_THAT(world.catalog->unfinished_runs(), SizeIs(1));
    ASSERT_THAT(world.all_backups(), IsEmpty());

    world.life->clock.jump(-10 * 24h);
    world.run_for(4h);

    EXPECT_THAT(world.catalog->unfinished_runs(), IsEmpty());
    EXPECT_GE(world.images("ap-guangzhou").size(), 2U);
}

constexpr Duration months = 60 * 24h;

// Four days of backups that are kept for a month, then two by a clock that somebody set ahead.
EngineWorld world_with_a_clock_ahead() {
    EngineWorld world(web_world(1));
    Policy policy = web_policy();
    policy.replicas.clear();
    policy.keep = Keep();
    policy.keep.within = 30 * 24h;
    world.settings.policies = {policy};
    world.run_for(4 * 24h);
    world.life->clock.jump(months);
    world.run_for(2 * 24h);
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(6));
    world.crash();
    world.wrong = months;
    return world;
}

std::vector<BrakeStop> stops(EngineWorld& world) {
    return world.engine().policy(PolicyName("web"))->stops;
}

TEST(WrongClock, HoldsDeletionsAfterARestartUntilItIsRight) {
    EngineWorld world = world_with_a_clock_ahead();

    world.run_for(2 * 24h);
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(8));
    ASSERT_THAT(stops(world), SizeIs(1));
    EXPECT_EQ(stops(world).front().reason, BrakeReason::clock);
    EXPECT_THAT(stops(world).front().text, HasSubstr("ahead of the cloud's"));

    world.crash();
    world.now -= months;
    world.wrong = 0s;
    world.run_for(24h);
    EXPECT_THAT(stops(world), IsEmpty());
}

TEST(WrongClock, LetsNoCopyThatItDatedAheadPassForTheLastSuccess) {
    for (const bool restart : {false, true}) {
        SCOPED_TRACE(restart);
        EngineWorld world = world_with_a_clock_ahead();
        if (restart) {
            world.now -= months;
            world.wrong = 0s;
            world.run_for(1min);
        } else {
            world.run_for(1min);
            world.life->clock.jump(-months);
            world.run_for(1min);
        }

        const std::optional<Instant> last = world.engine().policy(PolicyName("web"))->last_success;

        ASSERT_TRUE(last);
        EXPECT_LT(*last, world.now);
    }
}

// Retention could hear of the cloud before a comparison does.
TEST(WrongClock, HoldsDeletionsWhenTheNetworkComesUpAfterAComparisonInVain) {
    EngineWorld world = world_with_a_clock_ahead();
    world.begin();
    world.life->transport.unreachable = true;
    ASSERT_TRUE(world.life->clock.run_until(world.now + 10min, [&] {
        return world.engine().reconciliation().pass > 0;
    }));
    world.life->transport.unreachable = false;

    world.run_for(3h);

    EXPECT_EQ(world.images("ap-guangzhou").size(), 7U);
    EXPECT_THAT(stops(world), SizeIs(1));
}

TEST(WrongClock, HoldsDeletionsOnlyUntilAPersonAgrees) {
    EngineWorld world = world_with_a_clock_ahead();
    world.run_for(1h);
    const PolicyPlan plan = world.engine().plan(PolicyName("web"))->policies.front();

    ASSERT_TRUE(world.engine().apply_plan(plan.id));
    world.run_for(1h);

    EXPECT_EQ(plan.expired, 4U);
    EXPECT_EQ(world.images("ap-guangzhou").size(), 3U);
}

// By less than what counts as set.
TEST(ClockSetBackALittle, WakesABackupThatWaitsForItsStart) {
    EngineWorld world(web_world(1));
    world.settings.policies.front().spread = std::chrono::hours(1);
    world.run_for(20min);
    ASSERT_THAT(world.all_backups(), SizeIs(1));

    world.life->clock.jump(-1s);
    world.run_for(12h);

    EXPECT_EQ(world.newest_backup().state, BackupState::finished);
}

}  // namespace
}  // namespace cvmbackup
