// An older catalog is put back: what was done since is known to the cloud alone.
#include "engine_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <unistd.h>

namespace cvmbackup {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::Field;
using testing::IsEmpty;
using testing::SizeIs;

class OlderCatalog : public testing::Test {
protected:
    OlderCatalog() { std::filesystem::create_directories(folder); }

    ~OlderCatalog() override { std::filesystem::remove_all(folder); }

    void keep_a_copy(EngineWorld& world) {
        while_stopped(world, [this] { std::filesystem::copy_file(file, copy); });
    }

    void put_the_copy_back(EngineWorld& world) {
        while_stopped(world, [this] { std::filesystem::rename(copy, file); });
    }

    const std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("older-catalog-" + std::to_string(getpid()));
    const std::string file = folder / "catalog.db";
    const std::string copy = folder / "copy.db";

private:
    template <class Work>
    void while_stopped(EngineWorld& world, Work work) {
        world.crash();
        world.catalog.reset();
        work();
        world.catalog = open_catalog(file);
    }
};

TEST_F(OlderCatalog, ThatIsPutBackMakesNoFiringTwice) {
    EngineWorld world(web_world(2));
    world.catalog = open_catalog(file);
    world.run_for(5h);
    keep_a_copy(world);
    world.run_for(48h);
    ASSERT_EQ(world.calls("CreateImage"), 6U);
    put_the_copy_back(world);

    world.run_for(10h);

    EXPECT_EQ(world.calls("CreateImage"), 6U);
    EXPECT_THAT(world.doubled_names(), IsEmpty());
    const PolicyMemory memory = world.engine().policies().front().memory;
    EXPECT_EQ(memory.last_due, *parse_rfc3339("2027-01-06T02:15:00Z"));
    world.run_for(24h);
    EXPECT_EQ(world.calls("CreateImage"), 8U);
}

TEST_F(OlderCatalog, ThatIsPutBackRightAfterADueTimeDoesNotRunItAgain) {
    EngineWorld world("[timing]\ncreate = \"30s\"\n" + web_world(2));
    world.settings.policies.front().catch_up.mode = CatchUp::Mode::none;
    world.catalog = open_catalog(file);
    world.run_for(5h);
    keep_a_copy(world);
    world.run_for(19h + 18min);
    ASSERT_EQ(world.calls("CreateImage"), 4U);
    put_the_copy_back(world);

    world.run_for(10h);

    EXPECT_EQ(world.calls("CreateImage"), 4U);
    EXPECT_THAT(world.doubled_names(), IsEmpty());
}

// Two instances, one after the other, so that the second backup is still planned a while after.
class OlderCatalogOfMidBackup : public OlderCatalog {
protected:
    OlderCatalogOfMidBackup() {
        world.settings.backups_in_flight = 1;
        world.catalog = open_catalog(file);
        world.run_for(17min);
        keep_a_copy(world);
        world.run_for(5h);
    }

    void expect_each_made_once() {
        EXPECT_THAT(world.all_backups(), SizeIs(2));
        EXPECT_THAT(world.all_backups(), Each(Field(&Backup::result, Result::ok)));
        EXPECT_THAT(world.doubled_names(), IsEmpty());
        EXPECT_EQ(world.calls("CreateImage"), 2U);
        EXPECT_EQ(world.calls("SyncImages"), 2U);
    }

    EngineWorld world{web_world(2)};
};

TEST_F(OlderCatalogOfMidBackup, DoesNotMakeAgainWhatItHadPlanned) {
    expect_each_made_once();
    put_the_copy_back(world);
    ASSERT_THAT(world.catalog->unfinished_backups(), SizeIs(2));

    world.run_for(5h);

    expect_each_made_once();
}

TEST_F(OlderCatalogOfMidBackup, WaitsWhileNobodyTellsWhatIsThere) {
    put_the_copy_back(world);
    world.begin();
    world.life->transport.unreachable = true;
    world.run_for(20min);
    EXPECT_THAT(world.catalog->unfinished_backups(), SizeIs(2));
    world.life->transport.unreachable = false;

    world.run_for(5h);

    expect_each_made_once();
}

TEST_F(OlderCatalog, OfARunThatHadNotChosenItsInstancesMakesNothingTwice) {
    EngineWorld world(web_world(2), R"(
[[fault]]
action = "DescribeInstances"
kind = "lost-before"
until = "2027-01-04T02:30:00Z"
)");
    world.catalog = open_catalog(file);
    world.run_for(17min);
    keep_a_copy(world);
    ASSERT_THAT(world.catalog->unfinished_runs(), SizeIs(1));
    ASSERT_THAT(world.all_backups(), IsEmpty());
    world.run_for(5h);
    ASSERT_EQ(world.calls("CreateImage"), 2U);
    put_the_copy_back(world);

    world.run_for(5h);

    EXPECT_EQ(world.calls("CreateImage"), 2U);
    EXPECT_EQ(world.calls("SyncImages"), 2U);
    EXPECT_THAT(world.doubled_names(), IsEmpty());
    EXPECT_THAT(world.all_backups(), SizeIs(2));
    EXPECT_THAT(world.all_backups(), Each(Field(&Backup::result, Result::ok)));
}

// Its image is gone since, and made again as another attempt; so would be the replica.
TEST_F(OlderCatalog, FindsTheReplicaOfAnImageThatIsGone) {
    EngineWorld world(web_world(1));
    world.catalog = open_catalog(file);
    world.run_for(17min);
    keep_a_copy(world);
    ASSERT_THAT(world.catalog->unfinished_backups(), SizeIs(1));
    world.run_for(5h);
    const Backup before = world.newest_backup();
    ASSERT_EQ(before.result, Result::ok);
    world.cloud->state().remove_image(before.copies[0].image.text(), true);
    put_the_copy_back(world);

    world.run_for(5h);

    const Backup after = world.newest_backup();
    EXPECT_EQ(after.result, Result::ok);
    EXPECT_EQ(after.copies[0].attempt, 2);
    EXPECT_EQ(after.copies[1].image, before.copies[1].image);
    EXPECT_EQ(world.calls("SyncImages"), 1U);
}

TEST_F(OlderCatalog, FindsTheObjectsOfAnExportThatItHadPlanned) {
    EngineWorld world(web_world(2));
    world.settings.policies.front().replicas.clear();
    world.settings.policies.front().exported = ExportTarget{
        BucketName("ops-backup-1250000000"),
        "web/{instance}/{time}",
        ExportFormat::raw,
        Every::backup,
        web_policy().keep};
    world.catalog = open_catalog(file);
    world.run_for(17min);
    keep_a_copy(world);
    ASSERT_THAT(world.catalog->unfinished_backups(), SizeIs(2));
    world.run_for(5h);
    ASSERT_EQ(world.calls("ExportImages"), 2U);
    const std::vector<StoredObject> objects = world.newest_backup().copies.back().objects;
    put_the_copy_back(world);

    world.run_for(5h);

    EXPECT_EQ(world.calls("ExportImages"), 2U);
    EXPECT_EQ(world.newest_backup().copies.back().objects, objects);
    EXPECT_THAT(world.all_backups(), SizeIs(2));
    EXPECT_THAT(world.all_backups(), Each(Field(&Backup::result, Result::ok)));
}

TEST_F(OlderCatalog, ThatKnowsOnlyAFailedAttemptFindsTheNext) {
    EngineWorld world(web_world(1), R"(
[[fault]]
action = "CreateImage"
kind = "task-fails"
nth = [1]
)");
    world.catalog = open_catalog(file);
    world.run_for(17min);
    keep_a_copy(world);
    ASSERT_THAT(world.catalog->unfinished_backups(), SizeIs(1));
    world.run_for(5h);
    ASSERT_EQ(world.calls("CreateImage"), 2U);
    ASSERT_EQ(world.newest_backup().result, Result::ok);
    const ImageId made = world.newest_backup().copies[0].image;
    put_the_copy_back(world);

    world.run_for(5h);

    EXPECT_EQ(world.calls("CreateImage"), 2U);
    EXPECT_EQ(world.newest_backup().result, Result::ok);
    EXPECT_EQ(world.newest_backup().copies[0].image, made);
}

TEST_F(OlderCatalog, BesideAClockThatWasSetBackRunsNoTimeTwice) {
    EngineWorld world(web_world(1));
    world.catalog = open_catalog(file);
    world.run_for(5h);
    keep_a_copy(world);
    world.run_for(24h);
    ASSERT_EQ(world.calls("CreateImage"), 2U);
    put_the_copy_back(world);
    world.wrong = -48h;
    world.now -= 48h;

    world.run_for(48h);

    EXPECT_EQ(world.calls("CreateImage"), 2U) << "2027-01-05T02:15:00Z came again";
    world.run_for(24h);
    EXPECT_EQ(world.calls("CreateImage"), 3U);
}

}  // namespace
}  // namespace cvmbackup
