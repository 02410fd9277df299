// Which exports are made, which count, and what becomes of their objects.
#include "engine_world.hpp"
#include "rules/calendar.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvmbackup {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::Field;
using testing::SizeIs;

Policy with_export(Every every = Every::backup) {
    Policy policy = web_policy();
    policy.replicas.clear();
    policy.exported = ExportTarget{
        BucketName("ops-backup-1250000000"),
        "web/{instance}/{time}",
        ExportFormat::qcow2,
        every,
        policy.keep};
    return policy;
}

Policy twice_a_day(Every every) {
    Policy policy = with_export(every);
    policy.schedule = {*parse_calendar("02:15").expression, *parse_calendar("14:15").expression};
    return policy;
}

TEST(Exports, ThatWaitForOthersOfOursAreNotGivenUp) {
    EngineWorld world("[limits]\nexports_running = 1\n[timing]\nexport = \"5h\"\n" + web_world(6));
    world.settings.policies = {with_export()};
    world.settings.policies.front().schedule = {*parse_calendar("Mon 02:15").expression};

    ASSERT_TRUE(world.run_until_done());

    EXPECT_THAT(world.all_backups(), Each(Field(&Backup::result, Result::ok)));
    EXPECT_THAT(world.keys(), SizeIs(6));
}

TEST(Exports, ThatLackADiskAreMadeAgainInTheSameWeek) {
    EngineWorld world(web_world(1));
    world.settings.policies = {with_export(Every::week)};
    ASSERT_TRUE(world.run_until_done());
    world.crash();
    Backup backup = world.newest_backup();
    backup.copies.back().code = "ObjectsMissing";
    world.catalog->commit({{}, {backup}, {}, {}});

    world.run_for(48h);

    EXPECT_THAT(world.all_backups(), SizeIs(3));
    EXPECT_EQ(world.calls("ExportImages"), 2U);
}

TEST(Exports, InAFormerBucketDoNotCountInTheNewOne) {
    EngineWorld world(web_world(1, R"(
[[account.bucket]]
name = "new-backup-1250000000"
region = "ap-guangzhou"
)"));
    world.settings.policies = {with_export(Every::week)};
    ASSERT_TRUE(world.run_until_done());
    world.settings.policies.front().exported->bucket = BucketName("new-backup-1250000000");
    ASSERT_TRUE(world.engine().reload());

    world.run_for(48h);

    EXPECT_EQ(world.calls("ExportImages"), 2U);
    EXPECT_THAT(world.cloud->state().buckets.at("new-backup-1250000000").objects, SizeIs(1));
}

TEST(Exports, DatedAheadByAWrongClockDoNotHideTheOthers) {
    EngineWorld world(web_world(1));
    world.settings.policies = {twice_a_day(Every::day)};
    world.wrong = std::chrono::days(60);
    world.now += world.wrong;
    ASSERT_TRUE(world.run_until_done());
    world.crash();
    world.wrong = 0h;
    world.now = *parse_rfc3339("2027-01-05T02:00:00Z");

    world.run_for(48h);

    EXPECT_THAT(world.all_backups(), SizeIs(5));
    EXPECT_EQ(world.calls("ExportImages"), 3U);
}

}  // namespace
}  // namespace cvmbackup
