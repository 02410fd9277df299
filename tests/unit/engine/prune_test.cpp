// What retention decides is carried out, and nothing else.
#include "engine_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace cvmbackup {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;
using testing::SizeIs;

// Daily backups that keep one image and two replicas.
EngineWorld days(int count, const std::string& faults = "") {
    EngineWorld world(
        web_world(2, R"(
[[account]]
uin = "100000000002"
app_id = 1250000002
secret_id = "AKIDother"
secret_key = "otherkey"
)"),
        faults
    );
    Policy policy = web_policy();
    policy.keep.last = 1;
    policy.replicas.front().keep.last = 2;
    policy.exported = web_export(policy.keep);
    world.settings.policies = {policy};
    world.run_for(std::chrono::days(count));
    return world;
}

TEST(Pruning, LeavesExactlyWhatTheRulesKeepInEachPlace) {
    const EngineWorld world = days(4);

    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(2));
    EXPECT_THAT(world.images("ap-shanghai"), SizeIs(4));
    EXPECT_THAT(world.keys(), SizeIs(2));
}

TEST(Pruning, TakesTheSnapshotsWithTheImages) {
    const EngineWorld world = days(4);

    const cloudsim::Place guangzhou{"100000000001", "ap-guangzhou"};
    EXPECT_EQ(world.cloud->state().count_leaked_snapshots(guangzhou), 0);
}

TEST(Pruning, LeavesASharedImageAloneAndSaysWhoHasIt) {
    EngineWorld world = days(1);
    const std::string id = world.images("ap-guangzhou").front().id;
    world.cloud->state().share(*world.cloud->state().find_image(id), "100000000002");

    world.run_for(std::chrono::days(1));
    EXPECT_NE(world.cloud->state().find_image(id), nullptr);
    EXPECT_EQ(world.calls("ModifyImageSharePermission"), 0U);
    EXPECT_THAT(world.observer.notices, Contains(HasSubstr("shared the image with 100000000002")));

    world.cloud->state().unshare(*world.cloud->state().find_image(id), "100000000002");
    world.run_for(prune_retry_longest);
    EXPECT_EQ(world.cloud->state().find_image(id), nullptr);
}

TEST(Pruning, LeavesAnImageAloneThatCarriesAnotherName) {
    EngineWorld world = days(1);
    const std::string id = world.images("ap-guangzhou").front().id;
    world.cloud->state().find_image(id)->name = "golden image of the accountants";

    world.run_for(std::chrono::days(2));

    EXPECT_NE(world.cloud->state().find_image(id), nullptr);
    EXPECT_THAT(world.observer.notices, Contains(HasSubstr("golden image")));
}

TEST(Pruning, DeletesNothingInPlaceOfAnImageThatIsGone) {
    EngineWorld world = days(1);
    const std::string id = world.images("ap-guangzhou").front().id;
    world.cloud->state().remove_image(id, true);

    world.run_for(std::chrono::days(1));

    int lost = 0;
    for (const Backup& backup : world.all_backups()) {
        lost += backup.copies[0].state == CopyState::lost ? 1 : 0;
    }
    EXPECT_EQ(lost, 1);
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(2));
}

// Somebody deletes the two newest of three between two comparisons; the rules, which keep three,
// would let the oldest go for them.
TEST(Pruning, LooksWhetherWhatShouldStayIsThere) {
    EngineWorld world(web_world(1));
    world.settings.compare_every = std::chrono::days(7);
    Policy& policy = world.settings.policies.front();
    policy.replicas.clear();
    policy.keep.last = 1;
    policy.keep.min_good = 3;
    world.run_for(std::chrono::days(3) + 1h);
    std::vector<cloudsim::Image> images = world.images("ap-guangzhou");
    ASSERT_THAT(images, SizeIs(3));
    std::ranges::sort(images, {}, &cloudsim::Image::name);
    world.cloud->state().remove_image(images[1].id, true);
    world.cloud->state().remove_image(images[2].id, true);

    world.run_for(std::chrono::days(1));

    EXPECT_NE(world.cloud->state().find_image(images[0].id), nullptr);
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(2));
    EXPECT_THAT(
        world.observer.notices, Contains(HasSubstr("should stay, and is not complete in the cloud"))
    );
    world.run_for(std::chrono::days(2));
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(3));
}

TEST(Pruning, TriesAgainWhatCouldNotBeDeleted) {
    const EngineWorld world = days(3, R"(
[[fault]]
action = "DeleteImages"
kind = "error"
code = "InternalError"
nth = [1, 2, 3]
)");

    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(2));
    EXPECT_THAT(world.observer.notices, Contains(HasSubstr("cannot be deleted")));
}

TEST(Pruning, NeverTouchesWhatTheDaemonDidNotMake) {
    EngineWorld world(web_world(1, R"(
[[account.image]]
id = "img-golden01"
name = "cb-web-ins-w0000001-20260101T000000Z-1"
region = "ap-guangzhou"
)"));
    world.settings.policies.front().keep.last = 1;

    world.run_for(std::chrono::days(3));

    EXPECT_NE(world.cloud->state().find_image("img-golden01"), nullptr);
}

}  // namespace
}  // namespace cvmbackup
