// What the catalog says of a backup that was found in the cloud.
#include "rules/backup_plan.hpp"
#include "rules/reconcile.hpp"

#include <algorithm>

namespace cvmbackup {

namespace {

Policy policy_for(const BackupKey& key, const Place& place, const std::vector<Policy>& policies) {
    const auto found = std::ranges::find(policies, key.policy, &Policy::name);
    if (found != policies.end() && found->account == place.account) {
        return *found;
    }
    Policy removed;
    removed.name = key.policy;
    removed.account = place.account;
    removed.region = place.region;
    return removed;
}

// Of this only the number is known.
Instance instance_for(const BackupKey& key, int disks) {
    Instance instance;
    instance.id = key.instance;
    instance.system_disk.type = "CLOUD";
    for (int i = 1; i < disks; ++i) {
        Disk disk;
        disk.type = "CLOUD";
        instance.data_disks.push_back(std::move(disk));
    }
    return instance;
}

}  // namespace

// The policy's plan for it, with every copy not yet found: retention may have deleted it, or it was
// never made.
Backup backup_from_cloud(
    const BackupKey& key, int disks, const Place& place, const std::vector<Policy>& policies
) {
    Policy policy = policy_for(key, place, policies);
    policy.disks = disks > 1 ? Disks::all : Disks::system;
    const bool with_export = policy.exported && policy.exported->every == Every::backup;
    Backup backup =
        plan_backup(policy, instance_for(key, disks), BackupOrder{key.due, key.due, with_export});
    for (Copy& copy : backup.copies) {
        if (copy.state == CopyState::planned) {
            copy.state = CopyState::cancelled;
            copy.settled_at = key.due;
            copy.reason = "not in the cloud when the catalog was rebuilt";
        }
    }
    backup.start_again = false;
    backup.adopted = true;
    backup.started = key.due;
    backup.finished = key.due;
    backup.state = BackupState::finished;
    backup.reasons = {"found in the cloud; the catalog did not know it"};
    return backup;
}

}  // namespace cvmbackup
