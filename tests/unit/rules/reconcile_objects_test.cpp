// Exports against the objects of a bucket.
#include "rules/backup_machine.hpp"
#include "rules/reconcile.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvmbackup {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const Instant due = *parse_rfc3339("2027-01-04T02:15:00Z");
const Instant now = due + export_patience + 1h;
const Place guangzhou{AccountName("prod"), Region("ap-guangzhou")};
const BucketPlace bucket{guangzhou.account, guangzhou.region, BucketName("ops-1250000000")};
const InstanceId web_1("ins-00000001");
const std::string prefix = "web/ins-00000001/20270104T021500Z";
const std::string system_key = prefix + "_img-1_system_snap-1.qcow2";
const std::string data_key = prefix + "_img-1_data_snap-2.qcow2";

Policy web() {
    Policy policy;
    policy.name = PolicyName("web");
    policy.account = guangzhou.account;
    policy.region = guangzhou.region;
    policy.exported = ExportTarget{
        bucket.bucket, "web/{instance}/{time}", ExportFormat::qcow2, Every::backup, Keep()};
    return policy;
}

StoredObject object(const std::string& key) {
    return StoredObject{key, (1LL << 30) + 1, "", ""};
}

Copy copy(CopyKind kind, CopyState state) {
    Copy copy;
    copy.id = CopyId(kind == CopyKind::image ? 11 : 12);
    copy.backup = BackupId(7);
    copy.kind = kind;
    copy.place = guangzhou;
    copy.image = ImageId("img-1");
    copy.name = "cb-web-ins-00000001-20270104T021500Z-1";
    copy.state = state;
    copy.settled_at = due + 20min;
    if (kind == CopyKind::exported) {
        copy.bucket = bucket.bucket;
        copy.name = prefix;
        copy.objects = {object(system_key), object(data_key)};
    }
    return copy;
}

// A finished backup of two disks: an image and its export.
Backup backup(CopyState exported = CopyState::done) {
    Backup backup;
    backup.id = BackupId(7);
    backup.policy = PolicyName("web");
    backup.place = guangzhou;
    backup.instance = web_1;
    backup.due = due;
    backup.data_disks.resize(1);
    backup.state = BackupState::finished;
    backup.result = exported == CopyState::done ? Result::ok : Result::partial;
    backup.good = exported == CopyState::done;
    backup.copies = {copy(CopyKind::image, CopyState::done), copy(CopyKind::exported, exported)};
    return backup;
}

Comparison compare(
    const std::vector<std::string>& keys,
    const std::vector<Backup>& known,
    const std::vector<Policy>& policies = {web()},
    Instant at = now
) {
    ObjectListing listing{bucket, {"web/"}, {}};
    for (const std::string& key : keys) {
        listing.objects.push_back(object(key));
    }
    return compare_objects(listing, known, policies, at);
}

TEST(ReconcileExports, FindsNothingWhereCatalogAndBucketAgree) {
    const Comparison comparison = compare({system_key, data_key}, {backup()});

    EXPECT_THAT(comparison.findings, IsEmpty());
    EXPECT_THAT(comparison.changed, IsEmpty());
    EXPECT_THAT(comparison.adopted, IsEmpty());
}

TEST(ReconcileExports, CountsAnExportWithoutObjectsAsLost) {
    const Comparison comparison = compare({}, {backup()});

    ASSERT_THAT(comparison.changed, SizeIs(1));
    EXPECT_EQ(comparison.changed[0].copies[1].state, CopyState::lost);
    EXPECT_FALSE(comparison.changed[0].good);
    EXPECT_EQ(comparison.changed[0].result, Result::partial);
    EXPECT_THAT(comparison.absent_keys, ElementsAre(system_key, data_key));
    EXPECT_THAT(comparison.findings.at(0).text, HasSubstr("lacks 2 of its 2 objects"));
}

TEST(ReconcileExports, CountsAnExportThatLacksOneObjectAsIncompleteAndSaysItOnce) {
    const Comparison comparison = compare({system_key}, {backup()});

    ASSERT_THAT(comparison.changed, SizeIs(1));
    EXPECT_EQ(comparison.changed[0].copies[1].state, CopyState::done);
    EXPECT_EQ(comparison.changed[0].copies[1].code, "ObjectsMissing");
    EXPECT_FALSE(comparison.changed[0].good);
    EXPECT_THAT(compare({system_key}, comparison.changed).findings, IsEmpty());
}

TEST(ReconcileExports, CountsALostExportAsGoodAgainOnlyWhenAllOfItIsBack) {
    const Comparison half = compare({system_key}, {backup(CopyState::lost)});
    ASSERT_THAT(half.changed, SizeIs(1));
    EXPECT_EQ(half.changed[0].copies[1].code, "ObjectsMissing");
    EXPECT_FALSE(half.changed[0].good);

    const Comparison comparison = compare({system_key, data_key}, {backup(CopyState::lost)});

    ASSERT_THAT(comparison.changed, SizeIs(1));
    EXPECT_EQ(comparison.changed[0].copies[1].state, CopyState::done);
    EXPECT_TRUE(comparison.changed[0].good);
    EXPECT_EQ(comparison.findings.at(0).mending, Mending::adopted);
}

TEST(ReconcileExports, JudgesNothingYoungUnfinishedOrOutsideTheListedFolders) {
    Backup young = backup();
    young.copies[1].settled_at = now - visibility_margin + 1s;
    Backup running = backup();
    running.state = BackupState::running;
    Backup elsewhere = backup();
    elsewhere.copies[1].name = "other/ins-00000001/20270104T021500Z";

    for (const Backup& each : {young, running, elsewhere}) {
        EXPECT_THAT(compare({}, {each}).findings, IsEmpty());
    }
}

TEST(ReconcileExports, TakesAStampOfTheFutureForYoungOnlyWhileTheClockIsNew) {
    Backup ahead = backup();
    ahead.copies[1].settled_at = now + 1440h;

    const Comparison of_new = compare_objects({bucket, {"web/"}, {}, true}, {ahead}, {}, now);
    const Comparison later = compare_objects({bucket, {"web/"}, {}, false}, {ahead}, {}, now);

    EXPECT_THAT(of_new.findings, IsEmpty());
    EXPECT_THAT(later.findings, SizeIs(1));
}

TEST(ReconcileExports, AdoptsAnUnknownExportAsABackupOfItsPolicy) {
    const Comparison comparison = compare({system_key, data_key}, {});

    ASSERT_THAT(comparison.adopted, SizeIs(1));
    const Backup& adopted = comparison.adopted[0];
    EXPECT_EQ(adopted.instance, web_1);
    EXPECT_EQ(adopted.due, due);
    EXPECT_THAT(adopted.data_disks, SizeIs(1));
    EXPECT_FALSE(adopted.good) << "its image was not seen";
    ASSERT_THAT(adopted.copies, SizeIs(2));
    EXPECT_EQ(adopted.copies[1].state, CopyState::done);
    EXPECT_EQ(adopted.copies[1].name, prefix);
    EXPECT_EQ(adopted.copies[1].image, ImageId("img-1"));
    EXPECT_EQ(adopted.copies[1].size_gib, 3);
    EXPECT_THAT(adopted.copies[1].objects, SizeIs(2));
    EXPECT_EQ(comparison.made.at(PolicyName("web")), due);
}

TEST(ReconcileExports, AdoptsAnUnknownExportIntoTheBackupThatTheCatalogHas) {
    Backup without = backup();
    without.copies.pop_back();

    const Comparison comparison = compare({system_key, data_key}, {without});

    EXPECT_THAT(comparison.adopted, IsEmpty());
    ASSERT_THAT(comparison.changed, SizeIs(1));
    ASSERT_THAT(comparison.changed[0].copies, SizeIs(2));
    EXPECT_EQ(comparison.changed[0].copies[1].state, CopyState::done);
    EXPECT_EQ(comparison.changed[0].copies[1].bucket, bucket.bucket);
}

TEST(ReconcileExports, AdoptsHalfAnExportAsIncomplete) {
    Backup without = backup();
    without.copies.pop_back();

    const Comparison comparison = compare({system_key}, {without});

    ASSERT_THAT(comparison.changed, SizeIs(1));
    EXPECT_EQ(comparison.changed[0].copies[1].code, "ObjectsMissing");
    EXPECT_FALSE(comparison.changed[0].good);
}

TEST(ReconcileExports, KnowsFromTheKeysWhichBackupsToAskTheCatalogFor) {
    const ObjectListing listing{
        bucket, {"web/"}, {object(system_key), object(data_key), object("web/notes.txt")}};

    EXPECT_THAT(
        claimed_backups(listing, {web()}), ElementsAre(BackupKey{PolicyName("web"), web_1, due})
    );
    EXPECT_THAT(claimed_backups(listing, {}), IsEmpty());
}

TEST(ReconcileExports, DoesNotTakeASecondExportOfABackupForItsFirst) {
    const std::string second = prefix + "_img-2_system_snap-9.qcow2";
    Backup without = backup();
    without.copies.pop_back();

    const Comparison comparison = compare({system_key, data_key, second}, {without});

    ASSERT_THAT(comparison.changed, SizeIs(1));
    EXPECT_THAT(comparison.changed[0].copies, SizeIs(2));
    EXPECT_EQ(comparison.changed[0].copies[1].image, ImageId("img-1"));
    EXPECT_THAT(comparison.findings, SizeIs(1));
}

TEST(ReconcileExports, LeavesAnUnknownExportAloneThatMayStillBeWritten) {
    const Comparison comparison = compare({system_key}, {}, {web()}, due + export_patience - 1s);

    EXPECT_TRUE(comparison.unsettled);
    EXPECT_THAT(comparison.adopted, IsEmpty());
    EXPECT_EQ(comparison.made.at(PolicyName("web")), due);
}

// Its bucket could not be read; the cloud had promised names that prove nothing.
Backup given_up() {
    Backup backup = cvmbackup::backup(CopyState::failed);
    backup.copies[1].code = overdue_code;
    backup.copies[1].objects = {
        {prefix + "_xvda.qcow2", 0, "", ""}, {prefix + "_xvdb.qcow2", 0, "", ""}};
    return backup;
}

TEST(ReconcileExports, CountsAnExportThatWasGivenUpAndIsCompleteAfterAll) {
    const std::vector<std::string> there{prefix + "_xvda.qcow2", prefix + "_xvdb.qcow2"};
    const Comparison comparison = compare(there, {given_up()});

    ASSERT_THAT(comparison.findings, SizeIs(1));
    EXPECT_EQ(comparison.findings[0].mending, Mending::adopted);
    EXPECT_EQ(comparison.findings[0].kind, FindingKind::leftover);
    ASSERT_THAT(comparison.changed, SizeIs(1));
    const Backup& changed = comparison.changed[0];
    EXPECT_EQ(changed.copies[1].state, CopyState::done);
    EXPECT_EQ(changed.copies[1].code, "");
    EXPECT_EQ(changed.copies[1].size_gib, 3);
    EXPECT_EQ(changed.copies[1].objects[1].size_bytes, (1LL << 30) + 1);
    EXPECT_EQ(changed.result, Result::ok);
    EXPECT_TRUE(changed.good);
    EXPECT_THAT(compare(there, {changed}).findings, IsEmpty());
}

TEST(ReconcileExports, LeavesAnExportThatWasGivenUpUnlessAllOfItIsThereAndOld) {
    const std::vector<std::string> there{prefix + "_xvda.qcow2", prefix + "_xvdb.qcow2"};
    Backup refused = given_up();
    refused.copies[1].code = "Denied";
    Backup short_of_one = given_up();
    short_of_one.copies[1].objects.pop_back();

    EXPECT_THAT(compare({there[0]}, {given_up()}).changed, IsEmpty());
    EXPECT_THAT(
        compare(there, {given_up()}, {web()}, due + export_patience - 1s).changed, IsEmpty()
    );
    EXPECT_THAT(compare(there, {refused}).changed, IsEmpty());
    EXPECT_THAT(compare(there, {short_of_one}).changed, IsEmpty());
}

TEST(ReconcileExports, LeavesAnExportThatWasGivenUpWhileAnObjectIsEmpty) {
    Backup backup = given_up();
    backup.copies[1].code = too_small_code;
    ObjectListing listing{bucket, {"web/"}, {}};
    listing.objects = backup.copies[1].objects;
    listing.objects[0].size_bytes = 5;
    EXPECT_THAT(compare_objects(listing, {backup}, {web()}, now).changed, IsEmpty());

    listing.objects[1].size_bytes = 5;
    const Comparison whole = compare_objects(listing, {backup}, {web()}, now);
    ASSERT_THAT(whole.changed, SizeIs(1));
    EXPECT_EQ(whole.changed[0].copies[1].state, CopyState::done);
}

TEST(ReconcileExports, TakesInAnUnknownExportWithAnEmptyObjectAsNotGood) {
    ObjectListing listing{bucket, {"web/"}, {object(system_key), object(data_key)}};
    listing.objects[1].size_bytes = 0;

    const Comparison comparison = compare_objects(listing, {}, {web()}, now);

    ASSERT_THAT(comparison.adopted, SizeIs(1));
    EXPECT_EQ(comparison.adopted[0].copies[1].code, too_small_code);
}

TEST(ReconcileExports, TakesInByItsKeysAnExportThatWasGivenUpWithoutObjects) {
    Backup unseen = given_up();
    unseen.copies[1].objects.clear();

    const Comparison comparison = compare({system_key, data_key}, {unseen});

    ASSERT_THAT(comparison.changed, SizeIs(1));
    EXPECT_EQ(comparison.changed[0].copies[1].state, CopyState::done);
    EXPECT_EQ(comparison.changed[0].result, Result::ok);
}

// Whoever put the objects back may need them: the brake asks before what was found goes.
TEST(ReconcileExports, TakesADeletedExportWhoseObjectsAreBackForFound) {
    Backup deleted = backup(CopyState::deleted);
    deleted.copies[1].intended_at = due + 10min;
    deleted.copies[1].deleted_at = due + 20min;

    const Comparison comparison = compare({system_key, data_key}, {deleted});

    ASSERT_THAT(comparison.changed, SizeIs(1));
    EXPECT_EQ(comparison.changed[0].copies[1].state, CopyState::done);
    EXPECT_EQ(comparison.changed[0].copies[1].intended_at, std::nullopt);
}

TEST(ReconcileExports, TakesHalfALostExportForFound) {
    Backup lost = backup(CopyState::lost);
    lost.copies[1].intended_at = due + 10min;

    const Comparison comparison = compare({system_key}, {lost});

    ASSERT_THAT(comparison.changed, SizeIs(1));
    EXPECT_EQ(comparison.changed[0].copies[1].state, CopyState::done);
    EXPECT_EQ(comparison.changed[0].copies[1].intended_at, std::nullopt);
}

TEST(ReconcileExports, LeavesAloneWhatWasJustDeletedAndWhatRunsStill) {
    Backup deleted = backup(CopyState::deleted);
    deleted.copies[1].deleted_at = now - visibility_margin + 1s;
    Backup intended = backup(CopyState::intended);
    intended.state = BackupState::running;

    for (const Backup& each : {deleted, intended}) {
        const Comparison comparison = compare({system_key, data_key}, {each});
        EXPECT_THAT(comparison.findings, IsEmpty());
        EXPECT_THAT(comparison.adopted, IsEmpty());
    }
}

TEST(ReconcileExports, TakesNoObjectForThatOfAPolicyThatExportsElsewhere) {
    Policy other_bucket = web();
    other_bucket.exported->bucket = BucketName("other-1250000000");
    Policy none = web();
    none.exported.reset();

    EXPECT_THAT(compare({system_key}, {}, {other_bucket, none}).adopted, IsEmpty());
    EXPECT_THAT(compare({"web/notes.txt"}, {}).adopted, IsEmpty());
}

}  // namespace
}  // namespace cvmbackup
