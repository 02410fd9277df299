// The commands about what is kept: pin, unpin, plan, apply.
#include "engine/engine.hpp"

#include <algorithm>

namespace cvmbackup {

namespace {

Failure refusal(const char* code, std::string text) {
    return Failure{Remedy::give_up, code, std::move(text), ""};
}

bool is_there(const Copy& copy) {
    return copy.state == CopyState::done;
}

}  // namespace

Outcome<void> Engine::pin(BackupId id, std::optional<Instant> until, std::string reason) {
    const Instant now = clock_.now();
    if (until && *until <= now) {
        return refusal(
            command_code::invalid_argument,
            "the pin would end at " + to_rfc3339(*until) + ", which is not in the future"
        );
    }
    const Outcome<Backup> found = backup(id);
    if (!found) {
        return found.error();
    }
    const std::string name = std::to_string(id.value());
    if (found->state != BackupState::finished) {
        return refusal(
            command_code::busy, "backup " + name + " is not finished yet; pin it when it is"
        );
    }
    if (std::ranges::none_of(found->copies, is_there)) {
        return refusal(command_code::not_found, "no copy of backup " + name + " is there any more");
    }
    Backup pinned = *found;
    pinned.pinned_at = now;
    pinned.pinned_until = until;
    pinned.pin_reason = std::move(reason);
    change_pin(
        pinned,
        "pinned " + (until ? "until " + to_rfc3339(*until) : std::string("until unpinned")) + ": " +
            pinned.pin_reason
    );
    return boost::system::in_place_value;
}

Outcome<void> Engine::unpin(BackupId id) {
    const Outcome<Backup> found = backup(id);
    if (!found) {
        return found.error();
    }
    if (found->pinned_at) {
        Backup free = *found;
        free.pinned_at.reset();
        free.pinned_until.reset();
        free.pin_reason.clear();
        change_pin(free, "unpinned");
    }
    return boost::system::in_place_value;
}

void Engine::change_pin(const Backup& backup, const std::string& what) {
    Changes changes;
    changes.backups.push_back(backup);
    catalog_.commit(changes);
    observer_.observe(Notice{
        Notice::Level::info,
        "recovery point " + std::to_string(backup.id.value()) + " is " + what,
        backup.policy,
        backup.instance});
    pruner_.replan(backup.policy);
}

Outcome<Plan> Engine::plan(std::optional<PolicyName> policy) {
    const Outcome<std::vector<Policy>> policies = chosen(policy);
    if (!policies) {
        return policies.error();
    }
    Plan plan;
    for (const Policy& each : *policies) {
        Plan part = brake_.plan(each, catalog_.points(each.name));
        std::ranges::move(part.decisions, std::back_inserter(plan.decisions));
        std::ranges::move(part.policies, std::back_inserter(plan.policies));
    }
    return plan;
}

Outcome<std::size_t> Engine::apply_plan(std::string id) {
    const PolicyName name(id.substr(0, id.find('@')));
    const Policy* policy = find(name);
    if (policy == nullptr) {
        return refusal(command_code::not_found, "there is no policy '" + name.text() + "'");
    }
    const Plan plan = brake_.plan(*policy, catalog_.points(name));
    const PolicyPlan& part = plan.policies.front();
    if (part.id != id) {
        return refusal(
            command_code::plan_changed,
            "the plan of policy " + name.text() + " is " + part.id + " now, not " + id +
                ": look at it again with `cvmbackupctl plan " + name.text() + "`"
        );
    }
    brake_.permit(plan);
    observer_.observe(Notice{
        Notice::Level::info,
        "a person agreed to delete " + std::to_string(part.expired) + " copies (plan " + id + ")",
        name,
        InstanceId()});
    pruner_.replan(name);
    return part.expired;
}

}  // namespace cvmbackup
