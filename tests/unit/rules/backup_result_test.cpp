#include "rules/backup_result.hpp"

#include "rules/backup_machine.hpp"

#include <gtest/gtest.h>

namespace cvmbackup {
namespace {

const Place guangzhou{AccountName("prod"), Region("ap-guangzhou")};
const Place shanghai{AccountName("prod"), Region("ap-shanghai")};

Copy copy(CopyKind kind, CopyState state, const std::string& code = "") {
    Copy copy;
    copy.kind = kind;
    copy.place = kind == CopyKind::replica ? shanghai : guangzhou;
    copy.state = state;
    copy.code = code;
    return copy;
}

// Judged for the first time, as the machine does, or again after `result`.
Backup judged(
    std::vector<Copy> copies, std::optional<Result> result = std::nullopt, bool good = false
) {
    Backup backup;
    backup.result = result;
    backup.good = good;
    backup.copies = std::move(copies);
    judge_result(backup);
    return backup;
}

TEST(BackupResult, IsOkOnlyWhenEveryCopyIsWhole) {
    using enum CopyState;
    const Copy image = copy(CopyKind::image, done);

    const Backup whole = judged({image, copy(CopyKind::replica, done)});
    EXPECT_EQ(whole.result, Result::ok);
    EXPECT_TRUE(whole.good);
    for (const Copy& short_of :
         {copy(CopyKind::replica, failed, "Quota"),
          copy(CopyKind::replica, lost, "Missing"),
          copy(CopyKind::replica, cancelled),
          copy(CopyKind::replica, done, "DisksMissing")}) {
        const Backup part = judged({image, short_of});
        EXPECT_EQ(part.result, Result::partial) << to_text(short_of.state);
        EXPECT_FALSE(part.good) << to_text(short_of.state);
    }
}

TEST(BackupResult, OfACopyThatCannotBeMadeIsPartialAndGoodHoweverOftenItIsJudged) {
    Backup backup = judged(
        {copy(CopyKind::image, CopyState::done),
         copy(CopyKind::replica, CopyState::skipped, "NotPossible")}
    );
    for (int time = 0; time < 2; ++time) {
        EXPECT_EQ(backup.result, Result::partial) << time;
        EXPECT_TRUE(backup.good) << time;
        judge_result(backup);
    }
}

TEST(BackupResult, IsThatOfTheImageWhereNothingWasMade) {
    using enum CopyState;
    const Copy without = copy(CopyKind::replica, skipped, no_image_code);

    EXPECT_EQ(judged({copy(CopyKind::image, failed, "Overdue"), without}).result, Result::failed);
    EXPECT_EQ(judged({copy(CopyKind::image, cancelled), without}).result, Result::cancelled);
    EXPECT_EQ(judged({copy(CopyKind::image, skipped), without}).result, Result::skipped);
    EXPECT_FALSE(judged({copy(CopyKind::image, skipped), without}).good);
}

TEST(BackupResult, OfAFailedBackupStaysFailedWhenItsLeftOverIsDeleted) {
    const Backup backup = judged({copy(CopyKind::image, CopyState::deleted)}, Result::failed);

    EXPECT_EQ(backup.result, Result::failed);
    EXPECT_FALSE(backup.good);
}

// A deleted copy does not tell any more whether it was whole.
TEST(BackupResult, IsNotGoodForADeletedCopyUnlessItWasBefore) {
    const std::vector<Copy> copies{
        copy(CopyKind::image, CopyState::done), copy(CopyKind::replica, CopyState::deleted)};

    EXPECT_TRUE(judged(copies, Result::ok, true).good);
    EXPECT_EQ(judged(copies, Result::ok, true).result, Result::ok);
    EXPECT_FALSE(judged(copies, Result::partial, false).good);
    EXPECT_EQ(judged(copies, Result::partial, false).result, Result::partial);
}

TEST(BackupResult, IsAtLeastPartialOnceAnImageIsThereAfterAll) {
    using enum CopyState;
    const Copy without = copy(CopyKind::replica, skipped, no_image_code);

    const Backup backup = judged({copy(CopyKind::image, done), without}, Result::failed);
    EXPECT_EQ(backup.result, Result::partial);
    EXPECT_FALSE(backup.good) << "it has no replica";
    EXPECT_EQ(judged({copy(CopyKind::image, done)}, Result::cancelled).result, Result::ok);
    EXPECT_EQ(
        judged({copy(CopyKind::image, cancelled), copy(CopyKind::replica, done)}).result,
        Result::partial
    );
}

TEST(BackupResult, DoesNotDependOnSecondImagesOfACopy) {
    using enum CopyState;
    const Copy image = copy(CopyKind::image, done);

    EXPECT_TRUE(judged({image, copy(CopyKind::image, failed, "Duplicate")}).good);
    EXPECT_TRUE(judged({image, copy(CopyKind::image, deleted)}, Result::partial).good);
}

TEST(BackupResult, IsPartialWhileTheInstanceIsLeftPoweredOff) {
    Backup backup = judged({copy(CopyKind::image, CopyState::done)});
    backup.not_started = true;

    judge_result(backup);

    EXPECT_EQ(backup.result, Result::partial);
    EXPECT_FALSE(backup.good);
}

}  // namespace
}  // namespace cvmbackup
