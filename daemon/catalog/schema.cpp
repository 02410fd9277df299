#include "catalog/schema.hpp"

#include <SQLiteCpp/Transaction.h>

#include <array>
#include <string>

namespace cvmbackup {

namespace {

// Times are microseconds since the epoch, UTC; words are those of to_text(); lists of disks,
// objects and reasons are JSON arrays. A copy repeats its backup's policy, instance and due time,
// so that the questions asked most often are answered from one index. The partial indexes repeat
// the column of their condition: without it SQLite 3.40 fetches every row to look at it.
constexpr const char* version_1 = R"(
CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    policy TEXT NOT NULL,
    cause TEXT NOT NULL,
    due INTEGER NOT NULL,
    started INTEGER NOT NULL,
    finished INTEGER,
    result TEXT,
    good INTEGER NOT NULL,
    note TEXT NOT NULL,
    passed INTEGER NOT NULL,
    passed_until INTEGER
) STRICT;
CREATE INDEX run_by_policy ON run(policy);
CREATE INDEX run_by_due ON run(policy, due);
CREATE INDEX run_by_result ON run(policy, result);
CREATE INDEX run_success ON run(policy, due, good) WHERE good = 1;
CREATE INDEX run_unfinished ON run(id) WHERE finished IS NULL;

CREATE TABLE backup (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES run(id),
    policy TEXT NOT NULL,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    instance TEXT NOT NULL,
    instance_name TEXT NOT NULL,
    os_name TEXT NOT NULL,
    data_disks TEXT NOT NULL,
    system_disk TEXT NOT NULL,
    format TEXT NOT NULL,
    power_off INTEGER NOT NULL,
    start_again INTEGER NOT NULL,
    due INTEGER NOT NULL,
    start_at INTEGER NOT NULL,
    started INTEGER,
    finished INTEGER,
    state TEXT NOT NULL,
    result TEXT,
    good INTEGER NOT NULL,
    impossible INTEGER NOT NULL,
    not_started INTEGER NOT NULL,
    cancel_requested INTEGER NOT NULL,
    adopted INTEGER NOT NULL,
    pinned_at INTEGER,
    pinned_until INTEGER,
    pin_reason TEXT NOT NULL,
    reasons TEXT NOT NULL
) STRICT;
CREATE INDEX backup_by_run ON backup(run);
CREATE INDEX backup_by_policy ON backup(policy);
CREATE INDEX backup_by_instance ON backup(instance, policy, due);
CREATE INDEX backup_by_result ON backup(result, policy);
CREATE INDEX backup_success ON backup(policy, instance, due, good) WHERE good = 1;
CREATE INDEX backup_unfinished ON backup(id) WHERE state <> 'finished';

CREATE TABLE copy (
    id INTEGER PRIMARY KEY,
    backup INTEGER NOT NULL REFERENCES backup(id),
    policy TEXT NOT NULL,
    instance TEXT NOT NULL,
    due INTEGER NOT NULL,
    kind TEXT NOT NULL,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    bucket TEXT NOT NULL,
    name TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    state TEXT NOT NULL,
    image TEXT NOT NULL,
    objects TEXT NOT NULL,
    size_gib INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    intended_at INTEGER,
    accepted_at INTEGER,
    settled_at INTEGER,
    deleted_at INTEGER,
    queued_until INTEGER,
    code TEXT NOT NULL,
    reason TEXT NOT NULL,
    request_id TEXT NOT NULL,
    quarantined INTEGER NOT NULL,
    unanswered INTEGER NOT NULL
) STRICT;
CREATE INDEX copy_by_backup ON copy(backup);
CREATE INDEX copy_by_state ON copy(state, kind, backup);
CREATE INDEX copy_done ON copy(policy, instance, kind, due, region, size_gib, state)
    WHERE state = 'done';
CREATE INDEX copy_kept ON copy(policy, backup) WHERE
    (state IN ('done', 'deleting') OR state = 'failed' AND (image <> '' OR objects <> '[]'));
CREATE INDEX copy_quarantined ON copy(kind, quarantined) WHERE quarantined = 1;

CREATE TABLE policy (
    name TEXT NOT NULL PRIMARY KEY,
    last_due INTEGER,
    known_since INTEGER,
    paused_at INTEGER,
    paused_until INTEGER,
    pause_reason TEXT NOT NULL,
    pruned_at INTEGER,
    kept INTEGER NOT NULL,
    agreed_to INTEGER NOT NULL,
    disagreement TEXT NOT NULL
) STRICT;
)";

constexpr std::array<const char*, 1> all{version_1};

}  // namespace

Migrations catalog_migrations() {
    return all;
}

int schema_version(SQLite::Database& database) {
    return database.execAndGet("PRAGMA user_version").getInt();
}

void migrate(SQLite::Database& database, Migrations migrations) {
    const auto applied = static_cast<std::size_t>(schema_version(database));
    if (applied >= migrations.size()) {
        return;
    }
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    for (std::size_t i = applied; i < migrations.size(); ++i) {
        database.exec(migrations[i]);
    }
    database.exec("PRAGMA application_id = " + std::to_string(catalog_application_id));
    database.exec("PRAGMA user_version = " + std::to_string(migrations.size()));
    transaction.commit();
}

}  // namespace cvmbackup
