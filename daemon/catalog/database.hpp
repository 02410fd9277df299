// Opens the catalog's file for one process, after it has proved to be whole, ours and not newer
// than this program. Until then nothing is written to it.
#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>

#include <filesystem>
#include <memory>
#include <string>

namespace cvmbackup {

// Throws CatalogError.
std::unique_ptr<SQLite::Database> open_database(const std::filesystem::path& path);

// Plain words for an error of SQLite: the file, what was being done, what to do about it.
std::string catalog_trouble(
    const std::filesystem::path& path, const std::string& doing, const SQLite::Exception& error
);

}  // namespace cvmbackup
