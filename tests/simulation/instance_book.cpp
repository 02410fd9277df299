#include "instance_book.hpp"

namespace cvmbackup::simulation {

InstanceBook::InstanceBook(const Fleet& fleet)
    : fleet_(fleet) {}

void InstanceBook::in_force(const std::vector<DrawnPolicy>& policies) {
    policies_.clear();
    for (const DrawnPolicy& drawn : policies) {
        policies_.emplace(drawn.policy.name, drawn.policy);
    }
    leave_out_changed();
}

void InstanceBook::catalog_lost(const InstanceBook* then) {
    begun_.clear();
    choosing_.clear();
    if (then != nullptr) {
        begun_ = then->begun_;
        choosing_ = then->choosing_;
    }
}

std::set<std::string> InstanceBook::selected(const PolicyName& name) const {
    std::set<std::string> selected;
    for (const auto& [id, instance] : fleet_) {
        if (selects(policies_.at(name), instance)) {
            selected.insert(id);
        }
    }
    return selected;
}

// A run that was choosing when its policy was reloaded chooses by what it was, and after a restart
// by what it is: only what both select is sure.
void InstanceBook::leave_out_changed() {
    for (auto& [id, choosing] : choosing_) {
        const auto policy = policies_.find(choosing.run.policy);
        std::erase_if(choosing.instances, [&](const std::string& instance) {
            const auto there = fleet_.find(instance);
            return there == fleet_.end() ||
                   (policy != policies_.end() && !selects(policy->second, there->second));
        });
    }
}

void InstanceBook::committed(const Changes& changes) {
    leave_out_changed();
    for (const Run& run : changes.runs) {
        // What was finished from the first was found in the cloud, or stands for times that passed.
        if (begun_.insert(run.id).second && !run.finished && policies_.contains(run.policy)) {
            choosing_.emplace(run.id, Choosing{run, selected(run.policy)});
        }
    }
    std::map<RunId, std::set<std::string>> chosen;
    for (const Backup& backup : changes.backups) {
        chosen[backup.run].insert(backup.instance.text());
    }
    for (const auto& [id, instances] : chosen) {
        if (const auto choosing = choosing_.find(id); choosing != choosing_.end()) {
            check(choosing->second, instances);
            choosing_.erase(choosing);
        }
    }
    for (const Run& run : changes.runs) {
        const auto choosing = choosing_.find(run.id);
        if (run.finished && choosing != choosing_.end()) {
            if (!tells_why_none(run)) {
                check(choosing->second, {});
            }
            choosing_.erase(choosing);
        }
    }
}

void InstanceBook::check(const Choosing& choosing, const std::set<std::string>& chosen) {
    for (const std::string& instance : choosing.instances) {
        if (!chosen.contains(instance)) {
            throw Broken{
                1,
                "run " + std::to_string(choosing.run.id.value()) + " has no backup of " + instance +
                    ", which " + choosing.run.policy.text() + " selects"};
        }
    }
}

bool InstanceBook::tells_why_none(const Run& run) const {
    if (run.result != Result::failed) {
        return false;
    }
    const bool was_by_hand = run.trigger == Trigger::manual;
    return run.note.starts_with("cannot list the instances") ||
           (was_by_hand && run.note.starts_with("the daemon stopped before")) ||
           (!policies_.contains(run.policy) && run.note.starts_with("the policy was removed"));
}

}  // namespace cvmbackup::simulation
