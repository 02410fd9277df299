#include "rules/reconcile.hpp"

#include "rules/backup_machine.hpp"
#include "rules/image_name.hpp"

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
const Instant now = due + std::chrono::days(2);
const Place guangzhou{AccountName("prod"), Region("ap-guangzhou")};
const Place shanghai{AccountName("prod"), Region("ap-shanghai")};
const InstanceId web_1("ins-00000001");

Policy web() {
    Policy policy;
    policy.name = PolicyName("web");
    policy.account = guangzhou.account;
    policy.region = guangzhou.region;
    policy.replicas = {ReplicaTarget{shanghai.region, Keep()}};
    return policy;
}

Image image(const std::string& id, int attempt = 1) {
    Image image;
    image.id = ImageId(id);
    image.name = image_name(PolicyName("web"), web_1, due, attempt);
    image.description = image_description({PolicyName("web"), web_1, due, attempt, 1});
    image.state = ImageState::normal;
    image.state_word = "NORMAL";
    image.created = due + 1min;
    image.disks = {ImageDisk{"snap-1", true, 50}};
    return image;
}

Copy copy(CopyKind kind, CopyState state, const std::string& id) {
    Copy copy;
    copy.id = CopyId(kind == CopyKind::image ? 11 : 12);
    copy.backup = BackupId(7);
    copy.kind = kind;
    copy.place = kind == CopyKind::image ? guangzhou : shanghai;
    copy.name = image_name(PolicyName("web"), web_1, due, 1);
    copy.state = state;
    copy.image = ImageId(id);
    copy.settled_at = due + 20min;
    return copy;
}

// A finished backup: an image in Guangzhou, its replica in Shanghai.
Backup backup(CopyState state = CopyState::done, const std::string& id = "img-1") {
    Backup backup;
    backup.id = BackupId(7);
    backup.run = RunId(3);
    backup.policy = PolicyName("web");
    backup.place = guangzhou;
    backup.instance = web_1;
    backup.due = due;
    backup.state = BackupState::finished;
    backup.result = Result::ok;
    backup.good = true;
    backup.copies = {
        copy(CopyKind::image, state, id), copy(CopyKind::replica, CopyState::done, "img-9")};
    return backup;
}

Comparison compare(
    std::vector<Image> images, std::vector<Backup> known, const Place& place = guangzhou
) {
    return compare_images({place, std::move(images)}, known, {web()}, now);
}

FindingKind only_kind(const Comparison& comparison) {
    EXPECT_THAT(comparison.findings, SizeIs(1));
    return comparison.findings.at(0).kind;
}

Mending only_mending(const Comparison& comparison) {
    EXPECT_THAT(comparison.findings, SizeIs(1));
    return comparison.findings.at(0).mending;
}

TEST(Reconcile, FindsNothingWhereCatalogAndCloudAgree) {
    const Comparison comparison = compare({image("img-1")}, {backup()});

    EXPECT_THAT(comparison.findings, IsEmpty());
    EXPECT_THAT(comparison.changed, IsEmpty());
    EXPECT_THAT(comparison.adopted, IsEmpty());
    EXPECT_FALSE(comparison.unsettled);
}

TEST(Reconcile, TakesNoNoticeOfWhatHasNothingToDoWithIt) {
    Image golden = image("img-7");
    golden.name = "golden";
    golden.description = "";

    EXPECT_THAT(compare({image("img-1"), golden}, {backup()}).findings, IsEmpty());
}

TEST(Reconcile, CountsAMissingCopyAsLostAndItsBackupAsNotGood) {
    const Comparison comparison = compare({}, {backup()});

    EXPECT_EQ(only_kind(comparison), FindingKind::missing);
    EXPECT_THAT(comparison.absent, ElementsAre(ImageId("img-1")));
    ASSERT_THAT(comparison.changed, SizeIs(1));
    const Backup& changed = comparison.changed[0];
    EXPECT_EQ(changed.copies[0].state, CopyState::lost);
    EXPECT_EQ(changed.copies[1].state, CopyState::done);
    EXPECT_FALSE(changed.good);
    EXPECT_EQ(changed.result, Result::partial);
}

TEST(Reconcile, CountsALostCopyAgainWhenItIsBack) {
    Backup lost = backup(CopyState::lost);
    lost.good = false;
    lost.result = Result::partial;

    const Comparison comparison = compare({image("img-1")}, {lost});

    ASSERT_THAT(comparison.changed, SizeIs(1));
    EXPECT_EQ(comparison.changed[0].copies[0].state, CopyState::done);
    EXPECT_TRUE(comparison.changed[0].good);
    EXPECT_EQ(comparison.changed[0].result, Result::ok);
}

TEST(Reconcile, CallsNothingMissingThatIsYoung) {
    Backup young = backup();
    young.copies[0].settled_at = now - visibility_margin + 1s;

    const Comparison comparison = compare({}, {young});

    EXPECT_THAT(comparison.findings, IsEmpty());
    EXPECT_TRUE(comparison.unsettled);
}

TEST(Reconcile, CallsNothingMissingWhileTheBackupIsUnderWay) {
    Backup running = backup();
    running.state = BackupState::running;

    EXPECT_THAT(compare({}, {running}).findings, IsEmpty());
}

TEST(Reconcile, LeavesToTheMachineWhatACallUnderWayMayHaveMade) {
    Backup running = backup(CopyState::intended, "");
    running.state = BackupState::running;

    const Comparison comparison = compare({image("img-1")}, {running});

    EXPECT_THAT(comparison.findings, IsEmpty());
    EXPECT_TRUE(comparison.unsettled);
}

TEST(Reconcile, CallsNothingUnknownThatIsYoungOrStillBeingMade) {
    Image young = image("img-1");
    young.created = now - visibility_margin + 1s;
    Image unfinished = image("img-2");
    unfinished.state = ImageState::creating;

    const Comparison comparison = compare({young, unfinished}, {});

    EXPECT_THAT(comparison.findings, IsEmpty());
    EXPECT_TRUE(comparison.unsettled);
    EXPECT_EQ(comparison.made.at(PolicyName("web")), due);
}

TEST(Reconcile, AdoptsAnUnknownImageAsABackup) {
    const Comparison comparison = compare({image("img-1")}, {});

    EXPECT_EQ(only_kind(comparison), FindingKind::unknown);
    EXPECT_EQ(only_mending(comparison), Mending::adopted);
    ASSERT_THAT(comparison.adopted, SizeIs(1));
    const Backup& adopted = comparison.adopted[0];
    EXPECT_EQ(adopted.due, due);
    EXPECT_EQ(adopted.instance, web_1);
    EXPECT_EQ(adopted.place, guangzhou);
    EXPECT_EQ(adopted.state, BackupState::finished);
    ASSERT_THAT(adopted.copies, SizeIs(2));
    EXPECT_EQ(adopted.copies[0].state, CopyState::done);
    EXPECT_EQ(adopted.copies[0].image, ImageId("img-1"));
    EXPECT_EQ(adopted.copies[1].state, CopyState::cancelled);
    EXPECT_FALSE(adopted.good) << "its replica was not seen yet";
}

TEST(Reconcile, AdoptsAReplicaIntoTheBackupOfItsImage) {
    Backup half = compare({image("img-1")}, {}).adopted.at(0);
    half.id = BackupId(7);

    const Comparison comparison = compare({image("img-9")}, {half}, shanghai);

    EXPECT_THAT(comparison.adopted, IsEmpty());
    ASSERT_THAT(comparison.changed, SizeIs(1));
    EXPECT_EQ(comparison.changed[0].copies[1].image, ImageId("img-9"));
    EXPECT_EQ(comparison.changed[0].copies[1].state, CopyState::done);
    EXPECT_TRUE(comparison.changed[0].good);
}

TEST(Reconcile, BelievesAReplicaWithoutDescriptionIfTheCatalogKnowsItsName) {
    Backup half = backup();
    half.copies.pop_back();
    Image bare = image("img-9");
    bare.description.clear();

    EXPECT_EQ(only_mending(compare({bare}, {half}, shanghai)), Mending::adopted);
    EXPECT_EQ(only_kind(compare({bare}, {}, shanghai)), FindingKind::foreign);
}

TEST(Reconcile, OnlyShowsWhatNothingProvesOurs) {
    Image bare = image("img-5");
    bare.description.clear();
    Image other = image("img-6");
    other.description = image_description({PolicyName("web"), InstanceId("ins-2"), due, 1, 1});

    const Comparison comparison = compare({image("img-1"), bare, other}, {backup()});

    ASSERT_THAT(comparison.findings, SizeIs(2));
    for (const Finding& finding : comparison.findings) {
        EXPECT_EQ(finding.kind, FindingKind::foreign);
        EXPECT_EQ(finding.mending, Mending::none);
    }
    EXPECT_THAT(comparison.changed, IsEmpty());
}

// Two installations with one configuration name their images alike; each counts on its own.
TEST(Reconcile, OnlyShowsASecondImageOfACopyWhicheverWasFirst) {
    for (const Duration later : {Duration(-1min), Duration(5min)}) {
        Image second = image("img-2");
        second.created = due + 1min + later;

        const Comparison comparison = compare({image("img-1"), second}, {backup()});

        EXPECT_EQ(only_kind(comparison), FindingKind::duplicate);
        EXPECT_EQ(only_mending(comparison), Mending::none);
        EXPECT_THAT(comparison.changed, IsEmpty());
    }
}

TEST(Reconcile, LeavesAFailedImageBesideACopyToRetention) {
    Image broken = image("img-2");
    broken.state = ImageState::create_failed;
    broken.state_word = "CREATEFAILED";

    const Comparison comparison = compare({image("img-1"), broken}, {backup()});

    EXPECT_EQ(only_kind(comparison), FindingKind::leftover);
    EXPECT_EQ(only_mending(comparison), Mending::to_be_deleted);
    ASSERT_THAT(comparison.changed, SizeIs(1));
    const Backup& changed = comparison.changed[0];
    EXPECT_TRUE(changed.good);
    EXPECT_EQ(changed.copies[0].image, ImageId("img-1"));
    ASSERT_THAT(changed.copies, SizeIs(3));
    EXPECT_EQ(changed.copies[2].image, ImageId("img-2"));
    EXPECT_EQ(changed.copies[2].state, CopyState::failed);
}

TEST(Reconcile, TakesNoSecondImageForACopyThatIsGone) {
    for (const CopyState state : {CopyState::lost, CopyState::deleted}) {
        const Comparison comparison = compare({image("img-2")}, {backup(state)});

        EXPECT_EQ(only_kind(comparison), FindingKind::duplicate);
        EXPECT_THAT(comparison.changed, IsEmpty());
    }
}

TEST(Reconcile, TakesTheImageOfAnAttemptThatCountedAsFailed) {
    Backup failed = backup(CopyState::failed, "");
    failed.good = false;
    failed.result = Result::failed;

    const Comparison comparison = compare({image("img-1")}, {failed});

    EXPECT_EQ(only_kind(comparison), FindingKind::leftover);
    EXPECT_EQ(comparison.changed.at(0).copies[0].state, CopyState::done);
}

// It was waited for too long, so nothing was made from it.
Backup given_up() {
    Backup backup = cvmbackup::backup(CopyState::failed, "img-1");
    backup.good = false;
    backup.result = Result::failed;
    backup.copies[0].code = "Overdue";
    backup.copies[1] = copy(CopyKind::replica, CopyState::skipped, "");
    backup.copies[1].code = "NoImage";
    return backup;
}

TEST(Reconcile, CountsAnImageThatWasGivenUpAndIsCompleteAfterAll) {
    const Comparison comparison = compare({image("img-1")}, {given_up()});

    EXPECT_EQ(only_mending(comparison), Mending::adopted);
    const Backup& changed = comparison.changed.at(0);
    EXPECT_EQ(changed.copies[0].state, CopyState::done);
    EXPECT_EQ(changed.copies[0].code, "");
    EXPECT_EQ(changed.result, Result::partial);
    EXPECT_FALSE(changed.good) << "it has no replica";
    EXPECT_THAT(compare({image("img-1")}, {changed}).findings, IsEmpty());
}

TEST(Reconcile, LeavesAnImageThatWasGivenUpUnlessItIsCompleteAndNamedAsItWas) {
    Image unfinished = image("img-1");
    unfinished.state = ImageState::creating;
    Image broken = image("img-1");
    broken.state = ImageState::create_failed;
    Image renamed = image("img-1");
    renamed.name = "golden";

    for (const Image& left : {unfinished, broken, renamed}) {
        EXPECT_THAT(compare({left}, {given_up()}).changed, IsEmpty()) << left.name;
    }
    Backup other = given_up();
    other.copies[0].code = "CREATEFAILED";
    EXPECT_THAT(compare({image("img-1")}, {other}).changed, IsEmpty());
}

// The list may show the disks later than that the image is complete.
TEST(Reconcile, CountsAnImageThatWasGivenUpAsIncompleteUntilItsDisksAreShown) {
    Image diskless = image("img-1");
    diskless.disks.clear();

    const Comparison first = compare({diskless}, {given_up()});
    EXPECT_EQ(first.changed.at(0).copies[0].code, disks_missing_code);
    EXPECT_THAT(compare({diskless}, first.changed).changed, IsEmpty());

    const Comparison second = compare({image("img-1")}, first.changed);
    EXPECT_EQ(only_mending(second), Mending::adopted);
    EXPECT_THAT(second.findings[0].text, HasSubstr("has them now"));
    EXPECT_EQ(second.changed.at(0).copies[0].code, "");
    EXPECT_THAT(compare({image("img-1")}, second.changed).findings, IsEmpty());
}

TEST(Reconcile, LeavesAFailedImageOfAFailedAttemptToRetention) {
    Image broken = image("img-1");
    broken.state = ImageState::create_failed;
    broken.state_word = "CREATEFAILED";

    const Comparison comparison = compare({broken}, {backup(CopyState::failed, "")});

    EXPECT_EQ(only_mending(comparison), Mending::to_be_deleted);
    EXPECT_EQ(comparison.changed.at(0).copies[0].state, CopyState::failed);
    EXPECT_EQ(comparison.changed.at(0).copies[0].image, ImageId("img-1"));
}

TEST(Reconcile, CountsAnImageThatFailedAfterwardsAsIncomplete) {
    Image broken = image("img-1");
    broken.state = ImageState::import_failed;
    broken.state_word = "IMPORTFAILED";

    const Comparison comparison = compare({broken}, {backup()});

    EXPECT_EQ(only_kind(comparison), FindingKind::wrong_state);
    EXPECT_EQ(comparison.changed.at(0).copies[0].code, broken_code);
    EXPECT_FALSE(comparison.changed.at(0).good);
}

TEST(Reconcile, OnlyShowsAnImageThatSomebodyRenamed) {
    Image renamed = image("img-1");
    renamed.name = "golden";

    const Comparison comparison = compare({renamed}, {backup()});

    EXPECT_EQ(only_kind(comparison), FindingKind::wrong_state);
    EXPECT_THAT(comparison.changed, IsEmpty());
}

TEST(Reconcile, SaysNothingNewWhenItIsRepeated) {
    Image broken = image("img-2");
    broken.state = ImageState::create_failed;
    const std::vector<Image> images{image("img-1"), broken};
    Backup mended = compare(images, {backup()}).changed.at(0);

    EXPECT_THAT(compare(images, {mended}).findings, IsEmpty());

    const Backup lost = compare({}, {backup()}).changed.at(0);
    EXPECT_THAT(compare({}, {lost}).findings, IsEmpty());
}

TEST(Reconcile, AnswersTheSameInWhateverOrderTheListComes) {
    Image later = image("img-2");
    later.created = due + 5min;
    Image replica_like = image("img-3", 2);

    const Comparison one = compare({image("img-1"), later, replica_like}, {});
    const Comparison other = compare({replica_like, later, image("img-1")}, {});

    EXPECT_EQ(one.findings, other.findings);
    EXPECT_EQ(one.adopted, other.adopted);
    ASSERT_THAT(one.adopted, SizeIs(1));
    EXPECT_EQ(one.adopted[0].copies[0].image, ImageId("img-1"));
    EXPECT_THAT(one.findings.at(1).text, HasSubstr("second one"));
}

}  // namespace
}  // namespace cvmbackup
