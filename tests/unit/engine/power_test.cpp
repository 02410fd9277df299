// Instances that ran before their image run after it, whoever powered them off.
#include "engine_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvmbackup {
namespace {

using namespace std::chrono_literals;

Policy cold_policy() {
    Policy policy = web_policy();
    policy.consistency = Consistency::power_off;
    return policy;
}

std::string state_of_first(const EngineWorld& world) {
    return world.cloud->state().instances.begin()->second.state;
}

TEST(PowerOff, AlsoWhenTheDaemonWasAwayForHoursAfterTheImage) {
    EngineWorld world("[timing]\ncreate = \"10min\"\n" + web_world(1));
    world.settings.policies = {cold_policy()};
    world.run_for(25min + 5s);
    world.crash();
    world.now += 5h;

    ASSERT_TRUE(world.run_until_done());

    EXPECT_EQ(state_of_first(world), "RUNNING");
    EXPECT_EQ(world.newest_backup().result, Result::ok);
}

TEST(PowerOff, AlsoWhenTheImageFailsAfterTheBackupWasCancelled) {
    EngineWorld world(web_world(1), R"(
[[fault]]
action = "CreateImage"
kind = "task-fails"
nth = [1]
)");
    world.settings.policies = {cold_policy()};
    world.run_for(20min);
    ASSERT_TRUE(world.engine().cancel(world.engine().jobs().front().run.id));

    ASSERT_TRUE(world.run_until_done());

    EXPECT_EQ(state_of_first(world), "RUNNING");
}

TEST(PowerOff, LeavesAnInstanceOffThatWasOffBefore) {
    EngineWorld world(web_world(0, R"(
[[account.instance]]
id = "ins-coldspar"
region = "ap-guangzhou"
state = "STOPPED"
tags = { tier = "web" }
)"));
    world.settings.policies = {cold_policy()};

    ASSERT_TRUE(world.run_until_done());

    EXPECT_EQ(state_of_first(world), "STOPPED");
    EXPECT_EQ(world.calls("StartInstances"), 0U);
    EXPECT_EQ(world.newest_backup().result, Result::ok);
}

TEST(PowerOff, LooksAtTheInstanceAgainRightBeforeTheCall) {
    EngineWorld world(web_world(1));
    Policy policy = cold_policy();
    policy.spread = 10h;
    world.settings.policies = {policy};
    world.run_for(16min);
    world.cloud->state().instances.begin()->second.state = "STOPPED";

    ASSERT_TRUE(world.run_until_done());

    EXPECT_EQ(state_of_first(world), "STOPPED");
    EXPECT_EQ(world.calls("StartInstances"), 0U);
}

TEST(SoftShutdown, InstancesRunAgainThatTheCloudShutDownUnasked) {
    EngineWorld world("[behaviour]\npoweroff_false = \"soft\"\n" + web_world(3));

    ASSERT_TRUE(world.run_until_done());

    for (const auto& [id, instance] : world.cloud->state().instances) {
        EXPECT_EQ(instance.state, "RUNNING") << id;
    }
    EXPECT_EQ(world.newest_backup().result, Result::ok);
}

// The list is the first read; the second is of all three, and refused for one of them.
TEST(SoftShutdown, ALookThatIsRefusedForOneInstanceIsRepeatedForEach) {
    EngineWorld world(web_world(3), R"(
[[fault]]
action = "DescribeInstances"
kind = "error"
code = "UnauthorizedOperation"
nth = [2, 4]
)");

    ASSERT_TRUE(world.run_until_done());

    std::map<Result, int> results;
    for (const Backup& backup : world.all_backups()) {
        results[*backup.result] += 1;
    }
    EXPECT_EQ(results[Result::ok], 2);
    EXPECT_EQ(results[Result::failed], 1);
}

TEST(SoftShutdown, LooksAtManyInstancesInOneCall) {
    EngineWorld world(web_world(250));

    world.run_for(16min);

    // The list in three pages; then a hundred at a time.
    EXPECT_LE(world.calls("DescribeInstances"), 3U + 4U);
}

TEST(SoftShutdown, NeitherStartsWhatRunsNorWhatWasOffBefore) {
    EngineWorld world(web_world(1, R"(
[[account.instance]]
id = "ins-coldspar"
region = "ap-guangzhou"
state = "STOPPED"
tags = { tier = "web" }
)"));

    ASSERT_TRUE(world.run_until_done());

    EXPECT_EQ(world.calls("StartInstances"), 0U);
    EXPECT_EQ(world.cloud->state().find_instance("ins-coldspar")->state, "STOPPED");
}

TEST(SoftShutdown, AnInstanceThatIsDeletedAfterItsImageSpoilsNothing) {
    EngineWorld world(web_world(1));
    world.run_for(16min);
    ASSERT_EQ(world.calls("CreateImage"), 1U);
    world.cloud->state().remove_instance(world.cloud->state().instances.begin()->first);

    ASSERT_TRUE(world.run_until_done());

    EXPECT_EQ(world.newest_backup().result, Result::ok);
}

}  // namespace
}  // namespace cvmbackup
