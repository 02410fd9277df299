// A disk that remembers: SQLite's file operations go to the real files and are written down in
// order, so that a test can play what a power cut would have left: everything synced, and of the
// rest any part. One operation can be made to fail instead. In force (as the default for files that
// are opened) from construction to destruction; opened files must be closed before that.
//
// What a disk may do to writes after a file's last sync: keep each, lose it, or keep some of its
// 512-byte sectors, in any combination; likewise truncations. A file that was made may be missing
// until its first sync, with which SQLite syncs the directory. Removing happens in order, as
// journalling file systems do it; so does moving, but for what was done last.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cvmbackup::test {

struct DiskOperation {
    enum class Kind { create, write, truncate, sync, remove, move };
    Kind kind;
    std::string file;  // absolute path
    std::int64_t offset = 0;
    std::string bytes;
    std::int64_t size = 0;  // after a truncation
    std::string to;         // where it is moved; SQLite moves nothing
};

class RecordingVfs {
public:
    RecordingVfs();
    ~RecordingVfs();
    RecordingVfs(const RecordingVfs&) = delete;
    RecordingVfs& operator=(const RecordingVfs&) = delete;

    const std::vector<DiskOperation>& operations() const;

    // The operation with this number (from 0) fails with SQLite's code, and all later ones too:
    // a broken disk does not come back.
    void fail_from(std::size_t number, int code);

    struct State;  // shared with the open files

private:
    std::unique_ptr<State> state_;
};

// Changes the files of `directory`, which are as they were before the first operation, to what may
// be left of the first `count` operations after a power cut; `seed` chooses.
void play_power_cut(
    const std::vector<DiskOperation>& operations,
    std::size_t count,
    const std::filesystem::path& directory,
    std::uint64_t seed
);

}  // namespace cvmbackup::test
