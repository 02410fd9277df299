// The catalog on SQLite: one file (plus its -wal), one process, every commit on disk (WAL,
// synchronous=FULL) when it returns. A file that is damaged, foreign or of a newer version is
// refused and left as it was, byte for byte. After a failed commit the object refuses all work:
// what a failed fsync left on disk is unknown until the file is opened anew. The same if the file
// is removed or replaced while it is in use.
#pragma once

#include "ports/catalog.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace cvmbackup {

// Creates the file (mode 0600) where there is none; ":memory:" lives as long as the object. Throws
// CatalogError: the text names the file and what to do. Lists come newest (highest id) first, what
// is unfinished oldest first, a backup's copies in the order of their ids. `broken` is called once,
// at the first error, before it is thrown: whoever catches the exception cannot keep the daemon
// going.
std::unique_ptr<Catalog> open_catalog(
    const std::filesystem::path& path, std::function<void(const std::string&)> broken = {}
);

}  // namespace cvmbackup
