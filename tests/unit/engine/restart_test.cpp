// The daemon dies at every point of a backup, one after the other, and is started again.
#include "engine_world.hpp"

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
using testing::SizeIs;
using Moment = SimulatedTransport::Moment;

struct Crash {};

Policy full_policy() {
    Policy policy = web_policy();
    policy.exported = web_export();
    return policy;
}

std::size_t requests_of_a_whole_backup() {
    EngineWorld world(web_world(2));
    world.settings.policies = {full_policy()};
    EXPECT_TRUE(world.run_until_done());
    return world.records.size();
}

// Lives until the given boundary is reached, dies there, and lives again until all is done.
void survive(std::size_t request, Moment moment) {
    EngineWorld world(web_world(2));
    world.settings.policies = {full_policy()};
    world.begin();
    world.life->transport.at_boundary = [&](std::size_t number, Moment reached) {
        if (number == request && reached == moment) {
            throw Crash();
        }
    };
    try {
        ASSERT_TRUE(world.run_until_done());
    } catch (const Crash&) {
    }
    world.crash();
    world.now += 90s;

    ASSERT_TRUE(world.run_until_done());

    EXPECT_THAT(world.all_backups(), Each(Field(&Backup::result, Result::ok)));
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(2));
    EXPECT_THAT(world.images("ap-shanghai"), SizeIs(2));
    EXPECT_THAT(world.keys(), SizeIs(2));
    EXPECT_THAT(world.doubled_names(), IsEmpty());
}

TEST(Restart, BeforeAnyRequestOfABackupLosesAndDoublesNothing) {
    const std::size_t requests = requests_of_a_whole_backup();
    for (std::size_t request = 1; request <= requests; ++request) {
        SCOPED_TRACE("killed before request " + std::to_string(request));
        survive(request, Moment::before);
    }
}

TEST(Restart, BetweenAnyRequestAndItsAnswerLosesAndDoublesNothing) {
    const std::size_t requests = requests_of_a_whole_backup();
    for (std::size_t request = 1; request <= requests; ++request) {
        SCOPED_TRACE("killed after request " + std::to_string(request));
        survive(request, Moment::after);
    }
}

// But for the rows that tell of times without one.
std::vector<Run> runs_of(EngineWorld& world) {
    std::vector<Run> runs = world.catalog->runs(std::nullopt, 10);
    std::erase_if(runs, [](const Run& run) { return run.passed > 0; });
    return runs;
}

TEST(Restart, MakesUpOnceForATimeThatWasMissed) {
    EngineWorld world(web_world(1));
    world.begin();
    world.crash();
    world.now = *parse_rfc3339("2027-01-04T07:00:00Z");

    ASSERT_TRUE(world.run_until_done());

    const auto runs = runs_of(world);
    ASSERT_THAT(runs, SizeIs(1));
    EXPECT_EQ(runs[0].trigger, Trigger::catch_up);
    EXPECT_EQ(runs[0].due, *parse_rfc3339("2027-01-04T02:15:00Z"));
}

TEST(Restart, MakesUpAlsoWhileTheCloudTellsNothingOfItsImages) {
    EngineWorld world(web_world(1), R"(
[[fault]]
action = "DescribeImages"
kind = "lost-before"
silent = true
)");
    world.begin();
    world.crash();
    world.now = *parse_rfc3339("2027-01-04T07:00:00Z");

    world.run_for(5min);

    EXPECT_THAT(runs_of(world), SizeIs(1));
}

TEST(Restart, DoesNotMakeUpForWhatIsOlderThanTheCatchUp) {
    EngineWorld world(web_world(1));
    world.begin();
    world.crash();
    world.now = *parse_rfc3339("2027-01-04T09:00:00Z");

    world.run_for(10min);

    EXPECT_THAT(runs_of(world), IsEmpty());
    EXPECT_THAT(world.observer.notices, Contains(HasSubstr("missed, because the daemon")));
}

TEST(Restart, IsOnTimeForTheNewestOfSeveralTimesThatPassed) {
    EngineWorld world(web_world(1));
    world.settings.policies.front().catch_up = CatchUp{CatchUp::Mode::none, Duration(0)};
    ASSERT_TRUE(world.run_until_done());
    world.crash();
    world.now = *parse_rfc3339("2027-01-06T02:18:00Z");  // two days later, three minutes late

    world.run_for(10min);

    const auto runs = runs_of(world);
    ASSERT_THAT(runs, SizeIs(2));
    EXPECT_EQ(runs[0].trigger, Trigger::schedule);
    EXPECT_EQ(runs[0].due, *parse_rfc3339("2027-01-06T02:15:00Z"));
}

TEST(Restart, DoesNotFireATimeTwice) {
    EngineWorld world(web_world(1));
    ASSERT_TRUE(world.run_until_done());

    for (int i = 0; i < 3; ++i) {
        world.crash();
        world.run_for(1min);
    }

    EXPECT_THAT(runs_of(world), SizeIs(1));
}

TEST(Restart, WithTheClockSetBackFiresNothingAgain) {
    EngineWorld world(web_world(1));
    ASSERT_TRUE(world.run_until_done());
    world.crash();
    world.now = *parse_rfc3339("2027-01-04T02:10:00Z");

    world.run_for(1h);

    EXPECT_THAT(runs_of(world), SizeIs(1));
}

TEST(Pause, PassesTimesOverUntilItEnds) {
    EngineWorld world(web_world(1));
    world.begin();
    ASSERT_TRUE(
        world.engine().pause(PolicyName("web"), *parse_rfc3339("2027-01-05T00:00:00Z"), "moving")
    );
    world.run_for(std::chrono::hours(20));
    EXPECT_THAT(runs_of(world), IsEmpty());
    EXPECT_TRUE(world.engine().policies().front().paused);

    world.crash();
    world.run_for(std::chrono::hours(24));

    EXPECT_THAT(runs_of(world), SizeIs(1));
}

// Due at 02:15 and paused until `until`; the daemon does not run from 02:00 to 05:00.
std::size_t runs_made_up_for(const char* until) {
    EngineWorld world(web_world(1));
    world.begin();
    EXPECT_TRUE(world.engine().pause(PolicyName("web"), *parse_rfc3339(until), "moving"));
    world.crash();
    world.now = *parse_rfc3339("2027-01-04T05:00:00Z");
    world.run_for(std::chrono::hours(1));
    return runs_of(world).size();
}

TEST(Pause, PassesTimesOverAlsoIfItEndedWhileNoDaemonRan) {
    EXPECT_EQ(runs_made_up_for("2027-01-04T02:15:01Z"), 0U);
    EXPECT_EQ(runs_made_up_for("2027-01-04T02:15:00Z"), 1U);
}

}  // namespace
}  // namespace cvmbackup
