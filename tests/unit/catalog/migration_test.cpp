#include "catalog/catalog.hpp"
#include "catalog/schema.hpp"
#include "samples.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace cvmbackup::test {
namespace {

using testing::ElementsAre;

class Migration : public testing::Test {
protected:
    // As version 1 wrote it; the file is never edited.
    void SetUp() override {
        SQLite::Database database(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        database.exec(bytes_of(std::filesystem::path(CATALOG_TEST_DATA) / "version1.sql"));
    }

    TemporaryDirectory directory;
    std::filesystem::path file = directory.path() / "catalog.db";
};

TEST_F(Migration, ReadsEveryRowOfAVersion1File) {
    const auto catalog = open_catalog(file);

    Backup backup = finished_backup(4, 1, Result::partial);
    backup.copies = {sample_copy(8, 4, CopyState::done), sample_copy(9, 4, CopyState::skipped)};
    EXPECT_EQ(catalog->backup(BackupId(4)), backup);
    cvmbackup::Run run = passed_over(1);
    run.result = Result::partial;
    EXPECT_EQ(catalog->run(RunId(1)), run);
    EXPECT_THAT(
        catalog->memories(),
        ElementsAre(PolicyMemory{
            PolicyName("web"),
            at(1),
            at(2),
            at(3),
            at(4),
            "upgrade",
            at(5),
            6,
            BackupId(7),
            "one is gone"})
    );
}

TEST_F(Migration, EndsInTheSchemaOfANewFile) {
    const std::filesystem::path fresh = directory.path() / "fresh.db";
    open_catalog(file).reset();
    open_catalog(fresh).reset();

    const std::string schema =
        "SELECT group_concat(sql, ';') FROM "
        "(SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name)";
    EXPECT_EQ(
        SQLite::Database(file.string()).execAndGet(schema).getString(),
        SQLite::Database(fresh.string()).execAndGet(schema).getString()
    );
}

TEST_F(Migration, AppliesWhatIsMissing) {
    constexpr std::array<const char*, 3> steps{
        "not applied again",
        "ALTER TABLE run ADD COLUMN a TEXT",
        "ALTER TABLE run ADD COLUMN b TEXT"};
    SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);

    migrate(database, steps);

    EXPECT_EQ(schema_version(database), 3);
    EXPECT_EQ(database.execAndGet("SELECT count(*) FROM run WHERE a IS b").getInt(), 1);
}

TEST_F(Migration, LeavesTheFileAsItWasIfAStepFails) {
    constexpr std::array<const char*, 3> steps{
        "not applied again",
        "ALTER TABLE run ADD COLUMN a TEXT",
        "ALTER TABLE nothing DROP COLUMN b"};
    SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);

    EXPECT_THROW(migrate(database, steps), SQLite::Exception);

    EXPECT_EQ(schema_version(database), 1);
    EXPECT_FALSE(bytes_of(file).find("ADD COLUMN") != std::string::npos);
    EXPECT_THROW(database.exec("SELECT a FROM run"), SQLite::Exception);
}

}  // namespace
}  // namespace cvmbackup::test
