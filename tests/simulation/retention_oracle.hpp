// Retention as the documentation states it, worked out apart from the daemon's: for each copy, rule
// by rule, straight from the sentences. Slow and simple.
#pragma once

#include "model/backup.hpp"
#include "model/policy.hpp"

#include <set>
#include <vector>

namespace cvmbackup::simulation {

struct Retained {
    std::set<CopyId> kept;
    std::set<CopyId> only_by_min_good;
    std::set<CopyId> only_by_pin;
};

// What the policy still needs of its finished backups; the rest may go.
Retained retained(
    const Policy& policy,
    const std::vector<Backup>& points,
    const std::set<BackupId>& pinned,
    Instant now
);

}  // namespace cvmbackup::simulation
