#include "rules/run_plan.hpp"

#include "rules/backup_plan.hpp"
#include "rules/calendar.hpp"
#include "rules/selection.hpp"
#include "rules/spread.hpp"
#include "rules/zone.hpp"

#include <algorithm>
#include <set>

namespace cvmbackup {

namespace {

std::int64_t total_gib(const Backup& backup) {
    std::int64_t sum = backup.system_disk.size_gib;
    for (const Disk& disk : backup.data_disks) {
        sum += disk.size_gib;
    }
    return sum;
}

// Keeps of the selection what was asked for by name, and explains what is missing.
void restrict_to(
    const std::vector<InstanceId>& only, const std::vector<Instance>& inventory, Selected& selected
) {
    const std::set<InstanceId> wanted(only.begin(), only.end());
    std::erase_if(selected.chosen, [&](const Instance& each) { return !wanted.contains(each.id); });
    std::erase_if(selected.left_out, [&](const Selected::Skipped& each) {
        return !wanted.contains(each.instance);
    });
    for (const InstanceId& id : wanted) {
        const auto there = std::ranges::find(inventory, id, &Instance::id);
        const bool known =
            std::ranges::find(selected.chosen, id, &Instance::id) != selected.chosen.end() ||
            std::ranges::find(selected.left_out, id, &Selected::Skipped::instance) !=
                selected.left_out.end();
        if (known) {
            continue;
        }
        const bool gone = there == inventory.end();
        selected.left_out.push_back(Selected::Skipped{
            id,
            gone ? "" : there->name,
            gone ? "there is no such instance in the policy's region"
                 : "the policy does not select this instance",
            Result::failed,
            false});
    }
}

bool export_due(const Firing& firing, const InstanceId& instance, const KnownBackups& known) {
    const Policy& policy = firing.policy;
    const auto newest = known.newest_export.find(instance);
    if (!policy.exported || newest == known.newest_export.end()) {
        return true;
    }
    const Every every = policy.exported->every;
    return period_of(every, newest->second, policy.zone) !=
           period_of(every, firing.due, policy.zone);
}

}  // namespace

Instant start_of(const Policy& policy, const InstanceId& instance, Instant due, Instant now) {
    const Duration offset = spread_offset(policy.name, instance, policy.spread);
    return first_allowed(policy.deny, policy.zone, std::max(std::min(due, now) + offset, now));
}

RunPlan plan_run(
    const Firing& firing,
    const std::vector<Instance>& inventory,
    const KnownBackups& known,
    Instant now
) {
    Selected selected = select_instances(firing.policy, inventory);
    RunPlan plan;
    plan.matched = selected.chosen.size() + selected.left_out.size();
    if (!firing.only.empty()) {
        restrict_to(firing.only, inventory, selected);
    }
    const BackupOrder at_once{firing.due, now, false};
    for (const Selected::Skipped& left : selected.left_out) {
        plan.backups.push_back(unmade_backup(firing.policy, left, at_once));
    }
    for (const Instance& instance : selected.chosen) {
        if (const auto other = known.under_way.find(instance.id); other != known.under_way.end()) {
            const Selected::Skipped busy{
                instance.id,
                instance.name,
                "its previous backup (" + std::to_string(other->second.value()) +
                    ") is still under way",
                Result::skipped,
                false};
            plan.backups.push_back(unmade_backup(firing.policy, busy, at_once));
            continue;
        }
        const Instant start = firing.trigger == Trigger::manual
                                  ? now
                                  : start_of(firing.policy, instance.id, firing.due, now);
        const BackupOrder order{firing.due, start, export_due(firing, instance.id, known)};
        plan.backups.push_back(plan_backup(firing.policy, instance, order));
    }
    std::ranges::stable_sort(plan.backups, std::ranges::greater(), total_gib);
    return plan;
}

}  // namespace cvmbackup
