#include "rules/backup_plan.hpp"

#include "rules/exportable.hpp"
#include "rules/image_name.hpp"

#include <algorithm>

namespace cvmbackup {

namespace {

void skip(Copy& copy, const std::string& reason, Instant now) {
    copy.state = CopyState::skipped;
    copy.code = "NotPossible";
    copy.reason = reason;
    copy.settled_at = now;
}

Copy source_image(const Backup& backup) {
    Copy copy;
    copy.kind = CopyKind::image;
    copy.place = backup.place;
    copy.name = image_name(backup.policy, backup.instance, backup.due, copy.attempt);
    return copy;
}

Copy replica(const Backup& backup, const ReplicaTarget& target) {
    Copy copy;
    copy.kind = CopyKind::replica;
    copy.place = Place{backup.place.account, target.region};
    copy.name = image_name(backup.policy, backup.instance, backup.due, copy.attempt);
    if (const auto why_not = why_not_replicable(backup)) {
        skip(copy, *why_not, backup.due);
    }
    return copy;
}

Copy exported(const Backup& backup, const ExportTarget& target) {
    Copy copy;
    copy.kind = CopyKind::exported;
    copy.place = backup.place;
    copy.bucket = target.bucket;
    copy.name = expand_prefix(
        target.prefix, backup.policy, backup.instance, backup.instance_name, backup.due
    );
    if (const auto why_not = why_not_exportable(backup)) {
        skip(copy, *why_not, backup.due);
    }
    return copy;
}

}  // namespace

Backup plan_backup(const Policy& policy, const Instance& instance, const BackupOrder& order) {
    Backup backup;
    backup.policy = policy.name;
    backup.place = Place{policy.account, policy.region};
    backup.instance = instance.id;
    backup.instance_name = instance.name;
    backup.os_name = instance.os_name;
    backup.system_disk = instance.system_disk;
    backup.power_off = policy.consistency == Consistency::power_off;
    backup.start_again = true;  // until the instance is seen off right before the call
    backup.due = order.due;
    backup.start_at = order.start_at;
    ImagedDisks imaged = imaged_disks(instance, policy.disks);
    backup.data_disks = std::move(imaged.disks);
    backup.reasons = std::move(imaged.notes);
    backup.copies.push_back(source_image(backup));
    for (const ReplicaTarget& target : policy.replicas) {
        backup.copies.push_back(replica(backup, target));
    }
    if (policy.exported && order.with_export) {
        backup.format = policy.exported->format;
        backup.copies.push_back(exported(backup, *policy.exported));
    }
    return backup;
}

Backup unmade_backup(
    const Policy& policy, const Selected::Skipped& left_out, const BackupOrder& order
) {
    Backup backup;
    backup.policy = policy.name;
    backup.place = Place{policy.account, policy.region};
    backup.instance = left_out.instance;
    backup.instance_name = left_out.name;
    backup.due = order.due;
    backup.start_at = order.start_at;
    backup.state = BackupState::finished;
    backup.finished = order.start_at;
    backup.result = left_out.result;
    backup.impossible = left_out.impossible;
    backup.reasons.push_back(left_out.reason);
    return backup;
}

Result run_result(const std::vector<Result>& results) {
    const auto all = [&](Result wanted) {
        return std::ranges::all_of(results, [&](Result result) { return result == wanted; });
    };
    for (const Result same : {Result::skipped, Result::ok, Result::cancelled, Result::failed}) {
        if (all(same)) {
            return same;
        }
    }
    const auto made = [](Result result) {
        return result == Result::ok || result == Result::partial;
    };
    if (std::ranges::any_of(results, made)) {
        return Result::partial;
    }
    const bool failed = std::ranges::find(results, Result::failed) != results.end();
    return failed ? Result::failed : Result::cancelled;
}

}  // namespace cvmbackup
