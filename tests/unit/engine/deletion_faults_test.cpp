// Deletions that the cloud refuses, or that a stop or a new configuration interrupts: what was
// decided is done later, and nothing else.
#include "engine_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace cvmbackup {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// Two instances, an image, a replica and an export each day; of each the newest stays. It is the
// second day, 01:00: retention will delete for the first time after the backups of 02:15.
EngineWorld second_day(const std::string& faults) {
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
    policy.replicas.front().keep.last = 1;
    policy.exported = web_export(policy.keep);
    world.settings.policies = {policy};
    world.run_for(23h);
    return world;
}

// Refuses the action until 08:00 of the second day.
std::string refused(const std::string& action, const std::string& code) {
    return "[[fault]]\naction = \"" + action + "\"\nkind = \"error\"\ncode = \"" + code +
           "\"\nuntil = \"2027-01-05T08:00:00Z\"\n";
}

TEST(DeletionFaults, ASharedImageWhoseSharesMayNotBeReadStays) {
    EngineWorld world =
        second_day(refused("DescribeImageSharePermission", "UnauthorizedOperation"));
    const std::string id = world.images("ap-guangzhou").front().id;
    world.cloud->state().share(*world.cloud->state().find_image(id), "100000000002");

    world.run_for(6h);
    EXPECT_NE(world.cloud->state().find_image(id), nullptr);
    EXPECT_THAT(world.observer.notices, Contains(HasSubstr("cannot be deleted")));

    world.run_for(4h);
    EXPECT_NE(world.cloud->state().find_image(id), nullptr);
    EXPECT_THAT(world.observer.notices, Contains(HasSubstr("shared the image with 100000000002")));
}

TEST(DeletionFaults, AnObjectThatMayNotBeDeletedIsTriedAgain) {
    EngineWorld world = second_day(refused("cos:DeleteObject", "AccessDenied") + "status = 403\n");

    world.run_for(6h);
    EXPECT_THAT(world.keys(), SizeIs(4));
    EXPECT_THAT(world.observer.notices, Contains(HasSubstr("cannot be deleted")));

    world.run_for(4h);
    EXPECT_THAT(world.keys(), SizeIs(2));
}

// Meanwhile somebody deletes the newer ones.
TEST(DeletionFaults, AnExportThatMayNotBeDeletedIsJudgedAnew) {
    EngineWorld world = second_day(refused("cos:DeleteObject", "AccessDenied") + "status = 403\n");
    const std::vector<std::string> older = world.keys();
    world.run_for(4h);
    ASSERT_TRUE(world.engine().pause(PolicyName("web"), std::nullopt, ""));
    for (const std::string& key : world.keys()) {
        if (std::ranges::count(older, key) == 0) {
            world.cloud->state().buckets.at("ops-backup-1250000000").objects.erase(key);
        }
    }

    world.run_for(2 * prune_retry_longest);

    EXPECT_EQ(world.keys(), older);
    EXPECT_THAT(world.catalog->unfinished_deletions(), IsEmpty());
}

// Nobody knows whether the objects are gone with it, so it is asked on, but ever more seldom.
TEST(DeletionFaults, ABucketThatIsGoneIsAskedForEverMoreSeldom) {
    EngineWorld world = second_day(
        "[[fault]]\naction = \"cos:DeleteObject\"\nkind = \"error\"\ncode = \"NoSuchBucket\"\n"
        "status = 404\n"
    );
    world.run_for(6h);
    const std::size_t first = world.calls("cos:DeleteObject");
    EXPECT_GE(first, 4U);  // of two instances, and once again
    for (const Backup& backup : world.all_backups()) {
        const Copy& exported = backup.copies.at(2);
        if (backup.due < world.now - 24h) {
            EXPECT_EQ(exported.state, CopyState::deleting);
            EXPECT_THAT(exported.reason, HasSubstr("does not exist in ap-guangzhou"));
        }
    }
    EXPECT_THAT(world.keys(), SizeIs(4));

    // Each night expires two more exports, of which each is asked for five times in its first day
    // and once a day later.
    world.run_for(std::chrono::days(4));
    EXPECT_LE(world.calls("cos:DeleteObject"), 2U * (5 * 6 + 4 + 3 + 2 + 1));
    EXPECT_THAT(world.observer.notices, Contains(HasSubstr("trying again in 1d")));

    const std::size_t before = world.calls("cos:DeleteObject");
    ASSERT_TRUE(world.engine().reload());
    world.run_for(1min);
    EXPECT_GE(world.calls("cos:DeleteObject"), before + 8);  // whatever may have been mended
}

TEST(DeletionFaults, AnAnswerThatImagesAreGoneIsHeldAgainstEachOfThem) {
    EngineWorld world = second_day(R"(
[[fault]]
action = "DeleteImages"
kind = "error"
code = "InvalidImageId.NotFound"
nth = [1]
)");

    world.run_for(6h);

    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(2));
    EXPECT_THAT(world.images("ap-shanghai"), SizeIs(2));
}

// A pinned point whose pin ends while the cloud is troubled.
EngineWorld pinned_point(const std::string& faults, BackupId& point, std::string& image) {
    EngineWorld world = second_day(faults);
    const Backup oldest = world.newest_backup();
    point = oldest.id;
    image = oldest.copies[0].image.text();
    EXPECT_TRUE(world.engine().pin(point, std::nullopt, "looked at"));
    world.run_for(10h);
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(3));
    return world;
}

TEST(DeletionFaults, NothingIsDeletedWhileTheImagesCannotBeRead) {
    BackupId point;
    std::string image;
    EngineWorld world = pinned_point(
        R"(
[[fault]]
action = "DescribeImages"
kind = "error"
code = "UnauthorizedOperation"
from = "2027-01-05T11:00:00Z"
until = "2027-01-05T13:00:00Z"
)",
        point,
        image
    );
    const std::size_t deletions = world.calls("DeleteImages");

    ASSERT_TRUE(world.engine().unpin(point));
    world.run_for(1h);
    EXPECT_EQ(world.calls("DeleteImages"), deletions);
    EXPECT_THAT(world.observer.notices, Contains(HasSubstr("cannot be deleted")));

    world.run_for(3h);
    EXPECT_EQ(world.cloud->state().find_image(image), nullptr);
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(2));
}

TEST(DeletionFaults, AnImageThatIsGoneAlreadyCountsAsDeleted) {
    BackupId point;
    std::string image;
    EngineWorld world = pinned_point("", point, image);
    world.cloud->state().remove_image(image, true);

    ASSERT_TRUE(world.engine().unpin(point));
    world.run_for(1h);

    EXPECT_EQ(world.catalog->backup(point)->copies[0].state, CopyState::deleted);
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(2));
}

TEST(DeletionFaults, AnImageThatOneListLacksIsNotDeletedUnderAnotherName) {
    BackupId point;
    std::string id;
    EngineWorld world = pinned_point("", point, id);
    cloudsim::Image* image = world.cloud->state().find_image(id);
    image->name = "golden image of the accountants";
    image->listed_from = world.now + 30s;

    ASSERT_TRUE(world.engine().unpin(point));
    world.run_for(1h);

    EXPECT_NE(world.cloud->state().find_image(id), nullptr);
    EXPECT_EQ(world.catalog->backup(point)->copies[0].state, CopyState::done);
    EXPECT_THAT(world.observer.notices, Contains(HasSubstr("golden image")));
}

TEST(DeletionFaults, AnImageThatNoListShowsIsDeletedByItsId) {
    BackupId point;
    std::string id;
    EngineWorld world = pinned_point("", point, id);
    world.cloud->state().find_image(id)->listed_from = world.now + 24h;

    ASSERT_TRUE(world.engine().unpin(point));
    world.run_for(10min);

    EXPECT_EQ(world.cloud->state().find_image(id), nullptr);
    EXPECT_EQ(world.catalog->backup(point)->copies[0].state, CopyState::deleted);
}

TEST(DeletionFaults, WhatWasBegunForAPolicyIsFinishedWhenThePolicyIsGone) {
    EngineWorld world = second_day(
        "[[fault]]\naction = \"DeleteImages\"\nkind = \"lost-before\"\n"
        "until = \"2027-01-05T08:00:00Z\"\n"
    );
    world.run_for(6h);
    EXPECT_THAT(world.catalog->unfinished_deletions(), SizeIs(2));

    world.settings.policies.clear();
    ASSERT_TRUE(world.engine().reload());
    world.run_for(4h);

    EXPECT_THAT(world.catalog->unfinished_deletions(), IsEmpty());
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(2));
    EXPECT_THAT(world.images("ap-shanghai"), SizeIs(2));
    EXPECT_THAT(world.keys(), SizeIs(2));
}

// An image that another account was given access to cannot be deleted meanwhile. It is the third
// day, and the policy is paused.
class SharedImage : public testing::Test {
protected:
    SharedImage() {
        share(true);
        world.run_for(24h);
        EXPECT_TRUE(world.engine().pause(PolicyName("web"), std::nullopt, ""));
    }

    void share(bool is_shared) {
        cloudsim::Image& image = *world.cloud->state().find_image(older.copies[0].image.text());
        if (is_shared) {
            world.cloud->state().share(image, "100000000002");
        } else {
            world.cloud->state().unshare(image, "100000000002");
        }
    }

    Copy copy() { return world.catalog->backup(older.id)->copies[0]; }

    EngineWorld world = second_day("");
    const Backup older = world.newest_backup();
};

TEST_F(SharedImage, IsJudgedAnewBeforeItsDeletionIsTriedAgain) {
    EXPECT_EQ(copy().state, CopyState::done);
    EXPECT_THAT(copy().reason, HasSubstr("could not be deleted: somebody shared the image"));
    for (const Backup& backup : world.all_backups()) {
        if (backup.instance == older.instance && backup.id != older.id) {
            world.cloud->state().remove_image(backup.copies[0].image.text(), true);
        }
    }
    world.run_for(12h);  // a comparison finds the newer one lost
    share(false);

    world.run_for(2 * prune_retry_longest);

    EXPECT_EQ(copy().state, CopyState::done);
    EXPECT_NE(world.cloud->state().find_image(copy().image.text()), nullptr);
}

TEST_F(SharedImage, CanBePinned) {
    EXPECT_TRUE(world.engine().pin(older.id, std::nullopt, "a customer has it"));
    share(false);

    world.run_for(2 * prune_retry_longest);

    EXPECT_EQ(copy().state, CopyState::done);
    EXPECT_NE(world.cloud->state().find_image(copy().image.text()), nullptr);
}

TEST_F(SharedImage, StaysACopyWhenTheCloudCallsItBroken) {
    share(false);
    const Backup newer = world.newest_backup();
    ASSERT_TRUE(world.engine().resume(PolicyName("web")));
    cloudsim::Image& image = *world.cloud->state().find_image(newer.copies[0].image.text());
    image.state = "CREATEFAILED";
    world.cloud->state().share(image, "100000000002");

    world.run_for(36h);

    const Copy broken = world.catalog->backup(newer.id)->copies[0];
    EXPECT_EQ(broken.code, "Broken");
    EXPECT_THAT(broken.reason, HasSubstr("could not be deleted"));
    EXPECT_EQ(broken.state, CopyState::done);
}

// Its newer one is gone by then, and no comparison has seen that.
TEST(DeletionFaults, AnImageWhoseDeletionWasLostIsJudgedAnew) {
    EngineWorld world = second_day(
        "[[fault]]\naction = \"DeleteImages\"\nkind = \"lost-before\"\n"
        "until = \"2027-01-05T08:00:00Z\"\n"
    );
    const Backup older = world.newest_backup();
    world.run_for(4h);
    ASSERT_EQ(world.catalog->backup(older.id)->copies[0].state, CopyState::deleting);
    ASSERT_TRUE(world.engine().pause(PolicyName("web"), std::nullopt, ""));
    for (const Backup& backup : world.all_backups()) {
        if (backup.instance == older.instance && backup.id != older.id) {
            world.cloud->state().remove_image(backup.copies[0].image.text(), true);
        }
    }

    world.run_for(2 * prune_retry_longest);

    EXPECT_EQ(world.catalog->backup(older.id)->copies[0].state, CopyState::done);
    EXPECT_NE(world.cloud->state().find_image(older.copies[0].image.text()), nullptr);
}

// The daemon is killed right then, and what should stay goes while it is off.
TEST(DeletionFaults, ADeletionOfAnEarlierLifeIsJudgedAnew) {
    for (const char* action : {"DeleteImages", "cos:DeleteObject"}) {
        EngineWorld world = second_day(
            "[[fault]]\naction = \"" + std::string(action) +
            "\"\nkind = \"lost-before\"\nuntil = \"2027-01-05T08:00:00Z\"\n"
        );
        const Backup older = world.newest_backup();
        const std::size_t which = std::string(action) == "DeleteImages" ? 0 : 2;
        const auto copy = [&] { return world.catalog->backup(older.id)->copies[which]; };
        ASSERT_TRUE(world.life->clock.run_until(world.now + 12h, [&] {
            return copy().state == CopyState::deleting;
        }));
        world.crash();
        auto& objects = world.cloud->state().buckets.begin()->second.objects;
        for (const Backup& backup : world.all_backups()) {
            if (backup.instance == older.instance && backup.id != older.id) {
                world.cloud->state().remove_image(backup.copies[0].image.text(), true);
                objects.erase(backup.copies[2].objects.front().key);
            }
        }
        world.cloud->faults().clear();

        world.run_for(8h);

        EXPECT_EQ(copy().state, CopyState::done) << action;
        EXPECT_THAT(world.keys(), Contains(older.copies[2].objects.front().key));
        const bool has_image = world.cloud->state().find_image(older.copies[0].image.text());
        EXPECT_EQ(has_image, which == 0);  // else it went before
    }
}

// One image is gone, of the other the deletion was lost; the second look at the first fails.
TEST(DeletionFaults, AnImageThatIsJudgedAnewStaysSoWhenTheNextLookFails) {
    EngineWorld world = second_day(
        "[[fault]]\naction = \"DeleteImages\"\nkind = \"lost-before\"\n"
        "until = \"2027-01-05T08:00:00Z\"\n"
    );
    const std::vector<Backup> older = world.all_backups();
    world.run_for(4h);
    ASSERT_TRUE(world.engine().pause(PolicyName("web"), std::nullopt, ""));
    world.cloud->state().remove_image(older[1].copies[0].image.text(), true);
    const auto state = [&] { return world.catalog->backup(older[0].id)->copies[0].state; };
    ASSERT_EQ(state(), CopyState::deleting);
    for (int i = 0; i < 24 * 3600 && state() == CopyState::deleting; ++i) {
        world.run_for(1s);
    }
    ASSERT_EQ(state(), CopyState::done);

    world.life->transport.unreachable = true;
    world.run_for(10min);

    EXPECT_EQ(state(), CopyState::done);
}

TEST(DeletionFaults, AStopInTheMiddleLeavesTheRestToTheNextLife) {
    EngineWorld world = second_day("");
    ASSERT_TRUE(world.life->clock.run_until(world.now + 12h, [&] {
        return world.calls("DeleteImages") == 1;
    }));
    world.engine().stop([] {});
    world.run_for(2h);
    EXPECT_EQ(world.calls("DeleteImages"), 1U);
    EXPECT_THAT(world.keys(), SizeIs(4));

    world.crash();
    world.run_for(2h);

    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(2));
    EXPECT_THAT(world.images("ap-shanghai"), SizeIs(2));
    EXPECT_THAT(world.keys(), SizeIs(2));
}

}  // namespace
}  // namespace cvmbackup
