#include "brake_book.hpp"

#include "record.hpp"

#include <algorithm>
#include <utility>

namespace cvmbackup::simulation {

namespace {

constexpr std::size_t always_allowed = 5;
// By more than an hour, also where the cloud's answers tell a time that is off itself.
constexpr Duration surely_wrong = std::chrono::minutes(90);

}  // namespace

void BrakeBook::planning(const PolicyName& policy, Duration wrong) {
    const auto pass = needed_.find(policy);
    Judged plan;
    plan.wrong = wrong;
    for (const auto& [id, seen] : copies_) {
        plan.there += seen.policy == policy && seen.state == CopyState::done;
    }
    const bool has_grown = pass != needed_.end() && plan.there > pass->second;
    const std::size_t came = has_grown ? plan.there - pass->second : 0;
    plan.most = std::max(always_allowed, (plan.there - came) / 5) + came;
    plans_[policy] = plan;
}

bool BrakeBook::notes_new_pass(const PolicyMemory& memory) {
    return memory.pruned_at &&
           std::exchange(pruned_at_[memory.policy], memory.pruned_at) != memory.pruned_at;
}

void BrakeBook::passed(const PolicyName& policy, std::size_t needed) {
    needed_[policy] = needed;
}

void BrakeBook::agreed(const Plan& plan, const PolicyName& policy) {
    BackupId newest;
    bool asked = false;
    for (const Decision& decision : plan.decisions) {
        if (decision.policy != policy) {
            continue;
        }
        const bool anothers = may_be_anothers(decision.backup, policy);
        newest = anothers ? std::max(newest, decision.backup) : newest;
        if (!decision.keep) {
            asked = asked || anothers;
            agreed_.insert(decision.copy);
        }
    }
    if (asked) {
        agreed_to_[policy] = newest;
    }
}

bool BrakeBook::may_be_anothers(BackupId backup, const PolicyName& policy) const {
    const auto agreed = agreed_to_.find(policy);
    return found_.contains(backup) && (agreed == agreed_to_.end() || backup > agreed->second);
}

void BrakeBook::committed(const Changes& changes) {
    for (const Backup& backup : changes.backups) {
        const bool is_new = policy_of_.emplace(backup.id, backup.policy).second;
        const bool has_ended = backup.state == BackupState::finished;
        if (is_new && has_ended &&
            std::ranges::count(backup.copies, CopyState::done, &Copy::state)) {
            found_.insert(backup.id);
        }
        for (const Copy& copy : backup.copies) {
            take(copy, backup.policy);
        }
    }
    for (const Copy& copy : changes.copies) {
        take(copy, policy_of_[copy.backup]);
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
    if (decided && !agreed_.contains(copy.id) &&
        std::chrono::abs(plans_[policy].wrong) > surely_wrong) {
        throw Broken{
            4,
            copy.name + " is to be deleted by a clock that is wrong by " +
                to_text(plans_[policy].wrong) + ", and nobody agreed to that"};
    }
    const bool begins = seen.state != CopyState::deleting && copy.state == CopyState::deleting;
    if (begins && !agreed_.contains(copy.id) && may_be_anothers(copy.backup, policy)) {
        throw Broken{
            4,
            copy.name + " was found in the cloud and is to be deleted, and nobody agreed to that"};
    }
    const bool was_made = asked_for_.contains(copy.id) || found_.contains(copy.backup);
    if (decided && !agreed_.contains(copy.id) && !was_made) {
        throw Broken{
            4, copy.name + " was never asked for, is to be deleted, and nobody agreed to that"};
    }
    if (copy.state == CopyState::intended || copy.state == CopyState::accepted) {
        asked_for_.insert(copy.id);
    }
    seen = Seen{policy, copy.state};
    if (copy.state == CopyState::deleted) {
        copies_.erase(copy.id);
        asked_for_.erase(copy.id);
        agreed_.erase(copy.id);
    }
}

}  // namespace cvmbackup::simulation
