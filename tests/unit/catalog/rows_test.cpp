// What is read again after it was read before, and texts that JSON escapes.
#include "catalog/catalog.hpp"
#include "samples.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvmbackup::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class CatalogRows : public testing::Test {
protected:
    CatalogRows() {
        backup.state = BackupState::finished;
        backup.copies = {sample_copy(1, 1, CopyState::done)};
        catalog->commit({{sample_run(1)}, {backup}, {}, {}});
    }

    std::unique_ptr<Catalog> catalog = open_catalog(":memory:");
    Backup backup = sample_backup(1, 1);
};

TEST_F(CatalogRows, AreThoseOfTheNewestCommitOfTheBackup) {
    ASSERT_EQ(catalog->backup(BackupId(1)), backup);

    backup.reasons = {"another one"};
    backup.copies.push_back(sample_copy(2, 1, CopyState::planned));
    catalog->commit({{}, {backup}, {}, {}});

    EXPECT_EQ(catalog->backup(BackupId(1)), backup);
    EXPECT_THAT(catalog->points(backup.policy), ElementsAre(backup));
}

TEST_F(CatalogRows, AreThoseOfTheNewestCommitOfACopyAlone) {
    ASSERT_THAT(catalog->points(backup.policy), ElementsAre(backup));

    backup.copies.front().state = CopyState::deleted;
    catalog->commit({{}, {}, {backup.copies.front()}, {}});

    EXPECT_EQ(catalog->backup(BackupId(1)), backup);
    EXPECT_THAT(catalog->points(backup.policy), IsEmpty());
}

TEST_F(CatalogRows, GiveBackTextsThatJsonEscapes) {
    backup.reasons = {R"(say "a\b", ["c"]!)", "", "two\nlines"};
    backup.system_disk.type = R"(a\b)";
    backup.data_disks = {backup.system_disk, Disk()};
    backup.copies.front().objects = {{R"(a"b)", 7, "", "1"}, {"plain", -1, "e", ""}};
    catalog->commit({{}, {backup}, {}, {}});

    EXPECT_EQ(catalog->backup(BackupId(1)), backup);
}

TEST(RowOfPassedTimes, IsNoRunOfThePolicy) {
    const auto catalog = open_catalog(":memory:");
    catalog->commit({{finished_run(1, Result::failed), passed_over(2)}, {}, {}, {}});

    EXPECT_EQ(catalog->run(RunId(2)), passed_over(2));
    const Instant due = passed_over(2).due;
    EXPECT_THAT(catalog->runs_due(PolicyName("web"), due, due), IsEmpty());
    EXPECT_EQ(catalog->last_finished_run(PolicyName("web")), finished_run(1, Result::failed));
}

}  // namespace
}  // namespace cvmbackup::test
