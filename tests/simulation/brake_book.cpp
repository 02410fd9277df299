#include "brake_book.hpp"

#include "record.hpp"

#include <algorithm>

namespace cvmbackup::simulation {

namespace {

constexpr std::size_t always_allowed = 5;

}  // namespace

void BrakeBook::planning(const PolicyName& policy) {
    const auto pass = last_pass_.find(policy);
    Judged plan;
    std::size_t made = 0;
    for (const auto& [id, seen] : copies_) {
        if (seen.policy == policy && seen.state == CopyState::done) {
            plan.there += 1;
            made += pass != last_pass_.end() && seen.complete && seen.settled > pass->second;
        }
    }
    plan.most = std::max(always_allowed, plan.there / 5) + made;
    plans_[policy] = plan;
}

void BrakeBook::agreed(const Plan& plan, const PolicyName& policy) {
    for (const Decision& decision : plan.decisions) {
        if (decision.policy == policy && !decision.keep) {
            agreed_.insert(decision.copy);
        }
    }
}

void BrakeBook::committed(const Changes& changes) {
    for (const Backup& backup : changes.backups) {
        policy_of_[backup.id] = backup.policy;
        for (const Copy& copy : backup.copies) {
            take(copy, backup.policy);
        }
    }
    for (const Copy& copy : changes.copies) {
        take(copy, policy_of_[copy.backup]);
    }
    for (const PolicyMemory& memory : changes.memories) {
        if (memory.pruned_at) {
            last_pass_[memory.policy] = *memory.pruned_at;
        }
    }
    for (const auto& [policy, plan] : plans_) {
        if (plan.decided > plan.most) {
            throw Broken{
                4,
                std::to_string(plan.decided) + " of " + std::to_string(plan.there) + " copies of " +
                    policy.text() + " are to be deleted at once, and nobody agreed"};
        }
    }
}

void BrakeBook::take(const Copy& copy, const PolicyName& policy) {
    Seen& seen = copies_[copy.id];
    const bool decided = seen.state == CopyState::done && copy.state == CopyState::deleting;
    if (decided && !agreed_.contains(copy.id)) {
        plans_[policy].decided += 1;
    }
    seen = Seen{policy, copy.state, copy.code.empty(), copy.settled_at};
    if (copy.state == CopyState::deleted) {
        copies_.erase(copy.id);
        agreed_.erase(copy.id);
    }
}

}  // namespace cvmbackup::simulation
