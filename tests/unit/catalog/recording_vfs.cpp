#include "recording_vfs.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <new>
#include <random>
#include <stdexcept>

namespace cvmbackup::test {

struct RecordingVfs::State {
    sqlite3_vfs vfs{};
    sqlite3_vfs* real = nullptr;
    std::vector<DiskOperation> operations;
    std::size_t broken_from = SIZE_MAX;
    int code = SQLITE_OK;

    // SQLITE_OK if the operation may be done; it is written down only then.
    int admit(DiskOperation operation) {
        if (operations.size() >= broken_from) {
            return code;
        }
        operations.push_back(std::move(operation));
        return SQLITE_OK;
    }
};

namespace {

using Kind = DiskOperation::Kind;

struct File {
    sqlite3_file base;  // SQLite sees only this
    RecordingVfs::State* state;
    std::string* name;
    sqlite3_file* real;  // in the same memory, behind this
};

File& of(sqlite3_file* file) {
    return *reinterpret_cast<File*>(file);
}

int close_file(sqlite3_file* file) {
    File& ours = of(file);
    const int result = ours.real->pMethods->xClose(ours.real);
    delete ours.name;
    return result;
}

int read_file(sqlite3_file* file, void* to, int amount, sqlite3_int64 offset) {
    return of(file).real->pMethods->xRead(of(file).real, to, amount, offset);
}

int write_file(sqlite3_file* file, const void* from, int amount, sqlite3_int64 offset) {
    const std::string bytes(static_cast<const char*>(from), static_cast<std::size_t>(amount));
    const int refused = of(file).state->admit({Kind::write, *of(file).name, offset, bytes, 0, ""});
    return refused != SQLITE_OK
               ? refused
               : of(file).real->pMethods->xWrite(of(file).real, from, amount, offset);
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
    const int refused = of(file).state->admit({Kind::truncate, *of(file).name, 0, "", size, ""});
    return refused != SQLITE_OK ? refused : of(file).real->pMethods->xTruncate(of(file).real, size);
}

// The machine itself stays on: nothing really has to reach its disk.
int sync_file(sqlite3_file* file, int) {
    return of(file).state->admit({Kind::sync, *of(file).name, 0, "", 0, ""});
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
    return of(file).real->pMethods->xFileSize(of(file).real, size);
}

int lock_file(sqlite3_file* file, int level) {
    return of(file).real->pMethods->xLock(of(file).real, level);
}

int unlock_file(sqlite3_file* file, int level) {
    return of(file).real->pMethods->xUnlock(of(file).real, level);
}

int is_reserved(sqlite3_file* file, int* result) {
    return of(file).real->pMethods->xCheckReservedLock(of(file).real, result);
}

int control_file(sqlite3_file* file, int what, void* argument) {
    return of(file).real->pMethods->xFileControl(of(file).real, what, argument);
}

int sector_size(sqlite3_file*) {
    return 512;
}

// No promise of the disk's: no atomic writes, no safe appends.
int no_characteristics(sqlite3_file*) {
    return 0;
}

// Version 1: without shared memory, which an exclusively locked WAL does not need.
const sqlite3_io_methods methods{
    1,
    close_file,
    read_file,
    write_file,
    truncate_file,
    sync_file,
    file_size,
    lock_file,
    unlock_file,
    is_reserved,
    control_file,
    sector_size,
    no_characteristics,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
    nullptr};

RecordingVfs::State& state_of(sqlite3_vfs* vfs) {
    return *static_cast<RecordingVfs::State*>(vfs->pAppData);
}

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out) {
    RecordingVfs::State& state = state_of(vfs);
    File& ours = of(file);
    ours.base.pMethods = nullptr;
    const std::string path = name == nullptr ? "" : name;
    if (!std::filesystem::exists(path)) {
        const int refused = state.admit({Kind::create, path, 0, "", 0, ""});
        if (refused != SQLITE_OK) {
            return refused;
        }
    }
    ours.state = &state;
    ours.real = reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + sizeof(File));
    const int result = state.real->xOpen(state.real, name, ours.real, flags, out);
    if (ours.real->pMethods != nullptr) {
        ours.name = new std::string(path);
        ours.base.pMethods = &methods;
    }
    return result;
}

int remove_file(sqlite3_vfs* vfs, const char* name, int sync_directory) {
    RecordingVfs::State& state = state_of(vfs);
    const int refused = state.admit({Kind::remove, name, 0, "", 0, ""});
    return refused != SQLITE_OK ? refused : state.real->xDelete(state.real, name, sync_directory);
}

// What the disk has of one file: the bytes that are certain, and what came after the last sync.
struct Remains {
    std::string certain;
    std::vector<const DiskOperation*> uncertain;
    bool may_be_missing = false;
};

void put(const DiskOperation& operation, std::string& bytes) {
    if (operation.kind == Kind::truncate) {
        bytes.resize(static_cast<std::size_t>(operation.size));
        return;
    }
    const auto offset = static_cast<std::size_t>(operation.offset);
    bytes.resize(std::max(bytes.size(), offset + operation.bytes.size()));
    bytes.replace(offset, operation.bytes.size(), operation.bytes);
}

// All, nothing, or some sectors.
void put_part(const DiskOperation& operation, std::string& bytes, std::mt19937_64& chance) {
    const auto fate = chance() % 4;
    if (fate == 0) {
        return;
    }
    if (fate == 1 || operation.kind == Kind::truncate) {
        put(operation, bytes);
        return;
    }
    constexpr std::size_t sector = 512;
    for (std::size_t at = 0; at < operation.bytes.size(); at += sector) {
        if (chance() % 2 == 0) {
            continue;
        }
        DiskOperation part = operation;
        part.offset += static_cast<std::int64_t>(at);
        part.bytes = operation.bytes.substr(at, sector);
        put(part, bytes);
    }
}

std::string read_all(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

RecordingVfs::RecordingVfs()
    : state_(std::make_unique<State>()) {
    state_->real = sqlite3_vfs_find(nullptr);
    state_->vfs = *state_->real;
    state_->vfs.zName = "recording";
    state_->vfs.szOsFile = static_cast<int>(sizeof(File)) + state_->real->szOsFile;
    state_->vfs.pAppData = state_.get();
    state_->vfs.xOpen = open_file;
    state_->vfs.xDelete = remove_file;
    // The rest of the real one looks at its own pAppData only in xOpen.
    if (sqlite3_vfs_register(&state_->vfs, 1) != SQLITE_OK) {
        throw std::runtime_error("SQLite does not take the recording VFS");
    }
}

RecordingVfs::~RecordingVfs() {
    sqlite3_vfs_unregister(&state_->vfs);
    sqlite3_vfs_register(state_->real, 1);
}

const std::vector<DiskOperation>& RecordingVfs::operations() const {
    return state_->operations;
}

void RecordingVfs::fail_from(std::size_t number, int code) {
    state_->broken_from = number;
    state_->code = code;
}

void play_power_cut(
    const std::vector<DiskOperation>& operations,
    std::size_t count,
    const std::filesystem::path& directory,
    std::uint64_t seed
) {
    std::mt19937_64 chance(seed);
    std::map<std::string, Remains> files;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        files[entry.path().filename()].certain = read_all(entry.path());
    }
    for (std::size_t i = 0; i < count; ++i) {
        const DiskOperation& operation = operations[i];
        const std::string name = std::filesystem::path(operation.file).filename();
        Remains& remains = files[name];
        switch (operation.kind) {
            case Kind::create:
                remains.may_be_missing = true;
                break;
            case Kind::write:
            case Kind::truncate:
                remains.uncertain.push_back(&operation);
                break;
            case Kind::sync:
                for (const DiskOperation* each : remains.uncertain) {
                    put(*each, remains.certain);
                }
                remains.uncertain.clear();
                remains.may_be_missing = false;
                break;
            case Kind::remove:
                files.erase(name);
                break;
            case Kind::move:
                if (i + 1 < count || chance() % 2 == 0) {
                    files[std::filesystem::path(operation.to).filename()] = std::move(remains);
                    files.erase(name);
                }
                break;
        }
    }
    std::filesystem::remove_all(directory);
    std::filesystem::create_directory(directory);
    for (auto& [name, remains] : files) {
        if (remains.may_be_missing && chance() % 3 == 0) {
            continue;
        }
        for (const DiskOperation* each : remains.uncertain) {
            put_part(*each, remains.certain, chance);
        }
        std::ofstream(directory / name, std::ios::binary) << remains.certain;
        std::filesystem::permissions(directory / name, std::filesystem::perms(0600));
    }
}

}  // namespace cvmbackup::test
