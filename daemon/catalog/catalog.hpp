// The catalog on SQLite: one file (plus its -wal), one process, every commit on disk (WAL,
// synchronous=FULL) when it returns. A file that is damaged, foreign or of a newer version is
// refused and left as it was, byte for byte. After a failed commit the object refuses all work:
// what a failed fsync left on disk is unknown until the file is opened anew.
#pragma once

#include "ports/catalog.hpp"

#include <filesystem>
#include <memory>

namespace cvmbackup {

// Creates the file (mode 0600) where there is none; ":memory:" lives as long as the object. Throws
// CatalogError: the text names the file and what to do. Lists come newest (highest id) first, what
// is unfinished oldest first, a backup's copies in the order of their ids.
std::unique_ptr<Catalog> open_catalog(const std::filesystem::path& path);

}  // namespace cvmbackup
