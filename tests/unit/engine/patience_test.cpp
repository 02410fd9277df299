// Waiting ends: by what the cloud says, by refusals that last, and never because of an old clock.
#include "engine/image_watch.hpp"
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
using testing::SizeIs;

Policy with_export(const std::string& prefix) {
    Policy policy = web_policy();
    policy.exported = ExportTarget{
        BucketName("ops-backup-1250000000"), prefix, ExportFormat::qcow2, Every::backup, Keep()};
    policy.exported->keep.last = 5;
    return policy;
}

TEST(Patience, EndsARunWhoseImagesMayNotBeReadAnyMore) {
    EngineWorld world(web_world(1), R"(
[[fault]]
action = "DescribeImages"
kind = "error"
code = "UnauthorizedOperation.PermissionDenied"
after = "5min"
)");

    ASSERT_TRUE(world.run_until_done(12h));

    EXPECT_EQ(world.newest_backup().result, Result::failed);
    EXPECT_THAT(world.newest_backup().reasons, Contains(HasSubstr("PermissionDenied")));
}

TEST(Patience, IsAsLongAsEverAfterARegionThatCouldNotBeRead) {
    EngineWorld world(web_world(1), R"(
[[fault]]
action = "DescribeImages"
region = "ap-guangzhou"
kind = "error"
code = "UnauthorizedOperation.PermissionDenied"
after = "5min"
before = "6h"
)");
    world.run_for(5h);
    ASSERT_EQ(world.newest_backup().result, Result::failed);
    ASSERT_TRUE(world.engine().run_now(PolicyName("web"), {}));

    ASSERT_TRUE(world.run_until_done(12h));

    EXPECT_EQ(world.newest_backup().result, Result::ok);
}

TEST(Patience, EndsARunWhoseBucketMayNotBeReadAnyMore) {
    EngineWorld world(web_world(1), R"(
[[fault]]
action = "cos:GetBucket"
kind = "error"
code = "AccessDenied"
status = 403
)");
    world.settings.policies = {with_export("web/{instance}/{time}")};

    ASSERT_TRUE(world.run_until_done(24h));

    EXPECT_EQ(world.newest_backup().result, Result::partial);
    EXPECT_FALSE(world.catalog->runs(std::nullopt, 1).front().good);
}

TEST(Patience, AfterLongDowntimeNewImagesAreStillLookedAtInTime) {
    EngineWorld world("[timing]\ncreate = \"10min\"\ncopy = \"10min\"\n" + web_world(1));
    world.run_for(17min);
    world.crash();
    world.now += 10h;
    ASSERT_TRUE(world.run_until_done());
    const Outcome<RunId> second = world.engine().run_now(PolicyName("web"), {});
    ASSERT_TRUE(second);

    ASSERT_TRUE(world.run_until_done(40min));

    EXPECT_EQ(world.newest_backup().result, Result::ok);
}

TEST(Patience, ALongTimeWithoutTheDaemonDoesNotEndALostAnswersImage) {
    EngineWorld world(web_world(1), R"(
[[fault]]
action = "CreateImage"
kind = "lost-after"
nth = [1]
)");
    world.run_for(15min + 5s);
    world.crash();
    world.now += 30h;
    world.begin();
    world.life->transport.unreachable = true;
    world.run_for(5min);
    world.life->transport.unreachable = false;

    ASSERT_TRUE(world.run_until_done());

    const std::vector<Backup> backups = world.all_backups();
    EXPECT_EQ(backups.back().result, Result::ok);
    EXPECT_THAT(world.doubled_names(), testing::IsEmpty());
}

// The answer is lost, and lists are late for longer than anybody knows of, once.
TEST(Patience, DoesNotAskAgainBecauseASingleListLacksTheImage) {
    EngineWorld world(web_world(1), R"(
[[fault]]
action = "CreateImage"
kind = "lost-after"
nth = [1]
[[fault]]
action = "DescribeImages"
kind = "stale"
delay = "30min"
until = "2027-01-04T02:32:30Z"
)");

    ASSERT_TRUE(world.run_until_done());

    EXPECT_THAT(world.doubled_names(), IsEmpty());
    EXPECT_EQ(world.calls("CreateImage"), 1U);
    EXPECT_EQ(world.newest_backup().result, Result::ok);
}

TEST(Exports, UnderOnePrefixAreNotTakenForEachOther) {
    EngineWorld world("[timing]\nexport = \"30min\"\n" + web_world(1));
    world.settings.policies = {with_export("web/{instance}/{date}")};
    ASSERT_TRUE(world.run_until_done());
    const Outcome<RunId> second = world.engine().run_now(PolicyName("web"), {});
    ASSERT_TRUE(second);

    ASSERT_TRUE(world.run_until_done());

    const std::vector<Backup> backups = world.all_backups();
    ASSERT_THAT(backups, SizeIs(2));
    EXPECT_NE(backups[0].copies[2].objects[0].key, backups[1].copies[2].objects[0].key);
    EXPECT_THAT(world.keys(), SizeIs(2));
}

TEST(Exports, AreFoundUnderEveryDocumentedFormOfTheirNames) {
    for (const char* form : {"documented", "example", "console", "console-objects"}) {
        SCOPED_TRACE(form);
        EngineWorld world(
            "[behaviour]\nexport_names = \"" + std::string(form) + "\"\n" + web_world(2)
        );
        world.settings.policies = {with_export("web/{instance}/{time}")};

        ASSERT_TRUE(world.run_until_done());

        EXPECT_THAT(world.all_backups(), Each(Field(&Backup::result, Result::ok)));
    }
}

TEST(Exports, AreNotCompleteBeforeTheObjectOfEveryDiskIsThere) {
    EngineWorld world("[timing]\nexport = \"30min\"\n" + web_world(0, R"(
[[account.instance]]
id = "ins-db000001"
region = "ap-guangzhou"
tags = { tier = "web" }
data_disks = [ { size = 100, type = "CLOUD_PREMIUM" } ]
)"));
    Policy policy = with_export("web/{instance}/{time}");
    policy.disks = Disks::all;
    policy.replicas.clear();
    world.settings.policies = {policy};
    for (int i = 0; i < 1000 && world.keys().size() < 2; ++i) {
        world.run_for(10s);
    }
    auto& objects = world.cloud->state().buckets.begin()->second.objects;
    ASSERT_EQ(objects.size(), 2U);

    auto late = objects.extract(objects.rbegin()->first);
    world.run_for(3h);
    EXPECT_EQ(world.newest_backup().copies.back().state, CopyState::accepted);
    objects.insert(std::move(late));
    ASSERT_TRUE(world.run_until_done());

    EXPECT_EQ(world.newest_backup().result, Result::ok);
    EXPECT_THAT(world.newest_backup().copies.back().objects, SizeIs(2));
}

TEST(Exports, AreAskedForWhenOneHasEndedOnceTheCloudRefusedMore) {
    EngineWorld world(
        "[limits]\nexports_running = 3\n[timing]\nexport = \"30min\"\n" + web_world(12)
    );
    world.settings.policies = {with_export("web/{instance}/{time}")};
    world.settings.policies.front().replicas.clear();

    ASSERT_TRUE(world.run_until_done(4h));

    EXPECT_THAT(world.all_backups(), Each(Field(&Backup::result, Result::ok)));
    EXPECT_THAT(world.keys(), SizeIs(12));
    const auto refused = std::ranges::count(
        world.records, "LimitExceeded.ExportImageTaskLimitExceeded", &cloudsim::RequestRecord::code
    );
    EXPECT_GT(refused, 0);
    // The first crowd, and one try after each hour.
    EXPECT_LE(refused, 12 - 3 + 4);
}

TEST(Cancelling, WithALimitEndsBegunAndWaitingBackupsTogether) {
    EngineWorld world(web_world(4));
    world.settings.backups_in_flight = 1;
    world.run_for(15min + 1s);
    const std::vector<JobStatus> jobs = world.engine().jobs();
    ASSERT_THAT(jobs, SizeIs(1));

    ASSERT_TRUE(world.engine().cancel(jobs.front().run.id));
    ASSERT_TRUE(world.run_until_done());

    EXPECT_LE(world.calls("CreateImage"), 1U);
    EXPECT_THAT(world.all_backups(), SizeIs(4));
}

TEST(DeniedWindows, HoldBackWhatHadToWaitForRoom) {
    EngineWorld world(web_world(3));
    world.settings.backups_in_flight = 1;
    world.settings.policies.front().deny = {*parse_deny("02:20-09:00").window};
    world.run_for(4h);
    EXPECT_EQ(world.calls("CreateImage"), 1U);

    ASSERT_TRUE(world.run_until_done());

    EXPECT_EQ(world.calls("CreateImage"), 3U);
    EXPECT_GE(world.now, *parse_rfc3339("2027-01-04T09:00:00Z"));
}

TEST(Clocks, ThatWereWrongOnceDoNotSilenceAPolicy) {
    EngineWorld world(web_world(1));
    world.now = *parse_rfc3339("2037-06-01T00:00:00Z");
    world.begin();
    world.crash();
    world.now = *parse_rfc3339("2027-01-04T02:00:00Z");

    ASSERT_TRUE(world.run_until_done());

    EXPECT_EQ(world.newest_backup().due, *parse_rfc3339("2027-01-04T02:15:00Z"));
    EXPECT_THAT(world.observer.notices, Contains(HasSubstr("lies in the future")));
}

TEST(Runs, AreGoodOnlyWhenNothingThatCanBeMadeIsMissing) {
    EngineWorld world(web_world(1, R"(
[[account.instance]]
id = "ins-parked01"
region = "ap-guangzhou"
state = "STOPPED"
stop_charging = true
tags = { tier = "web" }
)"));
    ASSERT_TRUE(world.run_until_done());
    EXPECT_TRUE(world.catalog->runs(std::nullopt, 1).front().good);

    EngineWorld rebooting(web_world(1, R"(
[[account.instance]]
id = "ins-reboots1"
region = "ap-guangzhou"
state = "REBOOTING"
tags = { tier = "web" }
)"));
    ASSERT_TRUE(rebooting.run_until_done());
    EXPECT_FALSE(rebooting.catalog->runs(std::nullopt, 1).front().good);
}

TEST(Patience, WithListsThatForgetAgainWhatTheyShowedMakesNoSecondImage) {
    EngineWorld world(web_world(5, "[behaviour]\nlist_delay = \"0s-4min\"\n"));

    ASSERT_TRUE(world.run_until_done());

    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(5));
    EXPECT_THAT(world.images("ap-shanghai"), SizeIs(5));
    EXPECT_EQ(world.calls("CreateImage"), 5U);
}

TEST(Patience, WithARegionThatTakesNoCopiesLeavesNoCopyElsewhereUnknown) {
    EngineWorld world(web_world(2), R"(
[[fault]]
kind = "region-gone"
region = "ap-beijing"
before = "2h"
)");
    Policy policy = web_policy();
    policy.replicas.push_back(ReplicaTarget{Region("ap-beijing"), policy.replicas.front().keep});
    world.settings.policies = {policy};

    ASSERT_TRUE(world.run_until_done());

    EXPECT_THAT(world.images("ap-shanghai"), SizeIs(2));
    EXPECT_THAT(world.doubled_names(), IsEmpty());
    for (const Backup& backup : world.all_backups()) {
        for (const Copy& copy : backup.copies) {
            EXPECT_EQ(copy.state, CopyState::done) << copy.place.region.text() << copy.code;
        }
    }
}

TEST(Patience, AnImageThatHangsIsLookedAtMoreAndMoreSeldom) {
    EngineWorld world(web_world(1), R"(
[[fault]]
action = "CreateImage"
kind = "task-hangs"
)");

    world.run_for(23h);

    EXPECT_GT(world.calls("DescribeImages"), 100U);
    EXPECT_LT(world.calls("DescribeImages"), 180U);
}

TEST(Patience, TheEndOfALongCreationIsNoticedInTime) {
    EngineWorld world("[timing]\ncreate = \"90min\"\n" + web_world(1));

    ASSERT_TRUE(world.run_until_done(12h));

    const Copy image = world.newest_backup().copies.front();
    EXPECT_LT(*image.settled_at - *image.accepted_at, 90min + 90min / poll_share + image_tick);
}

std::size_t looks_of_second_run(EngineWorld& world, const std::string& action) {
    EXPECT_TRUE(world.run_until_done());
    const std::size_t before = world.calls(action);
    EXPECT_TRUE(world.engine().run_now(PolicyName("web"), {}));
    EXPECT_TRUE(world.run_until_done());
    return world.calls(action) - before;
}

TEST(Patience, AnImageIsLookedAtSeldomWhileItIsTooYoungToBeReady) {
    EngineWorld world("[timing]\ncreate = \"90min\"\n" + web_world(1));
    world.settings.policies.front().replicas.clear();

    // Each five minutes, then each thirtieth of its age; and those of quota, names and comparison.
    EXPECT_LE(looks_of_second_run(world, "DescribeImages"), 81 / 5 + 4 + 3 + 3U);

    const Copy image = world.newest_backup().copies.front();
    EXPECT_LT(*image.settled_at - *image.accepted_at, 90min + 90min / poll_share + image_tick);
}

TEST(Patience, AnExportIsLookedAtSeldomWhileItIsTooYoungToBeReady) {
    EngineWorld world("[timing]\nexport = \"90min\"\n" + web_world(1));
    world.settings.policies = {with_export("web/{instance}/{time}")};
    world.settings.policies.front().replicas.clear();

    EXPECT_LE(looks_of_second_run(world, "cos:GetBucket"), 81 / 5 + 4 + 3U);

    const Copy exported = world.newest_backup().copies.back();
    EXPECT_LT(*exported.settled_at - *exported.accepted_at, 90min + 90min / 20 + 1min);
}

TEST(Patience, AnExportWhoseAnswerIsLostIsLookedForMoreAndMoreSeldom) {
    EngineWorld world(web_world(1), R"(
[[fault]]
action = "ExportImages"
kind = "lost-before"
nth = [1]
)");
    world.settings.policies = {with_export("web/{instance}/{time}")};

    ASSERT_TRUE(world.run_until_done(12h));

    EXPECT_EQ(world.newest_backup().result, Result::ok);
    EXPECT_LT(world.calls("cos:GetBucket"), 70U);
}

}  // namespace
}  // namespace cvmbackup
