// Power cuts and full disks, as far as a process can have them.
#include "catalog/catalog.hpp"
#include "catalog/database.hpp"
#include "samples.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace cvmbackup::test {
namespace {

using testing::HasSubstr;

// Commits run after run and tells the number of each over the pipe once it is acknowledged.
[[noreturn]] void commit_for_ever(const std::filesystem::path& file, int pipe) {
    const auto catalog = open_catalog(file);
    for (std::int64_t id = catalog->last_ids().run.value() + 1;; ++id) {
        Backup backup = sample_backup(id, id);
        backup.copies = {sample_copy(id, id, CopyState::intended)};
        catalog->commit({{sample_run(id)}, {backup}, {}, {}});
        if (::write(pipe, &id, sizeof id) != sizeof id) {
            std::_Exit(1);
        }
    }
}

// Reads numbers until there have been `enough`, kills the writer, and returns the last one told.
std::int64_t last_told_before_kill(pid_t child, int pipe, int enough) {
    std::int64_t id = 0;
    std::int64_t last = 0;
    int told = 0;
    while (::read(pipe, &id, sizeof id) == sizeof id) {
        last = id;
        if (++told == enough) {
            ::kill(child, SIGKILL);
        }
    }
    ::waitpid(child, nullptr, 0);
    return last;
}

std::int64_t run_and_kill(const std::filesystem::path& file, int enough) {
    int pipe[2] = {-1, -1};
    if (::pipe(pipe) != 0) {
        return -1;
    }
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(pipe[0]);
        commit_for_ever(file, pipe[1]);
    }
    ::close(pipe[1]);
    const std::int64_t last = last_told_before_kill(child, pipe[0], enough);
    ::close(pipe[0]);
    return last;
}

class CatalogKilled : public testing::TestWithParam<int> {};

TEST_P(CatalogKilled, LosesNoAcknowledgedRow) {
    const TemporaryDirectory directory;
    const std::filesystem::path file = directory.path() / "catalog.db";

    run_and_kill(file, 3);
    const std::int64_t told = run_and_kill(file, GetParam());

    const auto catalog = open_catalog(file);
    ASSERT_GE(told, 3 + GetParam());
    EXPECT_GE(catalog->last_ids().copy, CopyId(told));
    EXPECT_EQ(catalog->unfinished_runs().size(), catalog->unfinished_backups().size());
    EXPECT_EQ(catalog->run(RunId(told)), sample_run(told));
    EXPECT_EQ(
        catalog->backup(BackupId(told))->copies[0], sample_copy(told, told, CopyState::intended)
    );
}

INSTANTIATE_TEST_SUITE_P(AtSeveralMoments, CatalogKilled, testing::Values(1, 2, 40, 333));

// A killed process proves nothing about the disk: what the kernel holds survives it.
TEST(CatalogOnDisk, WaitsForTheDiskAtEveryCommit) {
    const TemporaryDirectory directory;

    const auto database = open_database(directory.path() / "catalog.db");

    EXPECT_EQ(database->execAndGet("PRAGMA journal_mode").getString(), "wal");
    EXPECT_EQ(database->execAndGet("PRAGMA synchronous").getInt(), 2);
    EXPECT_EQ(database->execAndGet("PRAGMA foreign_keys").getInt(), 1);
}

// In a child, because the limit is the whole process's: the file cannot grow beyond it.
std::string words_when_the_disk_is_full(const std::filesystem::path& file) {
    ::signal(SIGXFSZ, SIG_IGN);
    const auto catalog = open_catalog(file);
    const ::rlimit limit{300'000, 300'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    for (std::int64_t id = 1;; ++id) {
        try {
            catalog->commit({{sample_run(id)}, {}, {}, {}});
        } catch (const CatalogError& error) {
            std::string words = std::to_string(id) + " " + error.what();
            EXPECT_THROW(catalog->commit({{sample_run(id)}, {}, {}, {}}), CatalogError);
            return words;
        }
    }
}

TEST(CatalogOnAFullDisk, StopsWithClearWordsAndKeepsWhatItHad) {
    const TemporaryDirectory directory;
    const std::filesystem::path file = directory.path() / "catalog.db";
    const std::filesystem::path report = directory.path() / "report";
    const pid_t child = ::fork();
    if (child == 0) {
        // The limit also holds for the report, which is short.
        write_bytes(report, words_when_the_disk_is_full(file));
        std::_Exit(testing::Test::HasFailure() ? 1 : 0);
    }
    int status = -1;
    ::waitpid(child, &status, 0);

    EXPECT_EQ(status, 0);
    const std::string words = bytes_of(report);
    EXPECT_THAT(words, HasSubstr(file.string()));
    EXPECT_THAT(words, HasSubstr("what was recorded so far is safe"));
    const std::int64_t refused = std::stoll(words);
    EXPECT_GT(refused, 10);
    EXPECT_EQ(open_catalog(file)->last_ids().run, RunId(refused - 1));
}

TEST(CatalogOfTwoProcesses, IsRefusedToTheSecondAtOnce) {
    const TemporaryDirectory directory;
    const std::filesystem::path file = directory.path() / "catalog.db";
    const auto first = open_catalog(file);
    const pid_t child = ::fork();
    if (child == 0) {
        try {
            open_catalog(file);
        } catch (const CatalogError& error) {
            std::_Exit(std::string(error.what()).find("another cvmbackupd") == std::string::npos);
        }
        std::_Exit(2);
    }
    int status = -1;
    ::waitpid(child, &status, 0);

    EXPECT_EQ(status, 0);
    first->commit({{sample_run(1)}, {}, {}, {}});
}

}  // namespace
}  // namespace cvmbackup::test
