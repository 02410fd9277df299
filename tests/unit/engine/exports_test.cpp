// Which exports are made, which count, and what becomes of their objects.
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

constexpr const char* failing_export = R"(
[[fault]]
action = "ExportImages"
kind = "task-fails"
nth = [1]
)";

// What the cloud leaves of an export that fails, and in which format that shows by sizes.
struct Broken {
    const char* leaves;
    ExportFormat format;
};

class BrokenExports : public testing::TestWithParam<Broken> {};

TEST_P(BrokenExports, AreNeverCalledOk) {
    EngineWorld world(
        "[behaviour]\nfailed_export = \"" + std::string(GetParam().leaves) + "\"\n" + web_world(1),
        failing_export
    );
    world.settings.policies = {with_export()};
    world.settings.policies.front().exported->format = GetParam().format;

    world.run_for(47h);
    ASSERT_THAT(world.keys(), SizeIs(1));
    EXPECT_EQ(world.all_backups().back().copies.back().state, CopyState::accepted);
    world.run_for(6h);

    const Backup first = world.all_backups().back();
    EXPECT_EQ(first.result, Result::partial);
    EXPECT_FALSE(first.good);
    EXPECT_EQ(first.copies.back().state, CopyState::failed);
    EXPECT_EQ(first.copies.back().code, "ObjectsTooSmall");
    EXPECT_THAT(first.copies.back().reason, HasSubstr(first.copies.back().objects.at(0).key));
}

INSTANTIATE_TEST_SUITE_P(
    Formats,
    BrokenExports,
    testing::Values(
        Broken{"empty-object", ExportFormat::raw},
        Broken{"empty-object", ExportFormat::qcow2},
        Broken{"partial-object", ExportFormat::raw}
    )
);

TEST(Exports, OfRawCountWhenTheyAreAsLargeAsTheirDisks) {
    EngineWorld world(web_world(1));
    world.settings.policies = {with_export()};
    world.settings.policies.front().exported->format = ExportFormat::raw;

    ASSERT_TRUE(world.run_until_done());

    EXPECT_EQ(world.newest_backup().result, Result::ok);
}

// The console's form names no image; the prefix holds what looks like one.
TEST(Exports, AreFoundThoughThePrefixLooksLikeAnImage) {
    EngineWorld world("[behaviour]\nexport_names = \"console-objects\"\n" + web_world(1));
    world.settings.policies = {with_export()};
    world.settings.policies.front().exported->prefix = "img-archive/{instance}/{time}";

    ASSERT_TRUE(world.run_until_done(4h));

    EXPECT_EQ(world.newest_backup().result, Result::ok);
}

TEST(Exports, AreNotMadeOfWhatSomebodyElsePutBesideThem) {
    EngineWorld world(
        "[behaviour]\nexport_names = \"console-objects\"\n[timing]\nexport = \"2h\"\n" +
        web_world(1)
    );
    world.settings.policies = {with_export()};
    cloudsim::ObjectVersion version;
    version.size = 64;
    world.cloud->state().put_object(
        world.cloud->state().buckets.begin()->second,
        "web/ins-w0000001/20270104T021500Z_notes.qcow2",
        version
    );

    world.run_for(2h);
    EXPECT_EQ(world.newest_backup().copies.back().state, CopyState::accepted);
    ASSERT_TRUE(world.run_until_done(4h));

    EXPECT_THAT(world.newest_backup().copies.back().objects, SizeIs(1));
    EXPECT_THAT(world.newest_backup().copies.back().objects.at(0).key, HasSubstr("_xvda"));
}

// Two daily exports, of which the first has expired with the second.
struct Expiring {
    EngineWorld world{web_world(1)};
    std::string key;

    Expiring() {
        world.settings.policies = {with_export()};
        world.settings.policies.front().exported->keep.last = 1;
        world.settings.policies.front().exported->keep.min_good = 1;
        EXPECT_TRUE(world.run_until_done());
        key = world.newest_backup().copies.back().objects.at(0).key;
    }

    cloudsim::ObjectVersion& object() {
        return world.cloud->state().buckets.begin()->second.objects.at(key).back();
    }

    bool is_there() const {
        return world.cloud->state().buckets.begin()->second.objects.contains(key);
    }

    Copy first() { return world.all_backups().back().copies.back(); }
};

TEST(Exports, AreDeletedWhenTheyExpire) {
    Expiring expiring;

    expiring.world.run_for(36h);

    EXPECT_FALSE(expiring.is_there());
    EXPECT_EQ(expiring.first().state, CopyState::deleted);
}

TEST(Exports, InWhosePlaceSomebodyPutAnotherObjectAreLeftAlone) {
    Expiring expiring;
    expiring.object().etag = "\"another\"";
    expiring.object().crc64 += 1;

    expiring.world.run_for(36h);

    EXPECT_TRUE(expiring.is_there());
    EXPECT_EQ(expiring.first().state, CopyState::done);
    EXPECT_THAT(expiring.world.observer.notices, Contains(HasSubstr("is not the one")));
}

// No comparison is near.
TEST(Exports, StayWhereWhatTheyGoForIsNotThere) {
    EngineWorld world(web_world(1));
    world.settings.policies = {with_export()};
    world.settings.policies.front().exported->keep.last = 30;
    world.run_for(2 * 24h + 5h);
    ASSERT_THAT(world.keys(), SizeIs(3));
    auto& objects = world.cloud->state().buckets.begin()->second.objects;
    objects.erase(world.newest_backup().copies.back().objects.front().key);
    world.settings.policies.front().exported->keep.last = 1;
    ASSERT_TRUE(world.engine().reload());

    world.run_for(5min);
    EXPECT_THAT(world.keys(), SizeIs(2));
    EXPECT_THAT(world.observer.notices, Contains(HasSubstr("not all of its objects are there")));
    EXPECT_EQ(world.newest_backup().copies.back().state, CopyState::lost);

    world.run_for(2h);
    EXPECT_THAT(world.keys(), SizeIs(1));
}

// The list that a deletion begins with is one for the instance, however many stay.
TEST(Exports, ThatStayAreListedTogether) {
    Expiring expiring;
    expiring.world.settings.policies.front().exported->keep.last = 3;
    ASSERT_TRUE(expiring.world.engine().reload());
    expiring.world.run_for(2 * 24h + 3h);
    ASSERT_THAT(expiring.world.keys(), SizeIs(3));
    ASSERT_TRUE(expiring.is_there());
    const std::size_t before = expiring.world.calls("cos:GetBucket");
    expiring.world.settings.policies.front().exported->keep.last = 2;
    ASSERT_TRUE(expiring.world.engine().reload());

    expiring.world.run_for(1min);
    EXPECT_FALSE(expiring.is_there());
    EXPECT_EQ(expiring.world.calls("cos:GetBucket") - before, 2U);
}

// A copy onto itself, which changes its storage class.
TEST(Exports, WithTheSameContentUnderAnotherETagAreDeleted) {
    Expiring expiring;
    expiring.object().etag = "\"another\"";

    expiring.world.run_for(36h);

    EXPECT_FALSE(expiring.is_there());
}

}  // namespace
}  // namespace cvmbackup
