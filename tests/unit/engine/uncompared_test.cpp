// What is not deleted before the first comparison with the cloud.
#include "engine_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace cvmbackup {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

// Three days of backups, then one replica is gone and the rules keep one image.
EngineWorld three_days_and_one_replica_gone() {
    EngineWorld world(web_world(1));
    world.settings.policies.front().keep.last = 30;
    world.run_for(std::chrono::hours(2 * 24 + 5));
    const Backup newest = world.newest_backup();
    world.cloud->state().remove_image(newest.copies[1].image.text(), true);
    world.settings.policies.front().keep.last = 1;
    return world;
}

TEST(Uncompared, HoldsAfterARestartWhatWasFoundToDisagree) {
    EngineWorld world = three_days_and_one_replica_gone();
    world.engine().verify();
    world.run_for(std::chrono::minutes(5));
    cloudsim::Fault fault;
    fault.kind = cloudsim::FaultKind::error;
    fault.action = "DescribeImages";
    fault.region = "ap-shanghai";
    fault.until = world.now + std::chrono::hours(1);
    world.cloud->faults().add(fault);
    world.crash();

    world.run_for(std::chrono::minutes(50));
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(3));
    ASSERT_THAT(world.engine().policy(PolicyName("web"))->stops, SizeIs(1));
    EXPECT_THAT(
        world.engine().policy(PolicyName("web"))->stops.front().text, HasSubstr("was not as")
    );

    world.run_for(std::chrono::hours(2));
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(1));
}

TEST(Uncompared, HoldsUntilTheFirstComparisonOfALife) {
    EngineWorld world = three_days_and_one_replica_gone();
    world.crash();
    world.begin();
    ASSERT_TRUE(world.engine().reload());

    world.run_for(std::chrono::minutes(5));
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(3));

    world.run_for(std::chrono::hours(2));
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(1));
}

// Three exports, of which somebody deletes the newest while no daemon runs; the rules keep one
// then.
EngineWorld newest_export_gone() {
    EngineWorld world(web_world(1));
    Policy& policy = world.settings.policies.front();
    policy.replicas.clear();
    policy.keep.last = 30;
    policy.exported = web_export(policy.keep);
    world.run_for(std::chrono::hours(2 * 24 + 5));
    EXPECT_THAT(world.keys(), SizeIs(3));
    const Backup newest = world.newest_backup();
    world.crash();
    auto& objects = world.cloud->state().buckets.begin()->second.objects;
    objects.erase(newest.copies[1].objects.front().key);
    policy.exported->keep.last = 1;
    return world;
}

void refuse(EngineWorld& world, const std::string& action, Duration how_long) {
    cloudsim::Fault fault;
    fault.kind = cloudsim::FaultKind::error;
    fault.action = action;
    fault.until = world.now + how_long;
    world.cloud->faults().add(fault);
}

TEST(Uncompared, ExportsStayUntilTheirBucketCouldBeRead) {
    for (Duration unread{0}; unread < std::chrono::hours(9); unread += std::chrono::minutes(25)) {
        EngineWorld world = newest_export_gone();
        refuse(world, "cos:GetBucket", unread);

        world.run_for(unread);
        EXPECT_THAT(world.keys(), SizeIs(2)) << to_text(unread);

        world.run_for(std::chrono::hours(5));
        EXPECT_THAT(world.keys(), SizeIs(1)) << to_text(unread);
    }
}

TEST(Uncompared, ExportsStayAfterTheirBucketWasNotNamedForAWhile) {
    EngineWorld world = newest_export_gone();
    const std::optional<ExportTarget> rule =
        std::exchange(world.settings.policies.front().exported, std::nullopt);
    refuse(world, "cos:GetBucket", std::chrono::minutes(9));
    world.run_for(std::chrono::minutes(10));
    world.settings.policies.front().exported = rule;
    ASSERT_TRUE(world.engine().reload());

    world.run_for(std::chrono::minutes(5));
    EXPECT_THAT(world.keys(), SizeIs(2));

    world.run_for(std::chrono::hours(3));
    EXPECT_THAT(world.keys(), SizeIs(1));
}

TEST(Uncompared, IsTold) {
    EngineWorld world = newest_export_gone();
    refuse(world, "cos:GetBucket", std::chrono::hours(4));

    world.run_for(std::chrono::minutes(20));
    EXPECT_THAT(world.observer.notices, Not(Contains(HasSubstr("could not be compared"))));

    world.run_for(std::chrono::hours(2));
    EXPECT_THAT(
        world.observer.notices,
        Contains(HasSubstr("nothing of policy 'web' is deleted: it could not be compared"))
    );
}

TEST(Uncompared, ComparesAPolicyThatCameByAReloadBeforeItDeletes) {
    EngineWorld world = three_days_and_one_replica_gone();
    const Policy policy = std::exchange(world.settings.policies, {}).front();
    ASSERT_TRUE(world.engine().reload());
    world.run_for(std::chrono::minutes(10));
    world.settings.policies = {policy};
    ASSERT_TRUE(world.engine().reload());

    world.run_for(std::chrono::minutes(5));
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(3));
    EXPECT_THAT(world.engine().policy(PolicyName("web"))->stops, SizeIs(1));

    world.run_for(std::chrono::hours(2));
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(1));
}

}  // namespace
}  // namespace cvmbackup
