// The tables, as numbered migrations. A migration that has shipped is never edited: a change is a
// new one at the end. The file's user_version is the number of the last one applied.
#pragma once

#include <SQLiteCpp/Database.h>

#include <span>

namespace cvmbackup {

constexpr int catalog_application_id = 0x43564d42;  // "CVMB", in the file's header

// A copy that is in the cloud, or may be: what retention decides on. It is the condition of the
// index copy_kept, to the letter: SQLite uses the index only for the very same expression.
constexpr const char* kept_condition =
    "(state IN ('done', 'deleting') OR state = 'failed' AND (image <> '' OR objects <> '[]'))";

using Migrations = std::span<const char* const>;

Migrations catalog_migrations();

int schema_version(SQLite::Database& database);

// Applies what is missing, all of it in one transaction: after a failure the file is as before.
void migrate(SQLite::Database& database, Migrations migrations);

}  // namespace cvmbackup
