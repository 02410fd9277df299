// What a commit promises holds when the power goes or the disk fails, at every single operation.
#include "catalog/catalog.hpp"
#include "recording_vfs.hpp"
#include "samples.hpp"

#include <SQLiteCpp/Database.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <vector>

namespace cvmbackup::test {
namespace {

constexpr std::int64_t commits = 9;

// Commit n: run n, its backup, and the backup before it changed; some are big, so that the WAL
// spans pages and sectors.
Changes change(std::int64_t n, std::size_t big = 9000) {
    Changes changes;
    Run run = finished_run(n, Result::ok);
    run.note = std::string(n % 3 == 0 ? big : 40, 'n');
    changes.runs.push_back(run);
    Backup backup = finished_backup(n, n, Result::ok);
    backup.copies = {sample_copy(n, n, CopyState::done)};
    changes.backups.push_back(backup);
    if (n > 1) {
        changes.copies.push_back(sample_copy(n - 1, n - 1, CopyState::deleted));
    }
    return changes;
}

class PowerCut : public testing::Test {
protected:
    void SetUp() override {
        std::filesystem::create_directory(before_);
        open_catalog(before_ / "catalog.db").reset();
        std::filesystem::copy(before_, live_);
    }

    // How many commits the catalog holds; fails if they are not the first ones, each complete.
    static std::int64_t commits_in(const std::filesystem::path& directory) {
        const std::filesystem::path file = directory / "catalog.db";
        const RecordingVfs quick;  // waits for no real disk
        const std::unique_ptr<Catalog> catalog = open_catalog(file);
        const std::int64_t held = catalog->last_ids().run.value();
        EXPECT_EQ(catalog->last_ids().backup.value(), held);
        EXPECT_EQ(catalog->last_ids().copy.value(), held);
        for (std::int64_t n = 1; n <= held; ++n) {
            const std::optional<Backup> backup = catalog->backup(BackupId(n));
            EXPECT_TRUE(backup && backup->copies.size() == 1U) << "backup " << n;
            if (backup && backup->copies.size() == 1U) {
                const CopyState expected = n == held ? CopyState::done : CopyState::deleted;
                EXPECT_EQ(backup->copies.front().state, expected) << "copy " << n;
            }
        }
        return held;
    }

    // Writes down what so many commits do to the disk.
    void record(std::int64_t count, std::size_t big) {
        const RecordingVfs disk;
        {
            const std::unique_ptr<Catalog> catalog = open_catalog(live_ / "catalog.db");
            for (std::int64_t n = 1; n <= count; ++n) {
                catalog->commit(change(n, big));
                acknowledged_.push_back(disk.operations().size());
            }
        }
        operations_ = disk.operations();
    }

    void cut_at(std::size_t cut, std::uint64_t seed) {
        std::filesystem::remove_all(after_);
        std::filesystem::copy(before_, after_);
        play_power_cut(operations_, cut, after_, seed * 1000 + cut);

        const auto certain = std::ranges::upper_bound(acknowledged_, cut);
        const std::int64_t held = commits_in(after_);
        EXPECT_GE(held, certain - acknowledged_.begin()) << "cut " << cut << ", seed " << seed;
        ASSERT_FALSE(HasFailure()) << "cut " << cut << ", seed " << seed;
    }

    std::vector<std::size_t> acknowledged_;  // operations before the n-th commit had returned
    std::vector<DiskOperation> operations_;
    TemporaryDirectory directory_;
    std::filesystem::path before_ = directory_.path() / "before";
    std::filesystem::path live_ = directory_.path() / "live";
    std::filesystem::path after_ = directory_.path() / "after";
};

TEST_F(PowerCut, LosesNoCommitWhereverItComesAndWhateverTheDiskKeeps) {
    record(commits, 9000);
    ASSERT_GT(operations_.size(), 40U) << "the recording does not see SQLite's writes";

    for (std::size_t cut = 0; cut <= operations_.size(); ++cut) {
        for (std::uint64_t seed = 0; seed < 5; ++seed) {
            ASSERT_NO_FATAL_FAILURE(cut_at(cut, seed));
        }
    }
}

// It is made under another name, and moved to its place.
TEST_F(PowerCut, LosesNoCommitWhileTheCatalogIsMade) {
    std::filesystem::remove_all(before_);
    std::filesystem::create_directory(before_);
    std::filesystem::remove_all(live_);
    std::filesystem::create_directory(live_);
    record(2, 9000);
    const auto is_draft = [](const DiskOperation& operation) {
        return operation.file.find(".new-") != std::string::npos;
    };
    const auto moved = std::ranges::find_if_not(operations_, is_draft);
    ASSERT_NE(moved, operations_.begin()) << "the recording does not see how it is made";
    ASSERT_TRUE(std::none_of(moved, operations_.end(), is_draft));
    std::string draft = operations_.front().file;
    draft.resize(draft.find(".new-") + std::string(".new-XXXXXX").size());
    const DiskOperation move{
        DiskOperation::Kind::move, draft, 0, "", 0, (live_ / "catalog.db").string()};
    operations_.insert(moved, move);
    for (std::size_t& count : acknowledged_) {
        count += 1;
    }

    for (std::size_t cut = 0; cut <= operations_.size(); ++cut) {
        for (std::uint64_t seed = 0; seed < 8; ++seed) {
            ASSERT_NO_FATAL_FAILURE(cut_at(cut, seed));
        }
    }
}

// The log outgrows a thousand pages: SQLite copies it into the file and begins it anew, while the
// catalog is in use.
TEST_F(PowerCut, LosesNoCommitWhileTheLogIsCopiedIntoTheFile) {
    record(45, 300'000);
    const auto into_file = [](const DiskOperation& operation) {
        return operation.file.ends_with("catalog.db");
    };
    const auto first = std::ranges::find_if(operations_, into_file);
    const auto begun = static_cast<std::size_t>(first - operations_.begin());
    ASSERT_LT(begun, acknowledged_.back()) << "nothing was copied before the catalog was closed";

    for (std::size_t cut = begun - 5; cut < operations_.size();) {
        ASSERT_NO_FATAL_FAILURE(cut_at(cut, cut));
        const bool at_sync = std::any_of(
            operations_.begin() + static_cast<std::ptrdiff_t>(cut),
            operations_.begin() +
                static_cast<std::ptrdiff_t>(std::min(cut + 3, operations_.size())),
            [](const DiskOperation& operation) {
                return operation.kind == DiskOperation::Kind::sync;
            }
        );
        cut += at_sync ? 1 : 13;
    }
}

class FailingDisk : public PowerCut, public testing::WithParamInterface<int> {};

TEST_P(FailingDisk, EndsTheCatalogAndLosesNoCommit) {
    bool failed = true;
    for (std::size_t number = 0; failed; ++number) {
        std::filesystem::remove_all(after_);
        std::filesystem::copy(before_, after_);
        std::int64_t committed = 0;
        failed = false;
        {
            RecordingVfs disk;
            disk.fail_from(number, GetParam());
            try {
                const std::unique_ptr<Catalog> catalog = open_catalog(after_ / "catalog.db");
                for (std::int64_t n = 1; n <= commits; ++n) {
                    catalog->commit(change(n));
                    committed = n;
                }
            } catch (const CatalogError&) {
                failed = true;
            }
        }
        const std::int64_t held = commits_in(after_);
        EXPECT_GE(held, committed) << "operation " << number;
        EXPECT_LE(held, committed + 1) << "operation " << number;
        ASSERT_FALSE(HasFailure()) << "operation " << number;
        ASSERT_LT(number, 1000U) << "the disk never fails";
    }
}

INSTANTIATE_TEST_SUITE_P(
    Errors,
    FailingDisk,
    testing::Values(SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC, SQLITE_FULL),
    [](const testing::TestParamInfo<int>& info) {
        return info.param == SQLITE_FULL          ? std::string("NoSpace")
               : info.param == SQLITE_IOERR_FSYNC ? std::string("Sync")
                                                  : std::string("Write");
    }
);

}  // namespace
}  // namespace cvmbackup::test
