// What is not deleted before the first comparison with the cloud.
#include "engine_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace cvmbackup {
namespace {

using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

void refuse(
    EngineWorld& world, const std::string& action, Duration how_long, const std::string& region = ""
) {
    cloudsim::Fault fault;
    fault.kind = cloudsim::FaultKind::error;
    fault.action = action;
    fault.region = region;
    fault.until = world.now + how_long;
    world.cloud->faults().add(fault);
}

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
    refuse(world, "DescribeImages", std::chrono::hours(1), "ap-shanghai");
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

// No daemon runs then.
EngineWorld three_exports_then_one() {
    EngineWorld world(web_world(1));
    Policy& policy = world.settings.policies.front();
    policy.replicas.clear();
    policy.keep.last = 30;
    policy.exported = web_export(policy.keep);
    world.run_for(std::chrono::hours(2 * 24 + 5));
    EXPECT_THAT(world.keys(), SizeIs(3));
    world.crash();
    policy.exported->keep.last = 1;
    return world;
}

// Somebody deletes it.
void lose_newest_export(EngineWorld& world) {
    auto& objects = world.cloud->state().buckets.begin()->second.objects;
    objects.erase(world.newest_backup().copies[1].objects.front().key);
}

EngineWorld newest_export_gone() {
    EngineWorld world = three_exports_then_one();
    lose_newest_export(world);
    return world;
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

// Something else was found to disagree, which a person agrees to.
TEST(Uncompared, ExportsStayWhateverAPersonAgreesTo) {
    EngineWorld world = newest_export_gone();
    const std::vector<cloudsim::Image> images = world.images("ap-guangzhou");
    world.cloud->state().remove_image(images.front().id, true);
    refuse(world, "cos:GetBucket", std::chrono::minutes(10));
    world.run_for(std::chrono::minutes(15));
    const PolicyPlan plan = world.engine().plan(PolicyName("web"))->policies.front();
    ASSERT_THAT(plan.stops, Contains(Field(&BrakeStop::reason, BrakeReason::disagreement)));
    ASSERT_TRUE(world.engine().apply_plan(plan.id));

    world.run_for(std::chrono::minutes(10));
    EXPECT_THAT(world.keys(), SizeIs(2));
}

// It looks only at what could not be read before; the newest export goes while it does, and the
// settings name the bucket again.
TEST(Uncompared, APassThatHadBegunSaysNothing) {
    EngineWorld world = three_exports_then_one();
    Policy& policy = world.settings.policies.front();
    const std::optional<ExportTarget> rule = std::exchange(policy.exported, std::nullopt);
    policy.replicas = {ReplicaTarget{Region("ap-shanghai"), policy.keep}};
    refuse(world, "DescribeImages", std::chrono::minutes(40), "ap-shanghai");
    world.run_for(std::chrono::minutes(55));
    bool at_work = false;
    world.life->transport.arriving = [&](const HttpRequest& request) {
        at_work = at_work || find_header(request.headers, "X-TC-Region") == "ap-shanghai";
    };
    for (int step = 0; step < 60'000 && !at_work; ++step) {
        world.run_for(std::chrono::milliseconds(10));
    }
    ASSERT_TRUE(at_work);
    lose_newest_export(world);
    policy.exported = rule;
    ASSERT_TRUE(world.engine().reload());

    world.run_for(std::chrono::minutes(5));
    EXPECT_THAT(world.keys(), SizeIs(2));

    world.run_for(std::chrono::hours(3));
    EXPECT_THAT(world.keys(), SizeIs(1));
}

// The bucket was compared, and had to be mended; a person agrees to what that stops.
TEST(Uncompared, HoldsUntilTheImagesWereComparedToo) {
    EngineWorld world = newest_export_gone();
    refuse(world, "DescribeImages", std::chrono::hours(1));
    world.run_for(std::chrono::minutes(15));
    const PolicyPlan plan = world.engine().plan(PolicyName("web"))->policies.front();
    ASSERT_THAT(plan.stops, Contains(Field(&BrakeStop::reason, BrakeReason::disagreement)));
    ASSERT_TRUE(world.engine().apply_plan(plan.id));

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
