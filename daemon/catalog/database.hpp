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

// Which file a path named. What is written to one that nobody can find any more is lost at the next
// start.
class FileIdentity {
public:
    explicit FileIdentity(const std::filesystem::path& path);

    // Throws CatalogError if the path names another file now, or none.
    void check(const std::filesystem::path& path) const;

private:
    std::optional<std::pair<dev_t, ino_t>> found_;  // none for ":memory:"
};

// Plain words for an error of SQLite: the file, what was being done, what to do about it.
std::string catalog_trouble(
    const std::filesystem::path& path, const std::string& doing, const SQLite::Exception& error
);

}  // namespace cvmbackup
