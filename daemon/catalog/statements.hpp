// The catalog's prepared statements. Each may be in use once at a time and is reset after use.
#pragma once

#include "catalog/rows.hpp"

#include <string>
#include <vector>

namespace cvmbackup {

struct Statements {
    explicit Statements(SQLite::Database& database);

    Statement begin;
    Statement commit;
    Statement roll_back;

    Statement write_run;
    Statement write_backup;
    Statement write_copy;
    Statement write_memory;

    Statement memories;
    Statement unfinished_runs;
    Statement unfinished_backups;
    Statement unfinished_deletions;
    Statement copies_of_backup;
    Statement backup;
    Statement run;
    Statement runs;
    Statement runs_of_policy;
    Statement runs_due;
    Statement last_finished_run;
    Statement last_success;
    Statement ids_of_points;
    Statement newest_export;
    Statement ids_with_images_at;
    Statement ids_with_exports_at;
    Statement backups_due;
    Statement places;
};

}  // namespace cvmbackup
