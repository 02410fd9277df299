// What open_catalog makes of files it finds, and that it leaves those it refuses as they were.
#include "catalog/catalog.hpp"
#include "samples.hpp"

#include <SQLiteCpp/Database.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

namespace cvmbackup::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class CatalogFile : public testing::Test {
protected:
    std::string refusal() {
        try {
            open_catalog(file);
        } catch (const CatalogError& error) {
            return error.what();
        }
        return "not refused";
    }

    void make_catalog() {
        Changes changes;
        for (std::int64_t id = 1; id <= 200; ++id) {
            Backup backup = finished_backup(id, id, Result::ok);
            backup.copies = {sample_copy(id, id, CopyState::done)};
            changes.runs.push_back(finished_run(id, Result::ok));
            changes.backups.push_back(backup);
        }
        open_catalog(file)->commit(changes);
    }

    // Refused with these words, and the file's bytes are what they were.
    void expect_refused_untouched(const std::string& words) {
        const std::string before = bytes_of(file);

        EXPECT_THAT(refusal(), AllOf(HasSubstr(file.string()), HasSubstr(words)));

        EXPECT_EQ(bytes_of(file), before);
    }

    TemporaryDirectory directory;
    std::filesystem::path file = directory.path() / "catalog.db";
};

TEST_F(CatalogFile, IsMadeForItsOwnerOnly) {
    const mode_t before = ::umask(0);
    const auto catalog = open_catalog(file);
    catalog->commit({{sample_run(1)}, {}, {}, {}});
    ::umask(before);

    struct ::stat status {};

    ASSERT_EQ(::stat(file.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0600U);
    ASSERT_EQ(::stat((file.string() + "-wal").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0600U);
}

TEST_F(CatalogFile, LeavesNothingButItselfWhenClosed) {
    make_catalog();

    const std::filesystem::directory_iterator entries(directory.path());
    EXPECT_EQ(std::distance(begin(entries), end(entries)), 1);
}

TEST_F(CatalogFile, HoldsItsRowsWhenOpenedAgain) {
    make_catalog();

    const auto catalog = open_catalog(file);

    EXPECT_EQ(catalog->last_ids().run, RunId(200));
    EXPECT_EQ(catalog->run(RunId(7)), finished_run(7, Result::ok));
}

TEST_F(CatalogFile, IsRefusedWhileAnotherHasItOpen) {
    const auto first = open_catalog(file);

    EXPECT_THAT(refusal(), HasSubstr("another cvmbackupd uses it"));

    first->commit({{sample_run(1)}, {}, {}, {}});
    EXPECT_THAT(refusal(), HasSubstr("another cvmbackupd uses it"));
}

TEST_F(CatalogFile, ThatIsTakenAwayWhileInUseStopsItsUser) {
    std::string told;
    const auto catalog = open_catalog(file, [&](const std::string& what) { told = what; });
    catalog->commit({{sample_run(1)}, {}, {}, {}});
    std::filesystem::remove(file);

    EXPECT_THROW(catalog->commit({{sample_run(2)}, {}, {}, {}}), CatalogError);
    EXPECT_THROW(catalog->run(RunId(1)), CatalogError);
    EXPECT_THAT(told, HasSubstr("was removed or replaced"));
}

TEST_F(CatalogFile, WhoseJournalIsTakenAwayStopsItsUserAndLosesNothing) {
    std::string told;
    auto catalog = open_catalog(file, [&](const std::string& what) { told = what; });
    catalog->commit({{sample_run(1)}, {}, {}, {}});
    std::filesystem::remove(file.string() + "-wal");

    EXPECT_THROW(catalog->commit({{sample_run(2)}, {}, {}, {}}), CatalogError);
    EXPECT_THAT(told, AllOf(HasSubstr("catalog.db-wal was removed"), HasSubstr("start")));
    catalog.reset();

    EXPECT_EQ(open_catalog(file)->last_ids().run, RunId(2));
}

TEST_F(CatalogFile, WhoseJournalIsTakenAwayBeforeTheFirstCommitStopsItsUserToo) {
    make_catalog();
    const auto catalog = open_catalog(file);
    std::filesystem::rename(file.string() + "-wal", file.string() + "-old");
    write_bytes(file.string() + "-wal", "");

    EXPECT_THROW(catalog->commit({{sample_run(201)}, {}, {}, {}}), CatalogError);
}

TEST_F(CatalogFile, IsFreeAgainOnceItIsClosed) {
    open_catalog(file).reset();

    EXPECT_EQ(refusal(), "not refused");
}

TEST_F(CatalogFile, OfANewerVersionIsRefused) {
    make_catalog();
    SQLite::Database(file.string(), SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 99");

    expect_refused_untouched("newer cvmbackup (schema 99");
}

TEST_F(CatalogFile, OfANewerVersionIsRefusedAlsoWhileOnlyItsJournalSaysSo) {
    make_catalog();
    const std::filesystem::path live = directory.path() / "live.db";
    std::filesystem::rename(file, live);
    SQLite::Database database(live.string(), SQLite::OPEN_READWRITE);
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("PRAGMA user_version = 99");
    std::filesystem::copy_file(live, file);
    std::filesystem::copy_file(live.string() + "-wal", file.string() + "-wal");
    const std::string journal = bytes_of(file.string() + "-wal");

    expect_refused_untouched("newer cvmbackup (schema 99");

    EXPECT_EQ(bytes_of(file.string() + "-wal"), journal);
}

TEST_F(CatalogFile, OfAnotherProgramIsRefused) {
    SQLite::Database(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
        .exec("CREATE TABLE bookmarks (url TEXT)");

    expect_refused_untouched("is not a catalog of cvmbackup");
}

TEST_F(CatalogFile, ThatIsNoDatabaseIsRefused) {
    write_bytes(file, std::string(5000, 'x'));

    expect_refused_untouched("move it away");
}

TEST_F(CatalogFile, ThatIsEmptyIsRefused) {
    write_bytes(file, "");

    expect_refused_untouched("is empty");
}

TEST_F(CatalogFile, WithACorruptedHeaderIsRefused) {
    make_catalog();
    std::string bytes = bytes_of(file);
    bytes.replace(0, 6, "sqlite");
    write_bytes(file, bytes);

    expect_refused_untouched("it is not a database");
}

TEST_F(CatalogFile, ThatWasTruncatedIsRefused) {
    make_catalog();
    const std::string bytes = bytes_of(file);
    write_bytes(file, bytes.substr(0, bytes.size() / 2));

    expect_refused_untouched("damaged");
}

TEST_F(CatalogFile, WithFlippedBitsInAPageIsRefused) {
    make_catalog();
    std::string bytes = bytes_of(file);
    const std::size_t page = bytes.size() / 2 / 4096 * 4096;
    for (std::size_t i = 0; i < 64; ++i) {
        bytes[page + i] = static_cast<char>(bytes[page + i] ^ 0x10);
    }
    write_bytes(file, bytes);

    expect_refused_untouched("damaged");
}

// Where SQLite's structure stays whole the value is believed; nothing else may come of it.
TEST_F(CatalogFile, WithOneFlippedBitIsRefusedOrReadAndWritten) {
    make_catalog();
    const std::string whole = bytes_of(file);
    const std::size_t bits = whole.size() * 8;
    std::size_t refusals = 0;
    for (std::size_t i = 0; i < 400; ++i) {
        const std::size_t bit = i * 999'983 % bits;
        std::string bytes = whole;
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
        write_bytes(file, bytes);
        std::filesystem::remove(file.string() + "-wal");
        try {
            const auto catalog = open_catalog(file);
            BackupFilter all;
            all.limit = 1000;
            catalog->backups(all);
            catalog->points(PolicyName("web"));
            catalog->runs(std::nullopt, 1000);
            catalog->totals(at(0));
            catalog->commit({{finished_run(1000, Result::ok)}, {}, {}, {}});
        } catch (const CatalogError& error) {
            refusals += 1;
            EXPECT_THAT(error.what(), HasSubstr(file.string())) << "bit " << bit;
        }
    }
    EXPECT_GT(refusals, 0U);
    EXPECT_LT(refusals, 400U);
}

TEST_F(CatalogFile, ThatIsDamagedKeepsItsJournalToo) {
    make_catalog();
    std::string bytes = bytes_of(file);
    bytes.replace(4096, 200, std::string(200, '\x55'));
    write_bytes(file, bytes);
    const std::string journal = file.string() + "-wal";
    write_bytes(journal, "what a crash left behind");

    expect_refused_untouched("damaged");

    EXPECT_EQ(bytes_of(journal), "what a crash left behind");
}

TEST_F(CatalogFile, InAMissingDirectoryIsRefused) {
    file = directory.path() / "no" / "catalog.db";

    EXPECT_THAT(refusal(), HasSubstr("there is no directory " + file.parent_path().string()));
}

TEST_F(CatalogFile, ThatIsADirectoryIsRefused) {
    std::filesystem::create_directory(file);

    EXPECT_THAT(refusal(), HasSubstr("is not a regular file"));
}

class CatalogFileOfAnother : public CatalogFile {
protected:
    void SetUp() override {
        make_catalog();
        if (::geteuid() == 0) {
            std::filesystem::permissions(directory.path(), std::filesystem::perms{0755});
            ASSERT_EQ(::seteuid(65534), 0);
        }
    }

    void TearDown() override {
        if (::getuid() == 0) {
            ASSERT_EQ(::seteuid(0), 0);
        }
    }
};

TEST_F(CatalogFileOfAnother, IsRefusedForWantOfRights) {
    std::error_code error;
    std::filesystem::permissions(file, std::filesystem::perms{0}, error);

    EXPECT_THAT(
        refusal(),
        testing::AnyOf(HasSubstr("cannot be opened for writing"), HasSubstr("may write to"))
    );
}

TEST_F(CatalogFileOfAnother, IsNotMadeInADirectoryThatIsClosed) {
    std::error_code error;
    std::filesystem::permissions(directory.path(), std::filesystem::perms{0555}, error);
    file = directory.path() / "second.db";

    EXPECT_THAT(refusal(), HasSubstr("needs a directory it may write to"));
}

}  // namespace
}  // namespace cvmbackup::test
