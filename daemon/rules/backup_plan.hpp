// From a policy and one instance to the backup that is to be made: every copy asked for is there,
// those that cannot be made already as `skipped` with the reason. Ids are the caller's to fill in.
#pragma once

#include "model/backup.hpp"
#include "rules/selection.hpp"

#include <string>
#include <vector>

namespace cvmbackup {

struct BackupOrder {
    Instant due{};
    Instant start_at{};
    bool with_export = true;  // false: the policy's `every` does not ask for one this time
};

Backup plan_backup(const Policy& policy, const Instance& instance, const BackupOrder& order);

// A backup that will not be made, recorded so that nobody has to wonder.
Backup unmade_backup(
    const Policy& policy, const Selected::Skipped& left_out, const BackupOrder& order
);

// What a run's backups amount to.
Result run_result(const std::vector<Result>& results);

}  // namespace cvmbackup
