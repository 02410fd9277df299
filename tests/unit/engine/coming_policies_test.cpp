// Policies are taken out of the configuration and come back, with and without the catalog that knew
// them.
#include "engine_world.hpp"
#include "rules/calendar.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvmbackup {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using testing::SizeIs;

const PolicyName web("web");
const Instant begin = *parse_rfc3339("2027-01-04T00:00:00Z");

Policy other_policy() {
    Policy policy = web_policy();
    policy.name = PolicyName("other");
    policy.schedule = {*parse_calendar("Mon 03:00").expression};
    return policy;
}

// Two policies for one instance; web is due at 02:15 every day.
EngineWorld two_policies() {
    EngineWorld world(web_world(1));
    world.settings.policies = {other_policy(), web_policy()};
    return world;
}

void live_with(EngineWorld& world, std::vector<Policy> policies, Duration duration) {
    world.crash();
    world.settings.policies = std::move(policies);
    world.run_for(duration);
}

void reload(EngineWorld& world, std::vector<Policy> policies) {
    world.settings.policies = std::move(policies);
    ASSERT_TRUE(world.engine().reload());
}

std::vector<Run> runs_of_web(EngineWorld& world) {
    return world.catalog->runs(web, 100);
}

// A day and five hours; web was due twice.
void live_with_both(EngineWorld& world) {
    world.run_for(begin + days(1) + 5h - world.now);
}

TEST(PolicyThatComesBack, DoesNotMakeUpForTimesAtWhichItWasNotThere) {
    EngineWorld world = two_policies();
    live_with_both(world);
    live_with(world, {other_policy()}, days(2));

    live_with(world, {other_policy(), web_policy()}, 10h);

    EXPECT_THAT(runs_of_web(world), SizeIs(2));
    world.run_for(days(1));
    EXPECT_THAT(runs_of_web(world), SizeIs(3));
}

TEST(PolicyThatComesBack, ByAReloadDoesNotMakeUpForTimesAtWhichItWasNotThere) {
    EngineWorld world = two_policies();
    live_with_both(world);
    reload(world, {other_policy()});
    world.run_for(days(1));

    reload(world, {other_policy(), web_policy()});
    world.run_for(10h);

    EXPECT_THAT(runs_of_web(world), SizeIs(2));
}

TEST(PolicyThatComesBack, AloneDoesNotMakeUpForTimesAtWhichItWasNotThere) {
    EngineWorld world(web_world(1));
    live_with_both(world);
    live_with(world, {}, days(1));

    live_with(world, {web_policy()}, 10h);

    EXPECT_THAT(runs_of_web(world), SizeIs(2));
}

TEST(PolicyThatComesBack, IsNotMadeUpForWhenTheCatalogWasLostWhileItWasNotThere) {
    EngineWorld world = two_policies();
    live_with_both(world);
    world.crash();
    world.catalog = open_catalog(":memory:");
    live_with(world, {other_policy()}, days(3));

    live_with(world, {other_policy(), web_policy()}, 10h);

    ASSERT_THAT(runs_of_web(world), SizeIs(2)) << "those found in the cloud";
    EXPECT_EQ(world.calls("CreateImage"), 3U);
    world.run_for(days(1));
    EXPECT_EQ(world.newest_backup().due, begin + days(5) + 2h + 15min);
}

TEST(PolicyThatComesBack, IsMadeUpForWhenNobodyCanKnowThatItWasNotThere) {
    EngineWorld world = two_policies();
    live_with_both(world);
    live_with(world, {other_policy()}, days(2));
    world.crash();
    world.catalog = open_catalog(":memory:");

    live_with(world, {other_policy(), web_policy()}, 10h);

    EXPECT_EQ(world.newest_backup().due, begin + days(3) + 2h + 15min);
}

TEST(OlderCatalogThatIsPutBack, MakesUpForAPolicyThatItDoesNotKnow) {
    EngineWorld world = two_policies();
    live_with_both(world);
    world.crash();
    world.catalog = open_catalog(":memory:");
    PolicyMemory memory;
    memory.policy = PolicyName("other");
    memory.known_since = begin - days(2);
    Changes changes;
    changes.memories = {memory};
    world.catalog->commit(changes);
    world.now = begin + days(2) + 5h;

    world.run_for(10h);

    EXPECT_EQ(world.newest_backup().policy, web);
    EXPECT_EQ(world.newest_backup().due, begin + days(2) + 2h + 15min);
    EXPECT_THAT(world.doubled_names(), SizeIs(0));
}

}  // namespace
}  // namespace cvmbackup
