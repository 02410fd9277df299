// What one copy that cannot be read or deleted costs the others, and what comes between.
#include "engine_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvmbackup {
namespace {

using namespace std::chrono_literals;
using testing::SizeIs;

// An image of each instance each day, of which the newest stays.
EngineWorld only_images(int instances) {
    EngineWorld world(web_world(instances, R"(
[[account]]
uin = "100000000002"
app_id = 1250000002
secret_id = "AKIDother"
secret_key = "otherkey"
)"));
    world.settings.policies.front().replicas.clear();
    world.settings.policies.front().keep.last = 1;
    return world;
}

void lose(EngineWorld& world, const std::string& action, Duration how_long) {
    cloudsim::Fault fault;
    fault.kind = cloudsim::FaultKind::lost_before;
    fault.action = action;
    fault.until = world.now + how_long;
    world.cloud->faults().add(fault);
}

TEST(DeletionWaits, NotForAnImageThatNoCallMayName) {
    EngineWorld world = only_images(3);
    ASSERT_TRUE(world.run_until_done());
    world.refuse_reads_of(world.newest_backup().copies[0].image.text());

    world.run_for(36h);

    EXPECT_THAT(world.all_backups(), SizeIs(6));
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(3));
}

// Two go in one call, which is refused as one of them is shared. Meanwhile the rules keep more.
TEST(DeletionWaits, ForTheNewRulesAfterABatchWasRefused) {
    EngineWorld world = only_images(2);
    ASSERT_TRUE(world.run_until_done());
    for (const cloudsim::Image& image : world.images("ap-guangzhou")) {
        world.cloud->state().share(*world.cloud->state().find_image(image.id), "100000000002");
    }
    ASSERT_TRUE(world.life->clock.run_until(world.now + 36h, [&] {
        return world.calls("DeleteImages") == 1;
    }));
    for (const cloudsim::Image& image : world.images("ap-guangzhou")) {
        world.cloud->state().unshare(*world.cloud->state().find_image(image.id), "100000000002");
    }
    world.settings.policies.front().keep.last = 30;
    ASSERT_TRUE(world.engine().reload());

    world.run_for(12h);

    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(4));
    EXPECT_THAT(world.catalog->unfinished_deletions(), SizeIs(0));
}

// It was complete, and the cloud calls it failed since; the call to delete it is lost, and then a
// person deletes the newer one.
TEST(DeletionWaits, ACopyThatBecameBrokenDoesNotBecomeALeftOver) {
    EngineWorld world = only_images(1);
    ASSERT_TRUE(world.run_until_done());
    const Backup broken = world.newest_backup();
    world.cloud->state().find_image(broken.copies[0].image.text())->state = "CREATEFAILED";
    world.run_for(14h);
    ASSERT_EQ(world.catalog->backup(broken.id)->copies[0].code, "Broken");
    lose(world, "DeleteImages", 16h);
    world.run_for(14h);
    ASSERT_EQ(world.catalog->backup(broken.id)->copies[0].state, CopyState::deleting);
    ASSERT_TRUE(world.engine().pause(PolicyName("web"), std::nullopt, ""));
    world.cloud->state().remove_image(world.newest_backup().copies[0].image.text(), true);

    world.run_for(72h);

    EXPECT_EQ(world.catalog->backup(broken.id)->copies[0].state, CopyState::done);
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(1));
}

// The image that the cloud called failed is complete again when its lost deletion is judged anew.
TEST(DeletionWaits, ForACopyThatIsWholeAgain) {
    EngineWorld world = only_images(1);
    world.settings.policies.front().keep.last = 30;
    ASSERT_TRUE(world.run_until_done());
    const Backup broken = world.newest_backup();
    const std::string id = broken.copies[0].image.text();
    const auto copy = [&] { return world.catalog->backup(broken.id)->copies[0]; };
    world.cloud->state().find_image(id)->state = "CREATEFAILED";
    world.run_for(14h);
    ASSERT_EQ(copy().code, "Broken");
    lose(world, "DeleteImages", 14h);
    world.run_for(13h);
    ASSERT_EQ(copy().state, CopyState::deleting);
    world.cloud->state().find_image(id)->state = "NORMAL";

    world.run_for(24h);

    EXPECT_EQ(copy().state, CopyState::done);
    EXPECT_EQ(copy().code, "");
    EXPECT_NE(world.cloud->state().find_image(id), nullptr);
}

TEST(DeletionWaits, WhereWhatShouldStayBecameBroken) {
    EngineWorld world = only_images(1);
    world.settings.policies.front().keep.last = 30;
    world.run_for(28h);
    ASSERT_THAT(world.images("ap-guangzhou"), SizeIs(2));
    const Backup newest = world.newest_backup();
    world.cloud->state().find_image(newest.copies[0].image.text())->state = "CREATEFAILED";
    world.run_for(1min);
    world.settings.policies.front().keep.last = 1;
    ASSERT_TRUE(world.engine().reload());

    world.run_for(5min);
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(2));

    world.run_for(5h);
    EXPECT_EQ(world.catalog->backup(newest.id)->copies[0].code, "Broken");
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(2));
}

// The second export is not looked for under rules that have changed since the first was.
TEST(DeletionWaits, NoFurtherListIsMadeUnderFormerRules) {
    EngineWorld world(web_world(5));
    Policy& policy = world.settings.policies.front();
    policy.replicas.clear();
    policy.exported = web_export(policy.keep);
    policy.exported->keep.last = 30;
    world.run_for(28h);
    ASSERT_THAT(world.keys(), SizeIs(10));
    policy.exported->keep.last = 1;
    ASSERT_TRUE(world.engine().reload());
    const std::size_t before = world.calls("cos:GetBucket");
    ASSERT_TRUE(world.life->clock.run_until(world.now + 1h, [&] {
        return world.calls("cos:GetBucket") == before + 1;
    }));
    policy.exported->keep.last = 30;
    ASSERT_TRUE(world.engine().reload());

    world.run_for(1h);

    EXPECT_EQ(world.calls("cos:GetBucket"), before + 1);
    EXPECT_THAT(world.keys(), SizeIs(10));
}

// It is too young for the first comparison to judge, and the next regular one is a week away.
TEST(DeletionWaits, NotForTheNextRegularComparison) {
    EngineWorld world = only_images(1);
    world.settings.policies.front().keep.last = 30;
    world.settings.compare_every = std::chrono::days(7);
    world.run_for(24h);
    world.crash();
    world.run_for(24h);
    ASSERT_TRUE(world.life->clock.run_until(world.now + 5h, [&] {
        return world.all_backups().size() == 3 &&
               world.newest_backup().state == BackupState::finished;
    }));
    ASSERT_THAT(world.images("ap-guangzhou"), SizeIs(3));
    world.cloud->state().remove_image(world.newest_backup().copies[0].image.text(), true);
    world.run_for(1min);
    world.settings.policies.front().keep.last = 1;
    ASSERT_TRUE(world.engine().reload());

    world.run_for(5min);
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(2));

    world.run_for(5h);
    EXPECT_EQ(world.newest_backup().copies[0].state, CopyState::lost);
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(1));
}

}  // namespace
}  // namespace cvmbackup
