#include "engine/brake_keeper.hpp"

#include "rules/calendar.hpp"
#include "rules/retention.hpp"

#include <algorithm>

namespace cvmbackup {

BrakeKeeper::BrakeKeeper(Clock& clock, const Cloud& cloud, Observer& observer, Scheduler& memories)
    : clock_(clock)
    , cloud_(cloud)
    , observer_(observer)
    , memories_(memories)
    , right_offset_(clock_offset()) {}

Duration BrakeKeeper::clock_offset() const {
    return clock_.now().time_since_epoch() - clock_.steady_now();
}

Plan BrakeKeeper::plan(const Policy& policy, const std::vector<Backup>& points) const {
    Plan plan = plan_retention(policy, points, clock_.now());
    BrakeInput input;
    input.now = clock_.now();
    const PolicyMemory& memory = memories_.memory(policy.name);
    input.last_pass = memory.pruned_at;
    if (memory.pruned_at) {
        input.kept_before = static_cast<std::size_t>(memory.kept);
    }
    input.agreed_to = memory.agreed_to;
    input.agreed_copies = agreed_copies_;
    input.clock_step = clock_offset() - right_offset_;
    input.cloud_ahead = cloud_.clock_ahead(policy.account).value_or(Duration(0));
    input.disagreement = memory.disagreement;
    const bool expires = std::ranges::count(plan.decisions, false, &Decision::keep) > 0;
    if (expires) {
        // Three such gaps and the newest good copy is not stale, whatever the rest of the year has.
        const std::optional<Instant> newest = newest_good(points, input.now);
        const Duration enough = newest ? (input.now - *newest) / 3 + Duration(1) : Duration::max();
        input.expected_interval = expected_interval(policy, input.now, enough);
    }
    plan.policies.push_back(judge_plan(policy, plan.decisions, points, input));
    return plan;
}

bool BrakeKeeper::is_ready(const Policy& policy) const {
    const auto waits = uncompared_.find(policy.name);
    return cloud_.clock_ahead(policy.account).has_value() &&
           (waits == uncompared_.end() || uncompared_for(policy.name) >= comparison_patience);
}

Duration BrakeKeeper::uncompared_for(const PolicyName& policy) const {
    const auto waits = uncompared_.find(policy);
    return waits == uncompared_.end() ? Duration(0) : clock_.steady_now() - waits->second;
}

bool BrakeKeeper::is_permitted(const Plan& plan) const {
    const PolicyPlan& part = plan.policies.front();
    const auto permitted = permitted_.find(part.policy);
    if (permitted == permitted_.end()) {
        return false;
    }
    const auto& [copies, reasons] = permitted->second;
    return std::ranges::all_of(
               plan.decisions,
               [&](const Decision& decision) {
                   return decision.keep || copies.contains(decision.copy);
               }
           ) &&
           std::ranges::all_of(part.stops, [&](const BrakeStop& stop) {
               return reasons.contains(stop.reason);
           });
}

bool BrakeKeeper::admits(const Plan& plan) {
    const PolicyPlan& part = plan.policies.front();
    const bool admitted = part.stops.empty() || is_permitted(plan);
    tell(part.policy, admitted ? std::vector<BrakeStop>() : part.stops);
    return admitted;
}

void BrakeKeeper::permit(const Plan& plan) {
    const PolicyPlan& part = plan.policies.front();
    Permitted permitted;
    for (const Decision& decision : plan.decisions) {
        if (!decision.keep) {
            permitted.copies.insert(decision.copy);
        }
    }
    for (const BrakeStop& stop : part.stops) {
        permitted.reasons.insert(stop.reason);
    }
    if (permitted.reasons.contains(BrakeReason::adopted)) {
        for (const CopyId copy : permitted.copies) {
            agreed_copies_[copy] = clock_.now();
        }
    }
    permitted_[part.policy] = std::move(permitted);
    if (part.agrees_to != BackupId()) {
        PolicyMemory memory = memories_.memory(part.policy);
        memory.agreed_to = part.agrees_to;
        memories_.remember(memory);
    }
    // Whoever agrees to deletions after the clock was set has seen what time it is.
    if (std::ranges::count(part.stops, BrakeReason::clock, &BrakeStop::reason) > 0) {
        right_offset_ = clock_offset();
    }
}

void BrakeKeeper::remember_pass(const PolicyPlan& plan, Instant decided) {
    PolicyMemory memory = memories_.memory(plan.policy);
    memory.pruned_at = decided;
    memory.kept = static_cast<std::int64_t>(plan.kept);
    memories_.remember(memory);
}

void BrakeKeeper::await_comparison(const PolicyName& policy) {
    uncompared_[policy] = clock_.steady_now();
}

void BrakeKeeper::set_disagreement(const PolicyName& policy, const std::string& words) {
    PolicyMemory memory = memories_.memory(policy);
    if (words != memory.disagreement) {
        memory.disagreement = words;
        memories_.remember(memory);
    }
}

const std::vector<BrakeStop>& BrakeKeeper::stops(const PolicyName& policy) const {
    static const std::vector<BrakeStop> none;
    const auto found = stops_.find(policy);
    return found == stops_.end() ? none : found->second;
}

void BrakeKeeper::tell(const PolicyName& policy, std::vector<BrakeStop> stops) {
    std::vector<BrakeStop>& known = stops_[policy];
    const bool same = std::ranges::equal(known, stops, {}, &BrakeStop::reason, &BrakeStop::reason);
    known = stops;
    if (!same) {
        observer_.observe(BrakeChanged{policy, std::move(stops)});
    }
}

}  // namespace cvmbackup
