// Deletions that wait for a person, and pins, in a whole daemon.
#include "engine_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace cvmbackup {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// Ten days of backups of one instance, all kept, then rules that keep one.
EngineWorld ten_days_then_one() {
    EngineWorld world(web_world(1));
    Policy policy = web_policy();
    policy.replicas.clear();
    policy.keep.last = 30;
    world.settings.policies = {policy};
    world.run_for(std::chrono::days(10));
    world.settings.policies.front().keep.last = 1;
    EXPECT_TRUE(world.engine().reload());
    world.run_for(std::chrono::minutes(10));
    return world;
}

std::string plan_id(EngineWorld& world) {
    return world.engine().plan(PolicyName("web"))->policies.front().id;
}

TEST(DeletionBrake, LeavesEverythingWhenRulesSuddenlyKeepAlmostNothing) {
    EngineWorld world = ten_days_then_one();

    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(10));
    const PolicyStatus status = *world.engine().policy(PolicyName("web"));
    ASSERT_THAT(status.stops, SizeIs(1));
    EXPECT_THAT(status.stops.front().text, HasSubstr("9 of 10 copies"));
}

TEST(DeletionBrake, LetsGoWhatAPersonAgreedTo) {
    EngineWorld world = ten_days_then_one();

    const Outcome<std::size_t> applied = world.engine().apply_plan(plan_id(world));
    world.run_for(std::chrono::hours(1));

    ASSERT_TRUE(applied);
    EXPECT_EQ(*applied, 9U);
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(1));
    EXPECT_THAT(world.engine().policy(PolicyName("web"))->stops, IsEmpty());
}

TEST(DeletionBrake, RefusesAPlanThatHasChanged) {
    EngineWorld world = ten_days_then_one();
    const std::string old = plan_id(world);
    world.run_for(std::chrono::days(1));

    const Outcome<std::size_t> applied = world.engine().apply_plan(old);

    ASSERT_FALSE(applied);
    EXPECT_EQ(applied.error().code, command_code::plan_changed);
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(11));
}

TEST(DeletionBrake, HoldsAfterARestart) {
    EngineWorld world = ten_days_then_one();
    world.crash();
    world.run_for(std::chrono::days(2));

    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(12));
}

TEST(DeletionBrake, AsksAgainWhenTheDaemonWasRestartedBeforeItBegan) {
    EngineWorld world = ten_days_then_one();
    const std::string plan = plan_id(world);
    ASSERT_TRUE(world.engine().apply_plan(plan));
    world.crash();
    world.run_for(std::chrono::minutes(3));
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(10));
    EXPECT_THAT(world.engine().policy(PolicyName("web"))->stops, SizeIs(1));
    ASSERT_EQ(plan_id(world), plan);

    ASSERT_TRUE(world.engine().apply_plan(plan));
    world.run_for(std::chrono::hours(1));
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(1));
}

TEST(DeletionBrake, AsksAgainWhenTheDaemonWasRestartedBeforeItCouldReadAnyImage) {
    EngineWorld world = ten_days_then_one();
    world.life->transport.unreachable = true;
    ASSERT_TRUE(world.engine().apply_plan(plan_id(world)));
    world.run_for(std::chrono::minutes(10));
    world.crash();

    world.run_for(std::chrono::hours(3));

    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(11));
    EXPECT_THAT(world.engine().policy(PolicyName("web"))->stops, SizeIs(1));
}

// A person agreed, the cloud cannot be reached meanwhile, and no new backup changes the plan.
EngineWorld agreed_in_vain() {
    EngineWorld world = ten_days_then_one();
    EXPECT_TRUE(world.engine().pause(PolicyName("web"), std::nullopt, "a quiet day"));
    world.life->transport.unreachable = true;
    EXPECT_TRUE(world.engine().apply_plan(plan_id(world)));
    world.run_for(std::chrono::minutes(10));
    return world;
}

TEST(DeletionBrake, GoesOnByConsentWhenTheCloudCanBeReachedAgain) {
    EngineWorld world = agreed_in_vain();
    world.life->transport.unreachable = false;

    world.run_for(std::chrono::hours(3));

    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(1));
}

TEST(DeletionBrake, TakesNoConsentOverToNewSettings) {
    EngineWorld world = agreed_in_vain();
    world.settings.policies.front().keep.last = 2;
    ASSERT_TRUE(world.engine().reload());

    world.life->transport.unreachable = false;
    world.run_for(std::chrono::hours(3));

    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(10));
    EXPECT_THAT(world.engine().policy(PolicyName("web"))->stops, SizeIs(1));
}

TEST(DeletionBrake, TakesConsentOnlyAgainstWhatWasShown) {
    EngineWorld world = agreed_in_vain();
    world.life->clock.jump(std::chrono::hours(2));
    world.life->transport.unreachable = false;

    world.run_for(std::chrono::hours(3));

    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(10));
    const std::vector<BrakeStop> stops = world.engine().policy(PolicyName("web"))->stops;
    EXPECT_THAT(stops, SizeIs(2)) << "many, and now also the clock";
}

TEST(DeletionBrake, DoesNotUseUpAConsentWhileTheBucketCannotBeListed) {
    EngineWorld world(web_world(1), R"(
[[fault]]
action = "cos:GetBucket"
kind = "error"
code = "InternalError"
from = "2027-01-14T02:00:00Z"
until = "2027-01-14T08:00:00Z"
)");
    Policy policy = web_policy();
    policy.replicas.clear();
    policy.keep.last = 30;
    policy.exported = web_export(policy.keep);
    world.settings.policies = {policy};
    world.run_for(std::chrono::days(10));
    const std::size_t objects = world.keys().size();
    world.settings.policies.front().exported->keep.last = 1;
    ASSERT_TRUE(world.engine().reload());
    ASSERT_TRUE(world.engine().pause(PolicyName("web"), std::nullopt, "a quiet day"));
    world.run_for(std::chrono::minutes(10));
    ASSERT_TRUE(world.engine().apply_plan(plan_id(world)));
    world.run_for(std::chrono::hours(1));
    ASSERT_THAT(world.keys(), SizeIs(objects));

    EXPECT_EQ(world.catalog->memories().front().kept, 20) << "nothing is gone yet";
    world.run_for(std::chrono::hours(7));

    EXPECT_THAT(world.keys(), SizeIs(objects / 10));
}

// Else all copies of that time would pass for new, and the brake would let as many others go.
TEST(DeletionBrake, RemembersWhatAPassKeptAlsoWhereAPlaceCouldNotBeRead) {
    EngineWorld world(web_world(1), R"(
[[fault]]
action = "DescribeImages"
region = "ap-shanghai"
kind = "error"
code = "InternalError"
from = "2027-01-09T02:00:00Z"
)");
    // Runs take two days now, for their replicas cannot be seen; while the last is under way, the
    // newest good copy becomes stale: that is not yet so.
    world.run_for(std::chrono::days(11));
    ASSERT_THAT(world.engine().policy(PolicyName("web"))->stops, IsEmpty());

    const PolicyMemory memory = world.catalog->memories().front();
    EXPECT_GT(memory.pruned_at, world.now - std::chrono::days(1));
    EXPECT_EQ(memory.kept, 6) << "three images and three replicas";
    EXPECT_GT(world.images("ap-shanghai").size(), 3U) << "some could not be deleted";
}

TEST(DeletionBrake, FinishesAfterARestartWhatItHadBegunWithConsent) {
    EngineWorld world = ten_days_then_one();
    world.life->transport.at_boundary = [&](std::size_t, SimulatedTransport::Moment) {
        if (!world.catalog->unfinished_deletions().empty()) {
            throw std::runtime_error("dies here");
        }
    };
    ASSERT_TRUE(world.engine().apply_plan(plan_id(world)));
    EXPECT_THROW(world.run_for(std::chrono::hours(1)), std::runtime_error);
    world.crash();
    ASSERT_THAT(world.images("ap-guangzhou"), SizeIs(10));

    world.run_for(std::chrono::hours(1));

    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(1));
    EXPECT_THAT(world.catalog->unfinished_deletions(), IsEmpty());
}

TEST(DeletionBrake, DoesNotHinderRulesThatKeepOneOfEach) {
    EngineWorld world(web_world(12));
    Policy policy = web_policy();
    policy.replicas.clear();
    policy.keep.last = 1;
    world.settings.policies = {policy};
    world.run_for(std::chrono::days(3));

    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(12));
}

// Lives until the first image is about to be deleted, and dies there.
EngineWorld dead_before_the_first_deletion() {
    EngineWorld world(web_world(12));
    Policy policy = web_policy();
    policy.replicas.clear();
    policy.keep.last = 1;
    world.settings.policies = {policy};
    world.begin();
    world.life->transport.at_boundary = [&](std::size_t, SimulatedTransport::Moment) {
        const bool both = world.images("ap-guangzhou").size() == 24;
        if (both && world.catalog->unfinished_runs().empty()) {
            throw std::runtime_error("dies here");
        }
    };
    EXPECT_THROW(world.run_for(std::chrono::days(3)), std::runtime_error);
    world.crash();
    return world;
}

TEST(DeletionBrake, LetsAPassGoOnThatACrashInterrupted) {
    EngineWorld world = dead_before_the_first_deletion();
    world.run_for(std::chrono::hours(3));

    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(12));
    EXPECT_THAT(world.engine().policy(PolicyName("web"))->stops, IsEmpty());
}

TEST(Pinning, KeepsARecoveryPointUntilItIsUnpinned) {
    EngineWorld world(web_world(1));
    Policy policy = web_policy();
    policy.replicas.clear();
    policy.keep.last = 1;
    world.settings.policies = {policy};
    world.run_for(std::chrono::days(1));
    const BackupId point = world.newest_backup().id;

    EXPECT_TRUE(world.engine().pin(point, std::nullopt, "before the upgrade"));
    world.crash();
    world.run_for(std::chrono::days(3));
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(2));

    EXPECT_TRUE(world.engine().unpin(point));
    world.run_for(std::chrono::hours(1));
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(1));
}

TEST(Pinning, IsRefusedForWhatIsNotThere) {
    EngineWorld world(web_world(1));
    Policy policy = web_policy();
    policy.replicas.clear();
    policy.keep.last = 1;
    world.settings.policies = {policy};
    world.run_for(std::chrono::days(1));
    const BackupId first = world.newest_backup().id;
    world.run_for(std::chrono::days(1));

    const Outcome<void> gone = world.engine().pin(first, std::nullopt, "too late");
    const Outcome<void> never = world.engine().pin(BackupId(99), std::nullopt, "no such point");
    const Outcome<void> past = world.engine().pin(first, world.now, "in the past");

    ASSERT_FALSE(gone);
    EXPECT_THAT(gone.error().text, HasSubstr("is there any more"));
    ASSERT_FALSE(never);
    EXPECT_EQ(never.error().code, command_code::not_found);
    ASSERT_FALSE(past);
    EXPECT_EQ(past.error().code, command_code::invalid_argument);
}

}  // namespace
}  // namespace cvmbackup
