#include "catalog/statements.hpp"

#include "catalog/schema.hpp"

#include <algorithm>
#include <string_view>

namespace cvmbackup {

namespace {

std::vector<std::string> words_of(std::string_view columns) {
    std::vector<std::string> words;
    while (!columns.empty()) {
        const std::size_t end = std::min(columns.find(", "), columns.size());
        words.emplace_back(columns.substr(0, end));
        columns.remove_prefix(std::min(end + 2, columns.size()));
    }
    return words;
}

// Replaces the row of the same key in place, if it is another one: most copies that are written
// with their backup have not changed. INSERT OR REPLACE would delete the row first and trip over
// the foreign keys. What a row is of never changes; to leave that alone spares the indexes on it.
std::string on_conflict_replace(std::string_view columns) {
    const std::vector<std::string> constant{"run", "backup", "policy", "instance", "due"};
    const std::vector<std::string> words = words_of(columns);
    std::string assignments;
    std::string differs;
    for (auto word = words.begin() + 1; word != words.end(); ++word) {
        if (std::ranges::find(constant, *word) != constant.end()) {
            continue;
        }
        assignments += (assignments.empty() ? "" : ", ") + *word + " = excluded." + *word;
        differs += (differs.empty() ? "" : " OR ") + *word + " IS NOT excluded." + *word;
    }
    return " ON CONFLICT(" + words.front() + ") DO UPDATE SET " + assignments + " WHERE " + differs;
}

std::string parameters(std::string_view columns) {
    std::string sql = "?";
    for (const char c : columns) {
        if (c == ',') {
            sql += ", ?";
        }
    }
    return sql;
}

std::string insert(const std::string& table, const std::string& columns) {
    return "INSERT INTO " + table + "(" + columns + ") VALUES (" + parameters(columns) + ")" +
           on_conflict_replace(columns);
}

// Without its backup the row has no policy, which is refused.
std::string insert_copy() {
    const std::string columns = copy_columns;
    return "INSERT INTO copy(" + columns + ", policy, instance, due) SELECT " +
           parameters(columns) +
           ", backup.policy, backup.instance, backup.due FROM (SELECT 1) LEFT JOIN backup"
           " ON backup.id = ?2 WHERE true" +
           on_conflict_replace(columns + ", policy, instance, due");
}

std::string select(const char* columns, const std::string& from) {
    return std::string("SELECT ") + columns + " FROM " + from;
}

// Backups with such copies in a place (account ?1, region ?2); none is left out that the comparison
// could find there.
std::string copies_at(const std::string& which) {
    return "SELECT backup FROM copy WHERE state IN ('planned', 'intended', 'accepted', 'done', "
           "'failed', 'deleting', 'lost') AND " +
           which + " AND account = ?1 AND region = ?2";
}

}  // namespace

// Without statistics SQLite would often take copy_by_state, which holds nearly all copies under one
// word; INDEXED BY names the right one and fails at once should it become unusable.
Statements::Statements(SQLite::Database& db)
    : begin(db, "BEGIN IMMEDIATE")
    , commit(db, "COMMIT")
    , roll_back(db, "ROLLBACK")
    , write_run(db, insert("run", run_columns))
    , write_backup(db, insert("backup", backup_columns))
    , write_copy(db, insert_copy())
    , write_memory(db, insert("policy", memory_columns))
    , memories(db, select(memory_columns, "policy ORDER BY name"))
    , unfinished_runs(db, select(run_columns, "run WHERE finished IS NULL ORDER BY id"))
    , unfinished_backups(db, select(backup_columns, "backup WHERE state <> 'finished' ORDER BY id"))
    , unfinished_deletions(
          db,
          select(
              backup_columns,
              "backup WHERE id IN (SELECT backup FROM copy WHERE state = 'deleting') "
              "AND state = 'finished' ORDER BY id"
          )
      )
    , copies_of_backup(db, select(copy_columns, "copy WHERE backup = ?1 ORDER BY id"))
    , backup(db, select(backup_columns, "backup WHERE id = ?1"))
    , run(db, select(run_columns, "run WHERE id = ?1"))
    , runs(db, select(run_columns, "run ORDER BY id DESC LIMIT ?1"))
    , runs_of_policy(db, select(run_columns, "run WHERE policy = ?2 ORDER BY id DESC LIMIT ?1"))
    , runs_due(
          db,
          select(
              run_columns,
              "run WHERE policy = ?1 AND due BETWEEN ?2 AND ?3"
              " AND passed = 0 ORDER BY due, id"
          )
      )
    , last_finished_run(
          db,
          select(
              run_columns,
              "run WHERE policy = ?1 AND finished IS NOT NULL AND passed = 0"
              " ORDER BY id DESC LIMIT 1"
          )
      )
    , last_success(db, "SELECT max(due) FROM run WHERE policy = ?1 AND good = 1 AND due <= ?2")
    , ids_of_points(
          db,
          std::string("SELECT backup FROM copy INDEXED BY copy_kept WHERE policy = ?1 AND ") +
              kept_condition
      )
    , newest_export(
          db,
          "SELECT max(due) FROM copy INDEXED BY copy_done"
          " WHERE policy = ?1 AND instance = ?2 AND kind = 'export' AND due <= ?3"
          " AND state = 'done' AND code = '' AND account = ?4 AND region = ?5 AND bucket = ?6"
      )
    , ids_with_images_at(
          db, copies_at("kind IN ('image', 'replica') AND (state <> 'failed' OR image <> '')")
      )
    , ids_with_exports_at(
          db, copies_at("kind = 'export' AND (state <> 'failed' OR objects <> '[]')")
      )
    , backups_due(
          db,
          select(
              backup_columns, "backup WHERE instance = ?1 AND policy = ?2 AND due = ?3 ORDER BY id"
          )
      )
    , places(
          db,
          "SELECT DISTINCT account, region FROM copy WHERE state IN ('done', 'deleting', 'lost')"
          " ORDER BY account, region"
      ) {}

}  // namespace cvmbackup
