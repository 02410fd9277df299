// Opens the catalog's file for one process, after it has proved to be whole, ours and not newer
// than this program. Until then nothing is written to it.
#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>
#include <utility>

namespace cvmbackup {

// Throws CatalogError.
std::unique_ptr<SQLite::Database> open_database(const std::filesystem::path& path);

// Which files an open catalog consists of: itself and its journal, the -wal. What is written to one
// that nobody can find any more is lost at the next start.
class FileIdentity {
public:
    explicit FileIdentity(std::filesystem::path path);

    // Throws CatalogError if a path names another file now, or none.
    void check() const;

private:
    using Number = std::pair<dev_t, ino_t>;

    static std::optional<Number> number_of(const std::filesystem::path& path);

    std::filesystem::path path_;
    std::filesystem::path journal_path_;
    std::optional<Number> file_;  // none for ":memory:"
    std::optional<Number> journal_;
};

// Plain words for an error of SQLite: the file, what was being done, what to do about it. The
// database, if it is still open, tells a disk that cannot be read from a damage.
std::string catalog_trouble(
    const std::filesystem::path& path,
    const std::string& doing,
    const SQLite::Exception& error,
    const SQLite::Database* database
);

}  // namespace cvmbackup
