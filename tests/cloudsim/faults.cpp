#include "faults.hpp"

#include <algorithm>
#include <array>

namespace cloudsim {

bool fits_pattern(std::string_view pattern, std::string_view text) {
    if (pattern.ends_with('*')) {
        pattern.remove_suffix(1);
        return text.starts_with(pattern);
    }
    return pattern == text;
}

bool acts_on(FaultKind kind, std::string_view action) {
    static constexpr auto makers = std::to_array<std::string_view>(
        {"CreateImage",
         "SyncImages",
         "ExportImages",
         "ImportImage",
         "RunInstances",
         "CreateSnapshot",
         "CreateSnapshotGroup",
         "CopySnapshotCrossRegions"}
    );
    static constexpr auto changers = std::to_array<std::string_view>(
        {"ResetInstance", "StartInstances", "StopInstances", "TerminateInstances", "RunCommand"}
    );
    static constexpr auto readers = std::to_array<std::string_view>(
        {"DescribeImages", "DescribeInstances", "DescribeInstancesStatus"}
    );
    static constexpr auto other_lists = std::to_array<std::string_view>(
        {"DescribeSnapshots",
         "DescribeSnapshotGroups",
         "DescribeInvocationTasks",
         "DescribeAutomationAgentStatus"}
    );
    const auto is_one_of = [action](const auto&... names) {
        return ((std::ranges::find(names, action) != names.end()) || ...);
    };
    const bool is_metadata = action.starts_with("metadata:");
    switch (kind) {
        case FaultKind::stale:
            return is_one_of(readers);
        case FaultKind::page_shifts:
            return is_one_of(readers, other_lists);
        case FaultKind::task_fails:
        case FaultKind::task_hangs:
            return is_one_of(makers, changers);
        case FaultKind::task_vanishes:
            return is_one_of(makers) || action == "RunCommand";  // it is not delivered
        case FaultKind::task_done_vanishes:
            return is_one_of(makers);
        case FaultKind::instance_vanishes:
            return action == "CreateImage" || is_one_of(changers) ||
                   action.starts_with("DescribeInstances");
        case FaultKind::lost_late:
        case FaultKind::error_after:
        case FaultKind::key_revoked:
        case FaultKind::in_arrears:
        case FaultKind::wrong_request_id:
        case FaultKind::clock_off:
            return !is_metadata;
        default:
            return true;
    }
}

FaultPhase phase_of(FaultKind kind) {
    const bool is_early = kind == FaultKind::region_gone || kind == FaultKind::clock_off;
    return is_early ? FaultPhase::arrived : FaultPhase::authenticated;
}

bool FaultPlan::is_in_window(const Fault& fault, Instant now) const {
    const Duration age = now - first_request_.value_or(now);
    return (!fault.from || now >= *fault.from) && (!fault.until || now < *fault.until) &&
           (!fault.after || age >= *fault.after) && (!fault.before || age < *fault.before);
}

bool FaultPlan::matches(const Fault& fault, const FaultSubject& subject, Instant now) const {
    const bool is_at_its_gate =
        fault.kind == FaultKind::region_gone && fault.region == subject.access_region;
    return fits_pattern(fault.action, subject.action) && acts_on(fault.kind, subject.action) &&
           (fault.account.empty() || fault.account == subject.account) &&
           (fault.region.empty() || fault.region == subject.region || is_at_its_gate) &&
           is_in_window(fault, now);
}

std::optional<Fault> FaultPlan::strike(
    FaultPhase phase, const FaultSubject& subject, Instant now, Chance& chance
) {
    first_request_ = first_request_.value_or(now);
    std::optional<Fault> struck;
    for (Armed& armed : faults_) {
        if (phase_of(armed.fault.kind) != phase || !matches(armed.fault, subject, now)) {
            continue;
        }
        armed.seen += 1;
        const auto& nth = armed.fault.nth;
        const bool hits = nth.empty() ? chance.fraction() < armed.fault.probability
                                      : std::ranges::find(nth, armed.seen) != nth.end();
        const bool is_spent = armed.fault.times && armed.struck >= *armed.fault.times;
        if (hits && !is_spent && !struck) {
            armed.struck += 1;
            struck = armed.fault;
        }
    }
    return struck;
}

Duration FaultPlan::longest_lag() const {
    Duration longest{0};
    for (const Armed& armed : faults_) {
        if (armed.fault.kind == FaultKind::stale) {
            longest = std::max(longest, armed.fault.delay);
        }
    }
    return longest;
}

std::vector<std::string> FaultPlan::gone_regions(const FaultSubject& subject, Instant now) const {
    std::vector<std::string> regions;
    for (const auto& [fault, seen, struck] : faults_) {
        const bool strikes_always = fault.nth.empty() && fault.probability >= 1.0 && !fault.times;
        const bool fits = fits_pattern(fault.action, subject.action) &&
                          (fault.account.empty() || fault.account == subject.account);
        if (fault.kind == FaultKind::region_gone && strikes_always && fits &&
            is_in_window(fault, now)) {
            regions.push_back(fault.region);
        }
    }
    return regions;
}

}  // namespace cloudsim
