// Images in places and states that only a lost catalog or an odd cloud brings about.
#include "rules/backup_machine.hpp"
#include "rules/image_name.hpp"
#include "rules/reconcile.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvmbackup {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const Instant due = *parse_rfc3339("2027-01-04T02:15:00Z");
const Instant now = due + std::chrono::days(2);
const Place guangzhou{AccountName("prod"), Region("ap-guangzhou")};
const PolicyName web("web");
const InstanceId web_1("ins-00000001");

Image image(const std::string& id, int disks = 1) {
    Image image;
    image.id = ImageId(id);
    image.name = image_name(web, web_1, due, 1);
    image.description = image_description({web, web_1, due, 1, disks});
    image.state = ImageState::normal;
    image.state_word = "NORMAL";
    image.created = due + 1min;
    for (int i = 0; i < disks; ++i) {
        image.disks.push_back(ImageDisk{"snap-" + std::to_string(i), i == 0, 50 + i});
    }
    return image;
}

// A finished backup whose image is of this state.
Backup backup(CopyState state, const std::string& id = "img-1") {
    Backup backup;
    backup.id = BackupId(7);
    backup.policy = web;
    backup.place = guangzhou;
    backup.instance = web_1;
    backup.due = due;
    backup.state = BackupState::finished;
    backup.result = Result::ok;
    backup.good = true;
    Copy copy;
    copy.id = CopyId(11);
    copy.backup = backup.id;
    copy.place = guangzhou;
    copy.name = image_name(web, web_1, due, 1);
    copy.state = state;
    copy.image = ImageId(id);
    copy.settled_at = due + 20min;
    backup.copies = {copy};
    return backup;
}

// Without any policy: it was removed from the configuration, or is another account's.
Comparison compare(std::vector<Image> images, std::vector<Backup> known) {
    return compare_images({guangzhou, std::move(images)}, known, {}, now);
}

TEST(ReconcileImages, TakesAStampOfTheFutureForYoungOnlyWhileTheClockIsNew) {
    Backup ahead = backup(CopyState::done);
    ahead.copies[0].settled_at = now + 1440h;

    const Comparison of_new = compare_images({guangzhou, {}, Duration(0), true}, {ahead}, {}, now);
    const Comparison later = compare_images({guangzhou, {}, Duration(0), false}, {ahead}, {}, now);

    EXPECT_THAT(of_new.findings, IsEmpty());
    ASSERT_THAT(later.findings, SizeIs(1));
    EXPECT_EQ(later.findings[0].kind, FindingKind::missing);
}

TEST(ReconcileImages, JudgesHowYoungAnImageIsByTheClockThatDatedIt) {
    const Duration ahead = 96h;
    Image old = image("img-1");
    old.created = now + ahead - visibility_margin;
    Image young = old;
    young.created = now + ahead - visibility_margin + 1s;

    const Comparison of_old = compare_images({guangzhou, {old}, ahead}, {}, {}, now);
    const Comparison of_young = compare_images({guangzhou, {young}, ahead}, {}, {}, now);

    EXPECT_THAT(of_old.adopted, SizeIs(1));
    EXPECT_FALSE(of_old.unsettled);
    EXPECT_THAT(of_young.adopted, IsEmpty());
    EXPECT_TRUE(of_young.unsettled);
}

TEST(ReconcileImages, AdoptsTheImageOfAPolicyThatWasRemoved) {
    const Comparison comparison = compare({image("img-1", 3)}, {});

    ASSERT_THAT(comparison.adopted, SizeIs(1));
    const Backup& adopted = comparison.adopted[0];
    EXPECT_EQ(adopted.policy, web);
    EXPECT_EQ(adopted.place, guangzhou);
    EXPECT_EQ(adopted.system_disk.size_gib, 50);
    ASSERT_THAT(adopted.data_disks, SizeIs(2));
    EXPECT_EQ(adopted.data_disks[0].size_gib, 51);
    EXPECT_EQ(adopted.data_disks[1].size_gib, 52);
    EXPECT_TRUE(adopted.good);
    EXPECT_EQ(adopted.copies.at(0).size_gib, 153);
}

TEST(ReconcileImages, AdoptsAnImageThatLacksADiskAsIncomplete) {
    Image short_of_one = image("img-1", 2);
    short_of_one.disks.pop_back();

    const Comparison comparison = compare({short_of_one}, {});

    ASSERT_THAT(comparison.adopted, SizeIs(1));
    EXPECT_EQ(comparison.adopted[0].copies.at(0).code, "DisksMissing");
}

TEST(ReconcileImages, OnlyShowsAFailedImageOfABackupThatNobodyKnows) {
    Image broken = image("img-1");
    broken.state = ImageState::create_failed;
    broken.state_word = "CREATEFAILED";

    const Comparison comparison = compare({broken}, {});

    EXPECT_THAT(comparison.adopted, IsEmpty());
    ASSERT_THAT(comparison.findings, SizeIs(1));
    EXPECT_EQ(comparison.findings[0].kind, FindingKind::leftover);
    EXPECT_EQ(comparison.findings[0].mending, Mending::none);
    EXPECT_EQ(comparison.findings[0].policy, web);
    EXPECT_THAT(comparison.findings[0].text, HasSubstr("CREATEFAILED"));
}

TEST(ReconcileImages, CountsAnImageThatTheCloudCalledFailedAndTakesItBack) {
    Image broken = image("img-1");
    broken.state = ImageState::create_failed;
    broken.state_word = "CREATEFAILED";
    const Comparison failed = compare({broken}, {backup(CopyState::done)});
    ASSERT_EQ(failed.changed.at(0).copies[0].code, broken_code);
    EXPECT_THAT(failed.changed[0].copies[0].reason, HasSubstr("CREATEFAILED"));
    EXPECT_THAT(compare({broken}, failed.changed).findings, IsEmpty());

    const Comparison whole = compare({image("img-1")}, failed.changed);

    EXPECT_EQ(whole.changed.at(0).copies[0].code, "");
    EXPECT_TRUE(whole.changed[0].good);
    EXPECT_THAT(whole.findings.at(0).text, HasSubstr("is complete again"));
}

TEST(ReconcileImages, OnlyShowsASecondImageOfOneThatIsBeingDeleted) {
    const Comparison comparison =
        compare({image("img-1"), image("img-2")}, {backup(CopyState::deleting)});

    ASSERT_THAT(comparison.findings, SizeIs(1));
    EXPECT_EQ(comparison.findings[0].kind, FindingKind::duplicate);
    EXPECT_EQ(comparison.findings[0].mending, Mending::none);
    EXPECT_EQ(comparison.findings[0].object, "img-2");
    EXPECT_THAT(comparison.changed, IsEmpty());
}

TEST(ReconcileImages, LeavesForLaterWhatBelongsToABackupThatIsUnderWay) {
    Backup running = backup(CopyState::accepted);
    running.state = BackupState::running;
    running.copies[0].name = image_name(web, web_1, due, 2);

    const Comparison comparison = compare({image("img-2")}, {running});

    EXPECT_TRUE(comparison.unsettled);
    EXPECT_THAT(comparison.findings, IsEmpty());
}

TEST(ReconcileImages, LeavesATwinForLaterWhileTheListLacksTheCopyItself) {
    Backup young = backup(CopyState::done);
    young.copies[0].settled_at = now - visibility_margin + 1s;

    const Comparison comparison = compare({image("img-2")}, {young});

    EXPECT_TRUE(comparison.unsettled);
    EXPECT_THAT(comparison.findings, IsEmpty());
}

}  // namespace
}  // namespace cvmbackup
