// Trouble that lasts: it must not become load, must not spread, and must end with the trouble.
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

constexpr const char* slow_tasks = "[timing]\ncreate = \"20min\"\ncopy = \"20min\"\n";

TEST(Outage, OfHoursIsProbedSeldomAndDrainsQuicklyAfterwards) {
    EngineWorld world(slow_tasks + web_world(100), R"(
[[fault]]
action = "*"
kind = "lost-before"
after = "15min"
before = "375min"
)");
    world.run_for(15min + 5s);
    world.run_for(6h);
    const std::size_t during = world.records.size();

    ASSERT_TRUE(world.run_until_done(2h));

    EXPECT_LT(during, 100U + 6 * 60 * 2 * 4);
    EXPECT_THAT(world.all_backups(), Each(Field(&Backup::result, Result::ok)));
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(100));
    EXPECT_THAT(world.doubled_names(), IsEmpty());
    EXPECT_EQ(world.observer.throttled, 0);
}

// A failed read is repeated once at most; of changes, each that was asked for again counts.
std::size_t repeats(const EngineWorld& world, std::size_t backups) {
    std::size_t repeated = world.calls("CreateImage") + world.calls("SyncImages") - 2 * backups;
    for (const cloudsim::RequestRecord& record : world.records) {
        const bool failed = !record.fault.empty() || !record.code.empty();
        repeated += failed && record.action.starts_with("Describe") ? 1 : 0;
    }
    return repeated;
}

TEST(Outage, OfSingleRequestsMakesATenthOfThemRepeatsAtMost) {
    for (const char* kind :
         {"kind = \"lost-before\"",
          "kind = \"lost-after\"",
          "kind = \"error\"\ncode = \"InternalError\"",
          "kind = \"error\"\ncode = \"RequestLimitExceeded\"",
          "kind = \"error\"\ncode = \"ResourceInUse\""}) {
        SCOPED_TRACE(kind);
        EngineWorld world(
            slow_tasks + web_world(100),
            "[[fault]]\naction = \"*\"\nprobability = 0.08\n" + std::string(kind) + "\n"
        );

        ASSERT_TRUE(world.run_until_done());

        EXPECT_THAT(world.all_backups(), Each(Field(&Backup::result, Result::ok)));
        EXPECT_GT(repeats(world, 100), 5U);
        EXPECT_LE(repeats(world, 100) * 10, world.records.size());
    }
}

TEST(Outage, OfTheRegionOfReplicasDoesNotSlowTheImages) {
    EngineWorld world(slow_tasks + web_world(20), R"(
[[fault]]
action = "*"
region = "ap-shanghai"
kind = "lost-before"
)");

    world.run_for(1h);

    for (const Backup& backup : world.catalog->unfinished_backups()) {
        EXPECT_EQ(backup.copies[0].state, CopyState::done);
    }
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(20));
}

TEST(Outage, ThatNeverEndsEndsTheRunInTheEnd) {
    EngineWorld world(slow_tasks + web_world(3), R"(
[[fault]]
action = "*"
kind = "lost-before"
after = "15min"
)");
    world.settings.policies.front().schedule = {*parse_calendar("2027-01-04 02:15").expression};
    world.run_for(20min);

    ASSERT_TRUE(world.run_until_done(std::chrono::days(8)));

    EXPECT_THAT(world.all_backups(), Each(Field(&Backup::result, Result::failed)));
    EXPECT_THAT(world.newest_backup().reasons, Contains(HasSubstr("could not be read for 2d")));
}

TEST(Quota, KeepsSomeRoomAndSaysWhyABackupWaits) {
    EngineWorld world("[limits]\nimages_per_region = 40\n" + web_world(60));
    world.settings.policies.front().replicas.clear();

    world.run_for(2h);

    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(38));
    EXPECT_EQ(world.calls("CreateImage"), 38U);
    const std::vector<Backup> waiting = world.catalog->unfinished_backups();
    ASSERT_THAT(waiting, SizeIs(22));
    EXPECT_THAT(waiting.front().copies[0].reason, HasSubstr("40 images are allowed, 2 of them"));
    EXPECT_LT(world.calls("DescribeImageQuota"), 130U);
}

TEST(Quota, LetsWaitingBackupsGoOnWhenThereIsRoomAgain) {
    EngineWorld world("[limits]\nimages_per_region = 10\n" + web_world(12));
    world.settings.policies.front().replicas.clear();
    world.run_for(1h);
    ASSERT_THAT(world.images("ap-guangzhou"), SizeIs(10));
    world.cloud->state().limits.images_per_region = 20;

    ASSERT_TRUE(world.run_until_done(1h));

    EXPECT_THAT(world.all_backups(), Each(Field(&Backup::result, Result::ok)));
}

// Of two images the deletion has begun, and its calls are lost for four hours more.
class PruningOfARemovedPolicy : public testing::Test {
protected:
    void SetUp() override {
        world.settings.policies.front().keep.last = 1;
        world.settings.policies.front().replicas.clear();
        world.run_for(26h);
        ASSERT_THAT(world.catalog->unfinished_deletions(), SizeIs(2));
    }

    EngineWorld world{web_world(2), R"(
[[fault]]
action = "DeleteImages"
kind = "lost-before"
before = "30h"
)"};
};

TEST_F(PruningOfARemovedPolicy, FinishesItsDeletionsAfterAReload) {
    world.settings.policies.front().name = PolicyName("other");
    ASSERT_TRUE(world.engine().reload());

    world.run_for(8h);

    EXPECT_THAT(world.catalog->unfinished_deletions(), IsEmpty());
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(2));
}

// Somebody creates an instance from one, and renames the other for a while.
TEST_F(PruningOfARemovedPolicy, FinishesItsDeletionsThatWereNotPossibleForAWhile) {
    world.run_for(5h);
    std::vector<cloudsim::Image*> images;
    for (const Backup& backup : world.catalog->unfinished_deletions()) {
        images.push_back(world.cloud->state().find_image(backup.copies[0].image.text()));
    }
    ASSERT_THAT(images, SizeIs(2));
    const std::string name = images[1]->name;
    images[0]->state = "USING";
    images[1]->name = "golden";
    world.settings.policies.front().name = PolicyName("other");
    ASSERT_TRUE(world.engine().reload());
    world.run_for(30min);
    images[0]->state = "NORMAL";
    images[1]->name = name;

    world.run_for(10h);

    EXPECT_THAT(world.catalog->unfinished_deletions(), IsEmpty());
}

TEST_F(PruningOfARemovedPolicy, FinishesItsDeletionsIfItWentWhileNoDaemonRan) {
    world.crash();
    world.settings.policies.front().name = PolicyName("other");
    world.now += 5h;

    world.run_for(8h);

    EXPECT_THAT(world.catalog->unfinished_deletions(), IsEmpty());
}

}  // namespace
}  // namespace cvmbackup
