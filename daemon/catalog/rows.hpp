// Model values to rows and back, column by column in the order of the *_columns lists. Every field
// comes back exactly as it went in; a word this program does not know throws std::runtime_error.
#pragma once

#include "catalog/statement.hpp"
#include "model/backup.hpp"

namespace cvmbackup {

constexpr const char* run_columns =
    "id, policy, cause, due, started, finished, result, good, note, passed, passed_until";
constexpr const char* backup_columns =
    "id, run, policy, account, region, instance, instance_name, os_name, data_disks, system_disk, "
    "format, power_off, start_again, due, start_at, started, finished, state, result, good, "
    "impossible, not_started, "
    "cancel_requested, adopted, pinned_at, pinned_until, pin_reason, reasons";
// A copy's policy, instance and due time are its backup's: see insert_copy in statements.cpp.
constexpr const char* copy_columns =
    "id, backup, kind, account, region, bucket, name, attempt, state, image, objects, size_gib, "
    "tries, intended_at, accepted_at, settled_at, deleted_at, queued_until, code, reason, "
    "request_id, quarantined, unanswered";
constexpr const char* memory_columns =
    "name, last_due, known_since, paused_at, paused_until, pause_reason, pruned_at, "
    "kept, agreed_to, disagreement";

// All parameters of a statement, from ?1 on. The row stays until the statement was executed.
void bind_row(Statement& statement, const Run& run);
void bind_row(Statement& statement, const Backup& backup);
void bind_row(Statement& statement, const Copy& copy);
void bind_row(Statement& statement, const PolicyMemory& memory);

Run read_run(const Statement& row);
Backup read_backup(const Statement& row);  // without its copies
Copy read_copy(const Statement& row);
PolicyMemory read_memory(const Statement& row);

}  // namespace cvmbackup
