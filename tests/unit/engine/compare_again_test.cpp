// A place that cannot be read is compared again alone, and soon.
#include "engine_world.hpp"
#include "rules/calendar.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace cvmbackup {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::size_t reads_in(const EngineWorld& world, const std::string& region) {
    return static_cast<std::size_t>(std::ranges::count_if(world.records, [&](const auto& record) {
        return record.action == "DescribeImages" && record.region == region;
    }));
}

// Nothing but comparisons reads before noon; the images of Shanghai cannot be read until then.
EngineWorld quiet_world(const std::string& unread_until) {
    EngineWorld world(web_world(1), R"(
[[fault]]
action = "DescribeImages"
region = "ap-shanghai"
kind = "error"
code = "InternalError"
until = ")" + unread_until + "\"\n");
    world.settings.policies.front().schedule = {*parse_calendar("12:00").expression};
    world.run_for(20min);
    return world;
}

TEST(Reconciling, LooksAgainAfterHalfAnHourOnlyWhereItCouldNotLook) {
    EngineWorld world = quiet_world("2027-01-04T02:20:00Z");
    ASSERT_EQ(world.engine().reconciliation().pass, 1U);
    ASSERT_THAT(world.engine().reconciliation().troubles, ElementsAre(HasSubstr("ap-shanghai")));

    world.run_for(15min);

    EXPECT_EQ(world.engine().reconciliation().pass, 2U);
    EXPECT_THAT(world.engine().reconciliation().troubles, IsEmpty());
    EXPECT_EQ(world.engine().reconciliation().places, 2U);
    EXPECT_EQ(reads_in(world, "ap-guangzhou"), 1U);
    world.run_for(6h);
    EXPECT_EQ(world.engine().reconciliation().pass, 3U) << "all is read: in a few hours again";
    EXPECT_EQ(reads_in(world, "ap-guangzhou"), 2U);
}

TEST(Reconciling, ComparesTheOthersInTimeThoughOnePlaceIsNeverRead) {
    EngineWorld world = quiet_world("2028-01-01T00:00:00Z");
    world.run_for(5h);
    EXPECT_EQ(reads_in(world, "ap-guangzhou"), 1U);

    world.run_for(1h);

    EXPECT_EQ(reads_in(world, "ap-guangzhou"), 2U);
    EXPECT_EQ(world.engine().reconciliation().pass, 13U) << "every half hour";
    EXPECT_THAT(world.engine().reconciliation().troubles, SizeIs(1));
}

TEST(Reconciling, LooksAgainOnlyAtABucketThatItCouldNotList) {
    EngineWorld world(web_world(1), R"(
[[fault]]
action = "cos:GetBucket"
kind = "error"
code = "InternalError"
until = "2027-01-04T02:20:00Z"
)");
    Policy& policy = world.settings.policies.front();
    policy.schedule = {*parse_calendar("12:00").expression};
    policy.exported = web_export(policy.keep);
    world.run_for(20min);
    ASSERT_THAT(world.engine().reconciliation().troubles, ElementsAre(HasSubstr("bucket")));
    const std::size_t lists = world.calls("cos:GetBucket");

    world.run_for(15min);

    EXPECT_EQ(world.engine().reconciliation().pass, 2U);
    EXPECT_THAT(world.engine().reconciliation().troubles, IsEmpty());
    EXPECT_EQ(world.calls("cos:GetBucket"), lists + 1);
    EXPECT_EQ(reads_in(world, "ap-guangzhou"), 1U);
    EXPECT_EQ(reads_in(world, "ap-shanghai"), 1U);
}

TEST(Reconciling, ListsTheBucketThatIsNamedNowInsteadOfOneThatIsNotThere) {
    EngineWorld world(web_world(1));
    Policy& policy = world.settings.policies.front();
    policy.schedule = {*parse_calendar("12:00").expression};
    policy.exported = web_export(policy.keep);
    policy.exported->bucket = BucketName("misspelt-1250000000");
    world.run_for(20min);
    ASSERT_THAT(world.engine().reconciliation().troubles, ElementsAre(HasSubstr("misspelt")));
    const std::size_t lists = world.calls("cos:GetBucket");
    world.settings.policies.front().exported->bucket = BucketName("ops-backup-1250000000");
    ASSERT_TRUE(world.engine().reload());

    world.run_for(15min);

    EXPECT_THAT(world.engine().reconciliation().troubles, IsEmpty());
    EXPECT_EQ(world.calls("cos:GetBucket"), lists + 1);
}

// Exports take five hours; it is the second day.
EngineWorld slow_exports(Duration time) {
    EngineWorld world("[timing]\nexport = \"5h\"\n" + web_world(1));
    Policy& policy = world.settings.policies.front();
    policy.replicas.clear();
    policy.exported = web_export(policy.keep);
    world.run_for(24h + time);
    return world;
}

// While the daemon looks for another image once more.
TEST(Reconciling, AsksAlsoForAnImageWhoseBackupEndsInTheMiddle) {
    const Instant end = *slow_exports(8h).newest_backup().finished;
    EngineWorld world = slow_exports(4h);
    cloudsim::State& cloud = world.cloud->state();
    cloud.remove_image(world.all_backups().back().copies[0].image.text(), true);
    world.run_for(end - 30s - world.now);
    const Backup newer = world.newest_backup();
    ASSERT_NE(newer.state, BackupState::finished);
    cloud.find_image(newer.copies[0].image.text())->listed_from = world.now + 40s;

    world.engine().verify();
    world.run_for(5min);

    const Backup ended = *world.catalog->backup(newer.id);
    EXPECT_EQ(ended.finished, end);
    EXPECT_EQ(ended.copies[0].state, CopyState::done);
}

// The image of the second due time was listed too late for the comparison that could read its
// place.
TEST(LostCatalog, MakesNoFiringTwiceThatShowedAfterOnlyOneOfItsPlacesCouldBeRead) {
    EngineWorld world(web_world(1), R"(
[[fault]]
action = "DescribeImages"
region = "ap-shanghai"
kind = "error"
code = "InternalError"
from = "2027-01-05T07:00:00Z"
until = "2027-01-05T07:20:00Z"
)");
    world.run_for(24h + 5h);
    const std::vector<Backup> made = world.all_backups();
    ASSERT_THAT(made, SizeIs(2));
    cloudsim::State& cloud = world.cloud->state();
    for (const Backup& backup : made) {
        const bool newest = backup.id == world.newest_backup().id;
        cloud.remove_image(backup.copies[newest ? 1 : 0].image.text(), true);
    }
    cloud.find_image(world.newest_backup().copies[0].image.text())->listed_from = world.now + 10min;
    world.crash();
    world.catalog = open_catalog(":memory:");

    world.run_for(3h);

    EXPECT_EQ(world.calls("CreateImage"), 2U);
    EXPECT_THAT(world.all_backups(), SizeIs(2));
}

}  // namespace
}  // namespace cvmbackup
