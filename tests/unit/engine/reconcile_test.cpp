// Catalog and cloud are made to disagree behind the daemon's back; it finds, shows and mends.
#include "rules/reconcile.hpp"

#include "engine_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvmbackup {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// The last of so many daily firings was five hours ago.
EngineWorld after_firings(int count, int instances = 2) {
    EngineWorld world(web_world(instances));
    world.run_for(std::chrono::days(count - 1) + 5h);
    return world;
}

std::vector<Finding> findings(EngineWorld& world) {
    return world.engine().reconciliation().findings;
}

void verify(EngineWorld& world) {
    const std::uint64_t pass = world.engine().verify();
    world.run_for(10min);
    ASSERT_GE(world.engine().reconciliation().pass, pass);
}

void lose_the_catalog(EngineWorld& world) {
    world.crash();
    world.catalog = open_catalog(":memory:");
}

std::vector<Backup> points(EngineWorld& world) {
    BackupFilter filter;
    filter.only_points = true;
    filter.limit = 1000;
    return world.catalog->backups(filter);
}

std::string add_twin(EngineWorld& world, const std::string& of, Duration later) {
    cloudsim::State& state = world.cloud->state();
    cloudsim::Image twin = *state.find_image(of);
    twin.id = "img-twin0001";
    twin.created += later;
    for (cloudsim::ImageDisk& disk : twin.disks) {
        disk.snapshot_id = "snap-twin0001";
    }
    return state.add_image(twin).id;
}

TEST(Reconciling, FindsNothingToSayWhereNothingWasTouched) {
    EngineWorld world = after_firings(3);

    verify(world);

    EXPECT_THAT(findings(world), IsEmpty());
    EXPECT_THAT(world.engine().reconciliation().troubles, IsEmpty());
    EXPECT_EQ(world.engine().reconciliation().places, 2U);
}

TEST(Reconciling, CostsOneReadForAHundredImages) {
    EngineWorld world = after_firings(1);
    const std::size_t before = world.calls("DescribeImages");

    verify(world);

    EXPECT_EQ(world.calls("DescribeImages"), before + 2);
}

TEST(Reconciling, NoticesACopyThatIsGoneAndCountsItNoMore) {
    EngineWorld world = after_firings(2, 1);
    const PolicyStatus before = world.engine().policies().front();
    const Backup newest = world.newest_backup();
    world.cloud->state().remove_image(newest.copies[0].image.text(), true);

    verify(world);

    const Backup now = *world.catalog->backup(newest.id);
    EXPECT_EQ(now.copies[0].state, CopyState::lost);
    EXPECT_FALSE(now.good);
    EXPECT_THAT(findings(world), ElementsAre(Field(&Finding::kind, FindingKind::missing)));
    const PolicyStatus after = world.engine().policies().front();
    EXPECT_EQ(*after.last_success, *before.last_success - 24h);
    EXPECT_EQ(world.catalog->last_success(newest.policy, world.now), after.last_success);
}

TEST(Reconciling, LetsRetentionKeepWhatReplacesALostCopy) {
    EngineWorld world = after_firings(3, 1);
    world.settings.policies.front().keep.last = 2;
    const std::vector<cloudsim::Image> images = world.images("ap-guangzhou");
    ASSERT_THAT(images, SizeIs(3));
    world.cloud->state().remove_image(world.newest_backup().copies[0].image.text(), true);
    world.crash();

    world.run_for(2h);

    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(2));
}

TEST(Reconciling, DoesNotBelieveASingleListThatLacksAnImage) {
    EngineWorld world = after_firings(2, 1);
    const std::string id = world.newest_backup().copies[0].image.text();
    cloudsim::Image* image = world.cloud->state().find_image(id);
    image->listed_from = world.now + 30s;

    verify(world);

    EXPECT_THAT(findings(world), IsEmpty());
    EXPECT_TRUE(world.newest_backup().good);
}

// Another installation runs the same configuration, and made its image for the same time.
TEST(Reconciling, LeavesASecondImageOfACopyToAPersonWhicheverWasFirst) {
    for (const Duration later : {Duration(5min), Duration(-5min)}) {
        EngineWorld world = after_firings(1, 1);
        world.settings.policies.front().keep.last = 1;
        world.crash();
        const std::string ours = world.newest_backup().copies[0].image.text();
        const std::string theirs = add_twin(world, ours, later);

        world.run_for(2 * visibility_margin + 7h);
        EXPECT_THAT(findings(world), ElementsAre(Field(&Finding::kind, FindingKind::duplicate)));
        EXPECT_EQ(world.newest_backup().copies[0].image.text(), ours);

        world.run_for(std::chrono::days(2));
        EXPECT_EQ(world.cloud->state().find_image(ours), nullptr) << "no rule keeps it any more";
        EXPECT_NE(world.cloud->state().find_image(theirs), nullptr);
    }
}

TEST(Reconciling, NeverTouchesForeignImagesWithDeceptiveNames) {
    EngineWorld world(web_world(1, R"(
[[account.image]]
id = "img-golden01"
name = "cb-web-ins-w0000001-20260101T000000Z-1"
region = "ap-guangzhou"
[[account.image]]
id = "img-golden02"
name = "cb-web-ins-w0000001-20270104T021500Z-1"
region = "ap-guangzhou"
)"));
    world.settings.policies.front().keep.last = 1;

    world.run_for(std::chrono::days(4));
    verify(world);

    EXPECT_NE(world.cloud->state().find_image("img-golden01"), nullptr);
    EXPECT_NE(world.cloud->state().find_image("img-golden02"), nullptr);
    EXPECT_THAT(findings(world), Contains(Field(&Finding::kind, FindingKind::foreign)));
    EXPECT_THAT(findings(world), Each(Field(&Finding::mending, Mending::none)));
}

TEST(Reconciling, SaysWhereItCouldNotLook) {
    EngineWorld world = after_firings(1, 1);
    world.life->transport.unreachable = true;

    const std::uint64_t pass = world.engine().verify();
    world.run_for(30min);

    ASSERT_GE(world.engine().reconciliation().pass, pass);
    EXPECT_THAT(world.engine().reconciliation().troubles, Contains(HasSubstr("ap-guangzhou")));
    EXPECT_TRUE(world.newest_backup().good);
}

TEST(Reconciling, GoesOnShowingWhatItFoundWhereItDoesNotLookAgain) {
    EngineWorld world(web_world(1), R"(
[[fault]]
action = "DescribeImages"
region = "ap-shanghai"
kind = "error"
code = "InternalError"
from = "2027-01-04T07:00:00Z"
)");
    world.run_for(5h);
    add_twin(world, world.newest_backup().copies[0].image.text(), 5min);
    verify(world);
    const std::uint64_t whole = world.engine().reconciliation().pass;

    world.run_for(35min);

    EXPECT_GT(world.engine().reconciliation().pass, whole);
    EXPECT_THAT(world.engine().reconciliation().left_alone, SizeIs(1));
    EXPECT_THAT(findings(world), ElementsAre(Field(&Finding::kind, FindingKind::duplicate)));
}

TEST(LostCatalog, IsRebuiltWithinTheHourThoughTheCloudCouldNotBeReachedAtFirst) {
    EngineWorld world = after_firings(3, 2);
    lose_the_catalog(world);
    world.begin();
    world.life->transport.unreachable = true;
    world.run_for(20min);
    ASSERT_EQ(world.engine().reconciliation().pass, 1U);
    world.life->transport.unreachable = false;

    world.run_for(15min);

    EXPECT_THAT(points(world), SizeIs(6));
}

TEST(LostCatalog, IsRebuiltFromTheCloud) {
    EngineWorld world = after_firings(3, 2);
    const std::vector<Backup> before = points(world);
    ASSERT_THAT(before, SizeIs(6));
    lose_the_catalog(world);

    world.run_for(1h);

    const std::vector<Backup> after = points(world);
    ASSERT_THAT(after, SizeIs(6));
    EXPECT_THAT(after, Each(Field(&Backup::good, true)));
    for (const Backup& backup : after) {
        EXPECT_THAT(backup.copies, Each(Field(&Copy::state, CopyState::done)));
    }
    const std::vector<cvmbackup::Run> runs = world.catalog->runs(std::nullopt, 100);
    ASSERT_THAT(runs, SizeIs(3));
    EXPECT_THAT(
        runs, Each(Field(&cvmbackup::Run::note, HasSubstr("nor whether it had more backups")))
    );
    EXPECT_THAT(world.observer.notices, Contains(HasSubstr("THE CATALOG WAS NEW")));
    EXPECT_EQ(
        world.engine().policies().front().last_success, *parse_rfc3339("2027-01-06T02:15:00Z")
    );
}

const PolicyName web("web");

bool agree(EngineWorld& world) {
    const std::string plan = world.engine().plan(web)->policies.front().id;
    return world.engine().apply_plan(plan).has_value();
}

TEST(LostCatalog, DeletesNothingBeforeAPersonAgreesOnceAndGoesOnAsBeforeAfterwards) {
    EngineWorld world = after_firings(5, 2);
    ASSERT_THAT(world.images("ap-guangzhou"), SizeIs(6));
    world.settings.policies.front().keep.last = 2;
    const std::size_t deletions = world.calls("DeleteImages");
    lose_the_catalog(world);

    world.run_for(std::chrono::days(2));
    EXPECT_EQ(world.calls("DeleteImages"), deletions);
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(10));

    ASSERT_TRUE(agree(world));
    world.run_for(1h);
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(4));
    world.crash();
    world.run_for(std::chrono::days(2));
    EXPECT_THAT(world.images("ap-guangzhou"), SizeIs(4));
    EXPECT_THAT(world.images("ap-shanghai"), SizeIs(6));
    EXPECT_THAT(world.engine().policy(web)->stops, IsEmpty());
    EXPECT_THAT(world.doubled_names(), IsEmpty());
}

TEST(LostCatalog, MakesNoFiringTwice) {
    EngineWorld world(web_world(2));
    world.run_for(20min);  // the images of 02:15 are being made
    lose_the_catalog(world);

    world.run_for(5h);

    EXPECT_EQ(world.calls("CreateImage"), 2U);
    EXPECT_THAT(world.doubled_names(), IsEmpty());
}

TEST(Restart, RightAfterADueTimeIsOnTimeAlsoWhenTheCloudDoesNotAnswer) {
    EngineWorld world(web_world(1));
    world.settings.policies.front().catch_up.mode = CatchUp::Mode::none;
    world.run_for(10min);
    world.crash();
    world.now += 9min;
    world.begin();
    world.life->transport.unreachable = true;

    world.run_for(5min);

    ASSERT_THAT(world.catalog->runs(std::nullopt, 9), SizeIs(1));
    EXPECT_EQ(world.catalog->runs(std::nullopt, 9).front().trigger, Trigger::schedule);
}

TEST(LostCatalog, StillMakesUpForAFiringThatWasMissedMeanwhile) {
    EngineWorld world = after_firings(2, 1);
    lose_the_catalog(world);
    world.now = *parse_rfc3339("2027-01-06T04:00:00Z");

    world.run_for(5h);

    EXPECT_EQ(world.newest_backup().due, *parse_rfc3339("2027-01-06T02:15:00Z"));
    EXPECT_EQ(world.calls("CreateImage"), 3U);
}

// Daily exports, of which each is kept, beside one image.
EngineWorld after_exports(int count, const std::string& faults = "") {
    EngineWorld world(web_world(1), faults);
    Policy policy = web_policy();
    policy.replicas.clear();
    policy.keep.last = 1;
    policy.exported = web_export();
    world.settings.policies = {policy};
    world.run_for(std::chrono::days(count - 1) + 5h);
    return world;
}

TEST(Reconciling, NoticesAnExportThatIsGone) {
    EngineWorld world = after_exports(2);
    const Backup newest = world.newest_backup();
    cloudsim::BucketState& bucket = *world.cloud->state().find_bucket("ops-backup-1250000000");
    ASSERT_EQ(bucket.objects.erase(newest.copies[1].objects.at(0).key), 1U);

    verify(world);

    EXPECT_EQ(world.catalog->backup(newest.id)->copies[1].state, CopyState::lost);
    EXPECT_FALSE(world.catalog->backup(newest.id)->good);
    EXPECT_THAT(findings(world), ElementsAre(Field(&Finding::kind, FindingKind::missing)));
}

// An image is found to be gone, then the action fails for two hours, and the rules keep one export
// of two.
EngineWorld disagreement(const std::string& failing) {
    EngineWorld world = after_exports(
        2,
        "[[fault]]\naction = \"" + failing +
            "\"\nkind = \"error\"\ncode = \"InternalError\"\n"
            "from = \"2027-01-05T07:10:00Z\"\nuntil = \"2027-01-05T09:00:00Z\"\n"
    );
    world.cloud->state().remove_image(world.newest_backup().copies[0].image.text(), true);
    verify(world);
    world.settings.policies.front().exported->keep.last = 1;
    EXPECT_TRUE(world.engine().reload());
    return world;
}

TEST(Reconciling, DoesNotTakeABucketThatWasReadForTheImagesThatWereNot) {
    EngineWorld world = disagreement("DescribeImages");
    ASSERT_THAT(world.keys(), SizeIs(2));

    world.run_for(1h);
    EXPECT_THAT(world.keys(), SizeIs(2)) << "they were found to disagree, not to agree again";
    EXPECT_THAT(world.engine().policy(web)->stops, SizeIs(1));

    world.run_for(90min);
    EXPECT_THAT(world.keys(), SizeIs(1));
}

TEST(Reconciling, DoesNotTakeImagesThatWereReadForTheBucketThatWasNot) {
    EngineWorld world = disagreement("cos:GetBucket");

    world.run_for(1h);
    EXPECT_THAT(world.engine().policy(web)->stops, SizeIs(1));

    world.run_for(90min);
    EXPECT_THAT(world.engine().policy(web)->stops, IsEmpty());
}

TEST(LostCatalog, IsRebuiltFromExportsToo) {
    EngineWorld world = after_exports(5);
    ASSERT_THAT(world.keys(), SizeIs(5));
    lose_the_catalog(world);

    world.run_for(1h);

    // The exports of the last two days might still be written.
    std::size_t exports = 0;
    for (const Backup& backup : points(world)) {
        for (const Copy& copy : backup.copies) {
            const bool there = copy.kind == CopyKind::exported && copy.state == CopyState::done;
            exports += there ? copy.objects.size() : 0;
        }
    }
    EXPECT_EQ(exports, 3U);
    EXPECT_THAT(world.keys(), SizeIs(5));
}

TEST(LostCatalog, OfABrandNewInstallationIsNotTalkedAbout) {
    EngineWorld world = after_firings(1, 1);

    EXPECT_THAT(world.observer.notices, Not(Contains(HasSubstr("CATALOG"))));
}

}  // namespace
}  // namespace cvmbackup
