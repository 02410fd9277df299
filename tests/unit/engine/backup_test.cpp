// Backups from firing to recovery point, in virtual time against the simulated cloud.
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

Policy with_export(Policy policy) {
    policy.exported = web_export();
    return policy;
}

TEST(Backups, AreMadeExportedAndReplicatedAtTheScheduledTime) {
    EngineWorld world(web_world(3));
    world.settings.policies = {with_export(web_policy())};

    ASSERT_TRUE(world.run_until_done());

    const auto run = world.catalog->runs(std::nullopt, 1).front();
    EXPECT_EQ(run.result, Result::ok);
    EXPECT_EQ(run.due, *parse_rfc3339("2027-01-04T02:15:00Z"));
    EXPECT_EQ(run.started, run.due);
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(3));
    EXPECT_THAT(world.images("ap-shanghai"), SizeIs(3));
    EXPECT_THAT(world.keys(), SizeIs(3));
    EXPECT_THAT(world.all_backups(), Each(Field(&Backup::result, Result::ok)));
}

TEST(Backups, WaitTogetherInsteadOfPollingAlone) {
    EngineWorld world(web_world(120));
    world.settings.policies = {web_policy()};

    ASSERT_TRUE(world.run_until_done());

    EXPECT_EQ(world.calls("CreateImage"), 120U);
    EXPECT_EQ(world.calls("SyncImages"), 120U);
    EXPECT_LT(world.calls("DescribeImages"), 120U * 8);
    EXPECT_LT(world.calls("DescribeInstances"), 120U);
    EXPECT_EQ(world.observer.throttled, 0);
}

TEST(Backups, OfEveryInstanceSucceedThoughAnswersToCreationsAreLost) {
    EngineWorld world(web_world(10), R"(
[[fault]]
action = "CreateImage"
kind = "lost-after"
probability = 0.5
)");

    ASSERT_TRUE(world.run_until_done());

    EXPECT_THAT(world.all_backups(), Each(Field(&Backup::result, Result::ok)));
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(10));
    EXPECT_EQ(world.calls("CreateImage"), 10U);
}

TEST(Backups, OfEveryInstanceSucceedThoughCallsNeverArrive) {
    EngineWorld world(web_world(10), R"(
[[fault]]
action = "SyncImages"
kind = "lost-before"
nth = [1, 2, 3, 7]
[[fault]]
action = "CreateImage"
kind = "lost-before"
nth = [2, 5]
)");

    ASSERT_TRUE(world.run_until_done());

    EXPECT_THAT(world.all_backups(), Each(Field(&Backup::result, Result::ok)));
    EXPECT_THAT(world.doubled_names(), IsEmpty());
    EXPECT_EQ(world.calls("CreateImage"), 12U);
}

TEST(Backups, ThatMeetAFullQuotaSayWhereAndWhatToDo) {
    EngineWorld world("[limits]\nimages_per_region = 2\n" + web_world(3));

    ASSERT_TRUE(world.run_until_done());

    const std::vector<Backup> backups = world.all_backups();
    EXPECT_EQ(std::ranges::count(backups, Result::failed, &Backup::result), 1);
    EXPECT_THAT(backups, Contains(Field(&Backup::reasons, Contains(HasSubstr("quota")))));
    EXPECT_EQ(world.catalog->runs(std::nullopt, 1).front().result, Result::partial);
}

TEST(Backups, OfInstancesThatCannotBeImagedAreSkippedWithTheReason) {
    EngineWorld world(web_world(1, R"(
[[account.instance]]
id = "ins-parked01"
region = "ap-guangzhou"
state = "STOPPED"
stop_charging = true
tags = { tier = "web" }
)"));

    ASSERT_TRUE(world.run_until_done());

    const std::vector<Backup> backups = world.all_backups();
    const auto parked = std::ranges::find(backups, InstanceId("ins-parked01"), &Backup::instance);
    ASSERT_NE(parked, backups.end());
    EXPECT_EQ(parked->result, Result::skipped);
    EXPECT_THAT(parked->reasons, Not(IsEmpty()));
}

TEST(Backups, OfWholeMachinesArePartialWhereTheCloudDoesNotReplicateThem) {
    EngineWorld world(web_world(0, R"(
[[account.instance]]
id = "ins-db000001"
region = "ap-guangzhou"
tags = { tier = "web" }
data_disks = [ { size = 100, type = "CLOUD_PREMIUM" } ]
)"));
    Policy policy = web_policy();
    policy.disks = Disks::all;
    world.settings.policies = {policy};

    ASSERT_TRUE(world.run_until_done());

    EXPECT_EQ(world.newest_backup().result, Result::partial);
    EXPECT_THAT(world.newest_backup().reasons, Contains(HasSubstr("whole-machine")));
    EXPECT_EQ(world.images("ap-guangzhou").front().disks.size(), 2U);
    EXPECT_EQ(world.calls("SyncImages"), 0U);
}

TEST(Backups, PoweredOffInstancesRunAgainWhenTheBackupHasEnded) {
    EngineWorld world(web_world(2));
    Policy policy = web_policy();
    policy.consistency = Consistency::power_off;
    world.settings.policies = {policy};

    ASSERT_TRUE(world.run_until_done());

    EXPECT_THAT(world.all_backups(), Each(Field(&Backup::result, Result::ok)));
    for (const auto& [id, instance] : world.cloud->state().instances) {
        EXPECT_EQ(instance.state, "RUNNING") << id;
    }
    EXPECT_EQ(world.calls("StartInstances"), 2U);
}

TEST(Backups, ThatTheCloudFailsToMakeAreMadeAnew) {
    EngineWorld world(web_world(1), R"(
[[fault]]
action = "CreateImage"
kind = "task-fails"
nth = [1]
)");

    ASSERT_TRUE(world.run_until_done());

    EXPECT_EQ(world.newest_backup().result, Result::ok);
    EXPECT_EQ(world.newest_backup().copies.front().attempt, 2);
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(1));
}

TEST(Backups, KeepWithinTheLimitOfBackupsInFlight) {
    EngineWorld world(web_world(6));
    world.settings.backups_in_flight = 2;

    world.run_for(16min);
    EXPECT_EQ(world.calls("CreateImage"), 2U);

    ASSERT_TRUE(world.run_until_done());
    EXPECT_THAT(world.all_backups(), Each(Field(&Backup::result, Result::ok)));
}

TEST(Backups, AreNotBegunTwiceForAnInstanceThatIsStillUnderWay) {
    EngineWorld world("[timing]\ncopy = \"20h\"\n" + web_world(1));
    world.run_for(30min);

    const Outcome<RunId> second = world.engine().run_now(PolicyName("web"), {});
    world.run_for(1min);

    ASSERT_TRUE(second);
    const Backup skipped = world.newest_backup();
    EXPECT_EQ(skipped.result, Result::skipped);
    EXPECT_THAT(skipped.reasons, Contains(HasSubstr("still under way")));
    EXPECT_EQ(world.calls("CreateImage"), 1U);
}

TEST(Backups, CanBeCancelledWithoutLeavingAnImageThatNobodyKnows) {
    EngineWorld world(web_world(2));
    world.run_for(20min);
    const RunId job = world.engine().jobs().front().run.id;

    ASSERT_TRUE(world.engine().cancel(job));
    ASSERT_TRUE(world.run_until_done());

    EXPECT_EQ(world.calls("SyncImages"), 0U);
    for (const Backup& backup : world.all_backups()) {
        EXPECT_EQ(backup.copies[0].state, CopyState::done);
        EXPECT_EQ(backup.copies[1].state, CopyState::cancelled);
    }
}

TEST(Backups, WaitForACloudThatCannotBeReached) {
    EngineWorld world(web_world(1));
    world.begin();
    world.life->transport.unreachable = true;
    world.run_for(1h);
    EXPECT_THAT(world.observer.notices, Contains(HasSubstr("no route to the cloud")));

    world.life->transport.unreachable = false;
    ASSERT_TRUE(world.run_until_done());

    EXPECT_EQ(world.newest_backup().result, Result::ok);
}

TEST(Runs, ThatSelectNothingAreSkippedAndSaySo) {
    EngineWorld world(web_world(0));

    ASSERT_TRUE(world.run_until_done());

    const auto run = world.catalog->runs(std::nullopt, 1).front();
    EXPECT_EQ(run.result, Result::skipped);
    EXPECT_THAT(run.note, HasSubstr("no instance matches"));
}

TEST(Runs, WithRejectedCredentialsFailAndNameTheAccount) {
    EngineWorld world(web_world(1));
    ::setenv("TENCENTCLOUD_SECRET_KEY", "anotherkey", 1);

    ASSERT_TRUE(world.run_until_done());

    const auto run = world.catalog->runs(std::nullopt, 1).front();
    EXPECT_EQ(run.result, Result::failed);
    EXPECT_THAT(run.note, HasSubstr("prod"));
}

TEST(Runs, GoOnWithTheOtherInstancesWhereTheCloudRefusesAnId) {
    EngineWorld world(web_world(2), R"(
[[fault]]
action = "DescribeInstances"
kind = "error"
code = "InvalidInstanceId.NotFound"
nth = [1]
)");
    Policy& policy = world.settings.policies.front();
    policy.select.include = Criteria();
    for (const auto& [id, instance] : world.cloud->state().instances) {
        policy.select.include.instances.emplace_back(id);
    }
    policy.select.include.instances.emplace_back("ins-gone0001");

    ASSERT_TRUE(world.run_until_done());

    EXPECT_EQ(world.images("ap-guangzhou").size(), 2U);
    EXPECT_EQ(world.catalog->runs(std::nullopt, 1).front().result, Result::partial);
}

TEST(Backups, AnImageOfSomebodyElseThatHasTheNameIsLeftAlone) {
    EngineWorld world("[behaviour]\nimage_names_unique = true\n" + web_world(1));
    cloudsim::Image foreign;
    foreign.uin = "100000000001";
    foreign.region = "ap-guangzhou";
    foreign.name = "cb-web-ins-w0000001-20270104T021500Z-1";
    foreign.disks.push_back({"", true, 50});
    foreign.created = world.now;
    const std::string id = world.cloud->state().add_image(foreign).id;

    ASSERT_TRUE(world.run_until_done(6h));

    const Copy image = world.newest_backup().copies.front();
    EXPECT_EQ(world.newest_backup().result, Result::ok);
    EXPECT_EQ(image.name, "cb-web-ins-w0000001-20270104T021500Z-2");
    EXPECT_NE(image.image, ImageId(id));
    EXPECT_THAT(
        world.observer.notices,
        Contains(
            "another image has the name " + foreign.name +
            " in ap-guangzhou, and none of this backup is listed; it goes on with the name " +
            image.name
        )
            .Times(1)
    );
}

}  // namespace
}  // namespace cvmbackup
