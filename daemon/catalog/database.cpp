#include "catalog/database.hpp"

#include "catalog/schema.hpp"
#include "ports/catalog.hpp"

#include <sqlite3.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace cvmbackup {

namespace {

namespace fs = std::filesystem;

constexpr const char* damaged_advice =
    "restore it from a backup, or move it away, with its -wal and -shm, and start cvmbackupd "
    "again: "
    "the copies that are in the cloud are then looked up there. It was not touched";

// The daemon has one thread; SQLite's own locks would cost reads a tenth of their time.
const int for_one_thread = SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX;

std::string words_of(int error) {
    return std::generic_category().message(error);
}

[[noreturn]] void refuse(const fs::path& path, const std::string& why) {
    throw CatalogError("the catalog " + path.string() + " " + why);
}

bool is_of_the_disk(sqlite3_file* file) {
    if (file == nullptr || file->pMethods == nullptr || file->pMethods->xFileControl == nullptr) {
        return false;
    }
    int last = 0;
    file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &last);
    return last == EIO || last == ENXIO;
}

// SQLite calls a file damaged also if its disk fails to read it. Which of both it was, it leaves
// in the file.
bool disk_failed(const SQLite::Database& database) {
    sqlite3_file* file = nullptr;
    sqlite3_file* journal = nullptr;  // the -wal
    sqlite3* handle = database.getHandle();
    sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, static_cast<void*>(&file));
    sqlite3_file_control(
        handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, static_cast<void*>(&journal)
    );
    return is_of_the_disk(file) || is_of_the_disk(journal);
}

std::string advice_for(int code) {
    switch (code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return "another cvmbackupd uses it. Stop that one, or give this one a [catalog] path "
                   "of its own";
        case SQLITE_FULL:
            return "no space is left on its disk. Free some and start cvmbackupd again: what was "
                   "recorded so far is safe";
        case SQLITE_IOERR:
            return "its disk reports an error or a limit. See the kernel's log, then start "
                   "cvmbackupd again: what was recorded so far is safe";
        case SQLITE_NOTADB:
            return std::string("it is not a database: ") + damaged_advice;
        case SQLITE_CORRUPT:
            return std::string("it is damaged: ") + damaged_advice;
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_CANTOPEN:
        case SQLITE_AUTH:
            return "it cannot be opened for writing. Check owner and mode of the file and of its "
                   "directory";
        default:
            return "this is a bug of cvmbackup, please report it";
    }
}

// Begins an exclusive hold that only reads: closing it neither checkpoints nor removes the -wal.
std::unique_ptr<SQLite::Database> open_for_inspection(const fs::path& path) {
    auto database = std::make_unique<SQLite::Database>(path.string(), for_one_thread);
    sqlite3_extended_result_codes(database->getHandle(), 1);
    sqlite3_db_config(database->getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    database->exec("PRAGMA locking_mode = EXCLUSIVE");
    database->exec("PRAGMA trusted_schema = OFF");
    database->exec("PRAGMA cell_size_check = ON");
    return database;
}

void inspect(SQLite::Database& database, const fs::path& path) {
    const auto newest = static_cast<int>(catalog_migrations().size());
    const int application = database.execAndGet("PRAGMA application_id").getInt();
    const int version = schema_version(database);
    if (application != catalog_application_id || version < 1) {
        refuse(path, std::string("is not a catalog of cvmbackup: ") + damaged_advice);
    }
    if (version > newest) {
        refuse(
            path,
            "was written by a newer cvmbackup (schema " + std::to_string(version) +
                ", this one knows up to " + std::to_string(newest) +
                "). Install the newer version again, or restore an older catalog. It was not "
                "touched"
        );
    }
    const std::string verdict = database.execAndGet("PRAGMA quick_check(1)").getString();
    if (verdict != "ok" && disk_failed(database)) {
        refuse(path, "could not be read while it was being opened: " + advice_for(SQLITE_IOERR));
    }
    if (verdict != "ok") {
        refuse(path, "is damaged (" + verdict + "): " + damaged_advice);
    }
}

void prepare_for_work(SQLite::Database& database) {
    database.exec("PRAGMA foreign_keys = ON");
    const std::string mode = database.execAndGet("PRAGMA journal_mode = WAL").getString();
    database.exec("PRAGMA synchronous = FULL");
    database.exec("PRAGMA journal_size_limit = 16777216");
    sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
    migrate(database, catalog_migrations());
}

void check_directory(const fs::path& path, const fs::path& directory) {
    std::error_code error;
    if (!fs::is_directory(directory, error)) {
        refuse(
            path,
            "cannot be created: there is no directory " + directory.string() +
                ". Create it, or correct [catalog] path"
        );
    }
    // SQLite makes its -wal beside the file.
    if (::faccessat(AT_FDCWD, directory.c_str(), W_OK | X_OK, AT_EACCESS) != 0) {
        const int why = errno;
        refuse(
            path,
            "needs a directory it may write to, and " + directory.string() +
                " is none: " + words_of(why) + ". Change its owner or mode, or [catalog] path"
        );
    }
}

// No file is opened here: closing one would drop the locks of a catalog this process has open.
void check_file(const fs::path& path) {
    std::error_code error;
    if (!fs::is_regular_file(path, error)) {
        refuse(path, "is not a regular file. Correct [catalog] path");
    }
    if (::faccessat(AT_FDCWD, path.c_str(), R_OK | W_OK, AT_EACCESS) != 0) {
        const int why = errno;
        refuse(
            path,
            "cannot be opened for writing: " + words_of(why) +
                ". Give the file to the user that runs cvmbackupd, mode 0600"
        );
    }
    if (fs::file_size(path, error) == 0) {
        refuse(path, std::string("is empty: ") + damaged_advice);
    }
}

// A file that is removed unless it was moved to its place.
class DraftFile {
public:
    explicit DraftFile(const fs::path& path)
        : name_(path.string() + ".new-XXXXXX") {
        const int file = ::mkostemp(name_.data(), O_CLOEXEC);  // mode 0600
        if (file < 0) {
            const int why = errno;
            refuse(path, "cannot be created: " + words_of(why) + ". Check its directory");
        }
        ::close(file);
    }

    DraftFile(const DraftFile&) = delete;
    DraftFile& operator=(const DraftFile&) = delete;

    ~DraftFile() { ::unlink(name_.c_str()); }

    const std::string& name() const { return name_; }

    // Never over a file that is there.
    void move_to(const fs::path& path) const {
        const char* from = name_.c_str();
        if (::renameat2(AT_FDCWD, from, AT_FDCWD, path.c_str(), RENAME_NOREPLACE) != 0 &&
            errno != EEXIST) {
            const int why = errno;
            refuse(path, "cannot be created: " + words_of(why));
        }
    }

private:
    std::string name_;
};

void sync_directory(const fs::path& path, const fs::path& directory) {
    const int file = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = file >= 0 && ::fsync(file) == 0;
    const int why = errno;
    if (file >= 0) {
        ::close(file);
    }
    if (!synced) {
        refuse(path, "cannot be made durable: " + words_of(why) + ". Check its disk");
    }
}

// The file appears complete or not at all, so an empty or half-made one is always a damage.
void create(const fs::path& path, const fs::path& directory) {
    const DraftFile draft(path);
    {
        SQLite::Database database(draft.name(), SQLite::OPEN_READWRITE);
        database.exec("PRAGMA synchronous = FULL");
        migrate(database, catalog_migrations());
    }
    draft.move_to(path);
    sync_directory(path, directory);
}

}  // namespace

FileIdentity::FileIdentity(fs::path path)
    : path_(std::move(path))
    , journal_path_(path_.string() + "-wal")
    , file_(number_of(path_))
    , journal_(number_of(journal_path_)) {}

std::optional<FileIdentity::Number> FileIdentity::number_of(const fs::path& path) {
    struct ::stat found {};

    if (::stat(path.c_str(), &found) != 0) {
        return std::nullopt;
    }
    return Number(found.st_dev, found.st_ino);
}

void FileIdentity::check() const {
    if (file_ && number_of(path_) != file_) {
        refuse(
            path_,
            "was removed or replaced while it was in use: what was recorded last is not in it. Put "
            "the file back and start cvmbackupd again"
        );
    }
    if (journal_ && number_of(journal_path_) != journal_) {
        refuse(
            path_,
            "lost its journal: " + journal_path_.string() +
                " was removed or replaced while it was in use. Do not put it back, start "
                "cvmbackupd again: what it held is written into the catalog when cvmbackupd stops"
        );
    }
}

std::string catalog_trouble(
    const fs::path& path,
    const std::string& doing,
    const SQLite::Exception& error,
    const SQLite::Database* database
) {
    const std::string what = "the catalog " + path.string() + " failed while " + doing + ": ";
    const int code = error.getErrorCode();
    if ((code & 0xff) == SQLITE_CORRUPT && database != nullptr && disk_failed(*database)) {
        return what + advice_for(SQLITE_IOERR);
    }
    return what + advice_for(code) + " (SQLite: " + error.what() + ")";
}

std::unique_ptr<SQLite::Database> open_database(const fs::path& path) {
    try {
        if (path == ":memory:") {
            auto database = std::make_unique<SQLite::Database>(
                path.string(), for_one_thread | SQLite::OPEN_CREATE
            );
            prepare_for_work(*database);
            return database;
        }
        const fs::path directory = path.has_parent_path() ? path.parent_path() : fs::path(".");
        check_directory(path, directory);
        std::error_code error;
        if (!fs::exists(path, error)) {
            create(path, directory);
        }
        check_file(path);
        auto database = open_for_inspection(path);
        try {
            inspect(*database, path);
            prepare_for_work(*database);
        } catch (const SQLite::Exception& error) {
            throw CatalogError(catalog_trouble(path, "it was being opened", error, database.get()));
        }
        return database;
    } catch (const SQLite::Exception& error) {
        throw CatalogError(catalog_trouble(path, "it was being opened", error, nullptr));
    }
}

}  // namespace cvmbackup
