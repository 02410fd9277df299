// Due times at which nothing is begun are told of: one row of the list of runs for each span.
#include "engine_world.hpp"
#include "rules/calendar.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvmbackup {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const PolicyName web("web");

Instant at(const char* text) {
    return *parse_rfc3339(text);
}

EngineWorld hourly_world() {
    EngineWorld world(web_world(1));
    world.settings.policies.front().schedule = {*parse_calendar("hourly").expression};
    world.settings.policies.front().replicas.clear();
    return world;
}

std::vector<Run> runs(EngineWorld& world) {
    return world.catalog->runs(web, 1000);
}

TEST(PassedTimes, OfAPauseAreOneRowWhateverRestarts) {
    EngineWorld world = hourly_world();
    world.run_for(90min);
    ASSERT_TRUE(world.engine().pause(web, at("2027-01-11T03:30:00Z"), "moving"));

    for (int i = 0; i < 14; ++i) {
        world.run_for(12h);
        world.crash();
    }
    world.run_for(20min);

    ASSERT_THAT(runs(world), SizeIs(2));
    const cvmbackup::Run row = runs(world).front();
    EXPECT_EQ(row.result, Result::skipped);
    EXPECT_EQ(row.passed, 168);
    EXPECT_EQ(row.due, at("2027-01-04T04:00:00Z"));
    EXPECT_EQ(row.passed_until, at("2027-01-11T03:00:00Z"));
    EXPECT_THAT(row.note, HasSubstr("168 due times from"));
    EXPECT_THAT(row.note, HasSubstr("paused (moving)"));
    EXPECT_EQ(world.engine().policies().front().last_run->due, at("2027-01-04T03:00:00Z"));
    world.run_for(1h);
    EXPECT_EQ(runs(world).front().due, at("2027-01-11T04:00:00Z"));
    EXPECT_EQ(runs(world).front().result, Result::ok);
}

TEST(PassedTimes, OfAPauseThatNoDaemonSawAreTold) {
    EngineWorld world = hourly_world();
    world.begin();
    ASSERT_TRUE(world.engine().pause(web, at("2027-01-04T05:30:00Z"), "moving"));
    world.crash();
    world.now = at("2027-01-04T07:02:00Z");

    world.run_for(5min);

    ASSERT_THAT(runs(world), SizeIs(3));
    EXPECT_EQ(runs(world)[0].due, at("2027-01-04T07:00:00Z"));
    EXPECT_THAT(runs(world)[1].note, HasSubstr("the daemon did not run; 2027-01-04T07:00:00Z is"));
    EXPECT_EQ(runs(world)[1].passed, 1);
    EXPECT_THAT(runs(world)[2].note, HasSubstr("3 due times"));
    EXPECT_THAT(runs(world)[2].note, HasSubstr("paused"));
}

TEST(PassedTimes, BeforeTheNewestThatIsMadeUpForAreOneRow) {
    EngineWorld world = hourly_world();
    world.run_for(10min);
    world.crash();
    world.now += days(7);

    world.run_for(6min);

    ASSERT_THAT(runs(world), SizeIs(2));
    EXPECT_EQ(runs(world)[0].trigger, Trigger::catch_up);
    EXPECT_EQ(runs(world)[1].passed, 167);
    EXPECT_EQ(runs(world)[1].passed_until, at("2027-01-11T01:00:00Z"));
    EXPECT_THAT(world.observer.notices, Contains(HasSubstr("167 due times")));
}

TEST(PassedTimes, ThatAreNeverMadeUpForAreOneRow) {
    EngineWorld world(web_world(1));
    world.settings.policies.front().catch_up.mode = CatchUp::Mode::none;
    world.begin();

    for (int i = 0; i < 3; ++i) {
        world.crash();
        world.now += 24h;
        world.run_for(1min);
    }

    ASSERT_THAT(runs(world), SizeIs(1));
    EXPECT_EQ(runs(world).front().passed, 3);
    EXPECT_EQ(runs(world).front().passed_until, at("2027-01-06T02:15:00Z"));
    EXPECT_THAT(runs(world).front().note, HasSubstr("not made up for"));
    EXPECT_FALSE(world.engine().policies().front().last_run);
}

void take_out(EngineWorld& world) {
    world.settings.policies.clear();
    ASSERT_TRUE(world.engine().reload());
}

TEST(PassedTimes, AreToldWhenTheirPolicyIsTakenOutRightAfterAStart) {
    EngineWorld world = hourly_world();
    world.run_for(3h + 10min);
    world.crash();
    world.now += 4h;
    world.begin();

    take_out(world);
    world.run_for(1h);

    ASSERT_THAT(runs(world), SizeIs(4));
    const cvmbackup::Run row = runs(world).front();
    EXPECT_EQ(row.passed, 4);
    EXPECT_EQ(row.due, at("2027-01-04T06:00:00Z"));
    EXPECT_EQ(row.passed_until, at("2027-01-04T09:00:00Z"));
    EXPECT_THAT(row.note, HasSubstr("before the policy was taken out of the configuration"));
    EXPECT_THAT(world.observer.notices, Contains(HasSubstr("4 due times")));
}

TEST(PassedTimes, AreToldWhenTheScheduleIsChangedRightAfterAStart) {
    EngineWorld world = hourly_world();
    world.run_for(3h + 10min);
    world.crash();
    world.now += 4h;
    world.begin();

    world.settings.policies.front().schedule = {*parse_calendar("23:00").expression};
    ASSERT_TRUE(world.engine().reload());
    world.run_for(1h);

    ASSERT_THAT(runs(world), SizeIs(4));
    EXPECT_EQ(runs(world).front().passed, 4);
    EXPECT_THAT(runs(world).front().note, HasSubstr("before the schedule was changed"));
}

TEST(PassedTimes, OfAPauseAreToldWhenTheirPolicyIsTakenOutRightAfterAStart) {
    EngineWorld world(web_world(1));
    world.begin();
    ASSERT_TRUE(world.engine().pause(web, std::nullopt, "moving"));
    world.crash();
    world.now = at("2027-01-04T06:00:00Z");
    world.begin();

    take_out(world);

    ASSERT_THAT(runs(world), SizeIs(1));
    EXPECT_THAT(runs(world).front().note, HasSubstr("paused (moving)"));
}

TEST(PassedTimes, AreNoneWhenAPolicyIsTakenOutBetweenTwo) {
    EngineWorld world = hourly_world();
    world.run_for(90min);
    const std::size_t before = runs(world).size();

    take_out(world);

    EXPECT_THAT(runs(world), SizeIs(before));
}

TEST(PassedTimes, OfAPauseStayExcludedWhenItIsEndedRightAfterAStart) {
    EngineWorld world(web_world(1));
    world.begin();
    ASSERT_TRUE(world.engine().pause(web, std::nullopt, "moving"));
    world.crash();
    world.now = at("2027-01-04T05:00:00Z");
    world.begin();

    ASSERT_TRUE(world.engine().resume(web));
    world.run_for(1h);

    ASSERT_THAT(runs(world), SizeIs(1));
    EXPECT_THAT(runs(world).front().note, HasSubstr("paused (moving)"));
    EXPECT_THAT(world.all_backups(), IsEmpty());
}

TEST(PassedTimes, OfAPauseThatIsOverStayExcludedWhenItIsEndedOnceMoreRightAfterAStart) {
    EngineWorld world(web_world(1));
    world.begin();
    ASSERT_TRUE(world.engine().pause(web, at("2027-01-04T04:00:00Z"), "moving"));
    world.crash();
    world.now = at("2027-01-04T05:00:00Z");
    world.begin();

    ASSERT_TRUE(world.engine().resume(web));
    world.run_for(1h);

    ASSERT_THAT(runs(world), SizeIs(1));
    EXPECT_THAT(runs(world).front().note, HasSubstr("paused (moving)"));
    EXPECT_THAT(world.all_backups(), IsEmpty());
}

TEST(PassedTimes, AreNotThoseThatHadTheirRunBeforeTheClockWasSetBack) {
    EngineWorld world = hourly_world();
    world.run_for(3h + 30min);
    world.life->clock.jump(-3h);
    world.run_for(1min);
    world.crash();
    world.now += 5h;

    world.run_for(10min);

    ASSERT_THAT(runs(world), SizeIs(5));
    EXPECT_EQ(runs(world)[0].due, at("2027-01-04T07:00:00Z"));
    EXPECT_EQ(runs(world)[1].passed, 1);
    EXPECT_EQ(runs(world)[1].due, at("2027-01-04T06:00:00Z"));
}

TEST(PassedTimes, ComeAgainWhenTheClockIsSetBack) {
    EngineWorld world(web_world(1));
    world.settings.policies.front().catch_up.mode = CatchUp::Mode::none;
    world.run_for(1min);
    world.life->clock.jump(4h);
    world.run_for(1min);
    ASSERT_THAT(runs(world), SizeIs(1));
    EXPECT_THAT(runs(world).front().note, HasSubstr("the clock was set"));

    world.life->clock.jump(-4h);
    world.run_for(30min);

    ASSERT_THAT(runs(world), SizeIs(2));
    EXPECT_EQ(runs(world).front().passed, 0);
    EXPECT_EQ(runs(world).front().due, at("2027-01-04T02:15:00Z"));
}

}  // namespace
}  // namespace cvmbackup
