// The catalog's prepared statements. Each may be in use once at a time and is reset after use.
#pragma once

#include "catalog/rows.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <string>
#include <vector>

namespace cvmbackup {

// Backups, the oldest first, and their copies in the same order: two statements for any number.
struct BackupList {
    // `ids`: a query for their ids; of these, those for which `only` holds.
    BackupList(
        SQLite::Database& database, const std::string& ids, const std::string& only = "true"
    );

    void bind(int index, const std::string& value);
    std::vector<Backup> read();

private:
    SQLite::Statement backups_;
    SQLite::Statement copies_;
};

struct Statements {
    explicit Statements(SQLite::Database& database);

    SQLite::Statement write_run;
    SQLite::Statement write_backup;
    SQLite::Statement write_copy;
    SQLite::Statement write_memory;

    SQLite::Statement memories;
    SQLite::Statement unfinished_runs;
    SQLite::Statement unfinished_backups;
    SQLite::Statement unfinished_deletions;
    SQLite::Statement copies_of_backup;
    SQLite::Statement backup;
    SQLite::Statement run;
    SQLite::Statement runs;
    SQLite::Statement runs_of_policy;
    SQLite::Statement had_run;
    SQLite::Statement last_finished_run;
    SQLite::Statement last_success;
    BackupList points;
    SQLite::Statement newest_copy;
    BackupList with_images_at;
    BackupList with_exports_at;
    SQLite::Statement backups_due;
    SQLite::Statement places;
};

// Resets the statement however its use ends, so that it holds no read transaction open.
class Use {
public:
    explicit Use(SQLite::Statement& statement)
        : statement_(statement) {}

    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

    ~Use() { statement_.tryReset(); }

private:
    SQLite::Statement& statement_;
};

template <class Row>
std::vector<Row> all_rows(SQLite::Statement& statement, Row (*read)(const SQLite::Statement&)) {
    const Use use(statement);
    std::vector<Row> rows;
    while (statement.executeStep()) {
        rows.push_back(read(statement));
    }
    return rows;
}

template <class Row>
std::optional<Row> one_row(SQLite::Statement& statement, Row (*read)(const SQLite::Statement&)) {
    const Use use(statement);
    if (!statement.executeStep()) {
        return std::nullopt;
    }
    return read(statement);
}

}  // namespace cvmbackup
