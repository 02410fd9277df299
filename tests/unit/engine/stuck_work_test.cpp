// Work that the cloud took and does not finish: it hangs, vanishes, or cannot be read.
#include "engine_world.hpp"
#include "rules/calendar.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvmbackup {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string fault(const std::string& action, const std::string& rest) {
    return "[[fault]]\naction = \"" + action + "\"\n" + rest + "\n";
}

Policy with_export() {
    Policy policy = web_policy();
    policy.replicas.clear();
    policy.exported = web_export(policy.keep);
    return policy;
}

TEST(StuckWork, AnImageThatIsNeverCompleteIsGivenUpAfterADay) {
    EngineWorld world(web_world(1), fault("CreateImage", "kind = \"task-hangs\"\nnth = [1]"));

    world.run_for(24h);
    EXPECT_FALSE(world.newest_backup().copies[0].settled_at);
    EXPECT_EQ(world.newest_backup().copies[0].state, CopyState::accepted);

    world.run_for(6h);
    const std::vector<Backup> backups = world.all_backups();
    EXPECT_EQ(backups.back().result, Result::failed);
    EXPECT_EQ(backups.back().copies[0].code, "Overdue");
    EXPECT_THAT(world.doubled_names(), IsEmpty());
}

// Retention looks right when it has become complete, and the list does not show its disks yet.
TEST(StuckWork, AnImageThatWasGivenUpIsNotDeletedWhenItIsCompleteAfterAll) {
    EngineWorld world(
        web_world(1, "data_disks = [ { size = 100, type = \"CLOUD_PREMIUM\" } ]\n"),
        fault("CreateImage", "kind = \"task-hangs\"\nnth = [2]")
    );
    world.settings.policies.front().replicas.clear();
    world.settings.policies.front().disks = Disks::all;
    world.run_for(47h);
    const BackupId hung = world.newest_backup().id;
    const auto copy = [&] { return world.catalog->backup(hung)->copies[0]; };
    ASSERT_TRUE(world.life->clock.run_until(world.now + 6h, [&] {
        return copy().code == "Overdue";
    }));
    cloudsim::Image* image = world.cloud->state().find_image(copy().image.text());
    const std::vector<cloudsim::ImageDisk> disks = image->disks;
    image->disks.pop_back();
    image->state = "NORMAL";

    ASSERT_TRUE(world.engine().reload());
    world.run_for(2h);
    ASSERT_NE(world.cloud->state().find_image(copy().image.text()), nullptr);
    EXPECT_EQ(copy().code, "DisksMissing");

    image->disks = disks;
    world.run_for(24h);
    EXPECT_EQ(copy().state, CopyState::done);
    EXPECT_EQ(copy().code, "");
}

// Both images are complete at 02:30, and nobody may read that between 02:20 and 05:00.
TEST(StuckWork, ACompleteImageThatCouldNotBeReadForHoursCountsWhenItCan) {
    EngineWorld world(
        web_world(2),
        fault(
            "DescribeImages",
            "kind = \"error\"\ncode = \"UnauthorizedOperation\"\n"
            "from = \"2027-01-04T02:20:00Z\"\nuntil = \"2027-01-04T05:00:00Z\""
        )
    );
    Policy policy = web_policy();
    policy.replicas.clear();
    policy.keep.last = 9;
    world.settings.policies = {policy};
    world.run_for(2h + 50min);
    EXPECT_EQ(world.newest_backup().copies[0].code, "Overdue");
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(2));

    world.run_for(9h);

    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(2));
    EXPECT_EQ(world.calls("DeleteImages"), 0U);
    const auto run = world.catalog->runs(std::nullopt, 1).front();
    EXPECT_EQ(run.result, Result::ok);
    EXPECT_TRUE(run.good);
    BackupFilter filter;
    for (const Backup& backup : world.catalog->backups(filter)) {
        EXPECT_EQ(backup.result, Result::ok);
        EXPECT_TRUE(backup.good);
        EXPECT_EQ(backup.copies[0].state, CopyState::done);
    }
}

// What hangs makes the instance busy, until support ends it.
TEST(StuckWork, ThatKeepsAnInstanceBusyForDaysIsAskedForSeldomByAllItsBackupsTogether) {
    EngineWorld world(web_world(1), fault("CreateImage", "kind = \"task-hangs\"\nnth = [1]"));
    Policy late = web_policy();
    late.name = PolicyName("late");
    late.schedule = {*parse_calendar("04:15").expression};
    world.settings.policies = {late, web_policy()};
    world.run_for(24h);
    const std::size_t before = world.calls("CreateImage");

    world.run_for(std::chrono::days(3));
    EXPECT_LE(world.calls("CreateImage") - before, 3 * 2 * 13U);
    EXPECT_GE(world.calls("CreateImage") - before, 3 * 2 * 6U);

    world.cloud->state().end_hung();
    world.run_for(2h);
    EXPECT_EQ(world.newest_backup().copies[0].state, CopyState::done);
}

TEST(StuckWork, AnImageThatVanishesIsMadeAnewUnderTheNextName) {
    EngineWorld world(web_world(1), fault("CreateImage", "kind = \"task-vanishes\"\nnth = [1]"));

    ASSERT_TRUE(world.run_until_done());

    EXPECT_EQ(world.newest_backup().result, Result::ok);
    EXPECT_EQ(world.newest_backup().copies[0].attempt, 2);
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(1));
}

TEST(StuckWork, AFailedImageThatMayNotBeDeletedEndsTheBackupAndIsKnown) {
    EngineWorld world(
        web_world(1),
        fault("CreateImage", "kind = \"task-fails\"\nnth = [1]") +
            fault("DeleteImages", "kind = \"error\"\ncode = \"UnauthorizedOperation\"")
    );

    ASSERT_TRUE(world.run_until_done());

    const Copy image = world.newest_backup().copies[0];
    EXPECT_EQ(world.newest_backup().result, Result::failed);
    EXPECT_THAT(image.reason, HasSubstr("cannot be deleted"));
    ASSERT_THAT(world.images("ap-guangzhou"), SizeIs(1));
    EXPECT_EQ(world.images("ap-guangzhou").front().id, image.image.text());
}

// More images than one call asks for, all of which hang, and one that no call may name.
TEST(StuckWork, AnImageThatCanNeverBeReadIsGivenUpWhileOthersCanBe) {
    EngineWorld world(web_world(101), fault("CreateImage", "kind = \"task-hangs\""));
    world.settings.policies.front().replicas.clear();
    world.settings.backups_in_flight = 200;
    world.run_for(30min);
    const Backup one = world.all_backups()[50];
    ASSERT_EQ(one.copies[0].state, CopyState::accepted);
    world.refuse_reads_of(one.copies[0].image.text());

    world.run_for(8h);

    std::size_t given_up = 0;
    for (const Backup& backup : world.all_backups()) {
        given_up += backup.copies[0].code == "Overdue" ? 1 : 0;
    }
    EXPECT_EQ(given_up, 1U);
    EXPECT_EQ(world.catalog->backup(one.id)->copies[0].code, "Overdue");
}

TEST(StuckWork, AnExportWhoseObjectsNeverStayAsTheyAreIsGivenUp) {
    EngineWorld world(web_world(1));
    world.settings.policies = {with_export()};
    world.begin();
    world.life->transport.arriving = [&](const HttpRequest&) {
        for (auto& [name, bucket] : world.cloud->state().buckets) {
            for (auto& [key, versions] : bucket.objects) {
                versions.back().etag += "0";
            }
        }
    };

    world.run_for(47h);
    EXPECT_EQ(world.all_backups().back().copies[1].state, CopyState::accepted);

    world.run_for(6h);
    EXPECT_THAT(world.all_backups().back().reasons, Contains(HasSubstr("its objects change")));
}

TEST(StuckWork, AnExportThatIsNeverCompleteIsGivenUpAfterTwoDays) {
    EngineWorld world(web_world(1), fault("ExportImages", "kind = \"task-hangs\"\nnth = [1]"));
    world.settings.policies = {with_export()};

    world.run_for(47h);
    EXPECT_EQ(world.all_backups().back().state, BackupState::running);

    world.run_for(6h);
    const Backup first = world.all_backups().back();
    EXPECT_EQ(first.result, Result::partial);
    EXPECT_THAT(first.reasons, Contains(HasSubstr("still not complete after 2d")));
    EXPECT_EQ(first.copies[0].state, CopyState::done);
}

TEST(StuckWork, AnExportCountsOnlyWhenItsObjectsCanBeRead) {
    EngineWorld world(
        web_world(1),
        fault(
            "cos:HeadObject",
            "kind = \"error\"\ncode = \"AccessDenied\"\nstatus = 403\n"
            "until = \"2027-01-04T04:00:00Z\""
        )
    );
    world.settings.policies = {with_export()};

    world.run_for(115min);
    EXPECT_EQ(world.newest_backup().copies[1].state, CopyState::accepted);

    ASSERT_TRUE(world.run_until_done(12h));
    EXPECT_EQ(world.newest_backup().result, Result::ok);
}

TEST(StuckWork, AnExportWhoseObjectsMayNeverBeReadIsGivenUp) {
    EngineWorld world(
        web_world(1),
        fault("cos:HeadObject", "kind = \"error\"\ncode = \"AccessDenied\"\nstatus = 403")
    );
    world.settings.policies = {with_export()};

    ASSERT_TRUE(world.run_until_done(6h));

    EXPECT_EQ(world.newest_backup().result, Result::partial);
    EXPECT_THAT(world.newest_backup().reasons, Contains(HasSubstr("could not be read for 2h")));
}

TEST(StuckWork, APoweredOffInstanceThatMayNotBeStartedIsToldOf) {
    EngineWorld world(
        web_world(1), fault("StartInstances", "kind = \"error\"\ncode = \"UnauthorizedOperation\"")
    );
    Policy policy = web_policy();
    policy.consistency = Consistency::power_off;
    world.settings.policies = {policy};

    ASSERT_TRUE(world.run_until_done());

    EXPECT_TRUE(world.newest_backup().not_started);
    EXPECT_THAT(world.newest_backup().reasons, Contains(HasSubstr("start it by hand")));
}

}  // namespace
}  // namespace cvmbackup
