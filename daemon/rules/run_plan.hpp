// From a firing and the inventory to the backups of a run, each complete: chosen or left out with
// its reason, its start time, its copies. Longest first, because what takes long should not begin
// last. Ids are the caller's to fill in.
#pragma once

#include "model/backup.hpp"

#include <map>
#include <vector>

namespace cvmbackup {

struct Firing {
    Policy policy;
    Trigger trigger = Trigger::schedule;
    Instant due{};
    std::vector<InstanceId> only;  // manual runs: these of the selected instances; empty: all
};

// What the daemon knows of the policy's instances besides the inventory.
struct KnownBackups {
    std::map<InstanceId, BackupId> under_way;
    std::map<InstanceId, Instant> newest_export;  // due times of those that count
};

struct RunPlan {
    std::vector<Backup> backups;
    std::size_t matched = 0;  // instances that the policy selects, able to be imaged or not
};

// When a scheduled backup begins, by its share of the spread and outside of denied windows. A due
// time of the future is one of a clock that was set back since: it counts as now.
Instant start_of(const Policy& policy, const InstanceId& instance, Instant due, Instant now);

RunPlan plan_run(
    const Firing& firing,
    const std::vector<Instance>& inventory,
    const KnownBackups& known,
    Instant now
);

}  // namespace cvmbackup
