// What the catalog says of a backup that was found in the cloud.
#include "rules/backup_machine.hpp"
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

bool is_short_of(const Copy& copy) {
    if (copy.code == duplicate_code) {
        return false;
    }
    switch (copy.state) {
        case CopyState::done:
            return !copy.code.empty();
        case CopyState::skipped:
            return copy.code == no_image_code;
        case CopyState::deleting:
        case CopyState::deleted:
            return false;
        default:
            return true;
    }
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
    judge_again(backup);
    return backup;
}

void judge_again(Backup& backup) {
    if (backup.copies.empty()) {
        return;
    }
    const CopyState source = backup.copies.front().state;
    const bool had_image =
        source == CopyState::done || source == CopyState::deleting || source == CopyState::deleted;
    backup.good =
        had_image && !backup.not_started && std::ranges::none_of(backup.copies, is_short_of);
    const bool has_image_now = backup.result == Result::failed && source == CopyState::done;
    if (!backup.result || backup.result == Result::ok || backup.result == Result::partial ||
        has_image_now) {
        backup.result = backup.good ? Result::ok : Result::partial;
    }
}

}  // namespace cvmbackup
