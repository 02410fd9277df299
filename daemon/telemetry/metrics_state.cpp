#include "telemetry/metrics_state.hpp"

#include <algorithm>
#include <array>

namespace cvmbackup {

namespace {

constexpr std::array all_results{
    Result::ok, Result::partial, Result::failed, Result::skipped, Result::cancelled};

}  // namespace

// What the state says about the making of the copy; nothing while it is being made.
std::optional<Result> step_result(CopyState state) {
    switch (state) {
        case CopyState::done:
        case CopyState::deleting:
        case CopyState::deleted:
        case CopyState::lost:
            return Result::ok;
        case CopyState::failed:
            return Result::failed;
        case CopyState::skipped:
            return Result::skipped;
        case CopyState::cancelled:
            return Result::cancelled;
        case CopyState::planned:
        case CopyState::intended:
        case CopyState::accepted:
            break;
    }
    return std::nullopt;
}

bool is_being_made(CopyState state) {
    return state == CopyState::intended || state == CopyState::accepted;
}

const std::string& BoundedWords::admit(const std::string& word) {
    constexpr std::size_t words_max = 64;
    const bool fits = known_.size() < words_max || known_.contains(word);
    if (!fits || !is_plain(word)) {
        return other_;
    }
    return *known_.insert(word).first;
}

bool BoundedWords::is_plain(const std::string& word) {
    return !word.empty() && word.size() <= 100 && std::ranges::all_of(word, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '.' || c == '_' || c == '-' || c == ':';
    });
}

void Metrics::State::show(const PolicyStatus& status) {
    const std::string& name = status.policy.name.text();
    shown.insert(name);
    begin_at_zero(status.policy);
    last_success.at({name}) = status.last_success ? metric_seconds(*status.last_success) : 0;
    last_run.at({name}) = 0;
    if (status.last_run) {
        remember_run(*status.last_run);
    }
    if (status.next_run) {
        next_run.at({name}) = metric_seconds(*status.next_run);
    }
    if (status.expected_interval) {
        expected_interval.at({name}) = metric_seconds(*status.expected_interval);
    }
    if (status.policy.rpo) {
        rpo.at({name}) = metric_seconds(*status.policy.rpo);
    }
    paused.at({name}) = status.paused ? 1 : 0;
    matched.at({name}) = static_cast<double>(status.matched_instances);
}

void Metrics::State::begin_at_zero(const Policy& policy) {
    for (const Result result : all_results) {
        runs.at({policy.name.text(), to_text(result)});
        backups.at({policy.name.text(), to_text(result)});
        last_result.at({policy.name.text(), to_text(result)});
    }
    for (const BrakeReason reason : all_brake_reasons) {
        brake.at({policy.name.text(), to_text(reason)});
    }
    begin_place_at_zero(policy, CopyKind::image, policy.region);
    for (const ReplicaTarget& replica : policy.replicas) {
        begin_place_at_zero(policy, CopyKind::replica, replica.region);
    }
    if (policy.exported) {
        begin_place_at_zero(policy, CopyKind::exported, policy.region);
    }
}

void Metrics::State::begin_place_at_zero(
    const Policy& policy, CopyKind kind, const Region& region
) {
    points.at({policy.name.text(), to_text(kind), region.text()});
    bytes.at({policy.name.text(), to_text(kind), region.text()});
}

void Metrics::State::remember_run(const Run& run) {
    const std::string& name = run.policy.text();
    last_run.at({name}) = metric_seconds(run.due);
    for (const Result result : all_results) {
        last_result.at({name, to_text(result)}) = run.result == result ? 1 : 0;
    }
}

void Metrics::State::count(const RunFinished& fact) {
    const Run& run = fact.run;
    if (!run.result) {
        return;
    }
    runs.at({run.policy.text(), to_text(*run.result)}) += 1;
    remember_run(run);
    if (run.good) {
        double& success = last_success.at({run.policy.text()});
        success = std::max(success, metric_seconds(run.due));
    }
}

// Nothing ran: the last run stays what it was.
void Metrics::State::count(const TimesPassed& fact) {
    if (fact.is_new) {
        runs.at({fact.run.policy.text(), to_text(Result::skipped)}) += 1;
    }
}

void Metrics::State::count(const BackupFinished& fact) {
    const Backup& backup = fact.backup;
    if (!backup.result) {
        return;
    }
    backups.at({backup.policy.text(), to_text(*backup.result)}) += 1;
    // One that a wrong clock dated ahead would be the newest until that day.
    const bool counts = backup.good && backup.due <= backup.finished;
    if (counts && BoundedWords::is_plain(backup.instance.text())) {
        double& success = instance_success.at({backup.policy.text(), backup.instance.text()});
        success = std::max(success, metric_seconds(backup.due));
    }
}

void Metrics::State::count(const CopyChanged& fact) {
    const Copy& copy = fact.copy;
    const std::string kind = to_text(copy.kind);
    in_progress.at({kind}) += is_being_made(copy.state) ? 1 : 0;
    in_progress.at({kind}) -= is_being_made(fact.before) ? 1 : 0;

    const std::optional<Result> result = step_result(copy.state);
    if (in_flight(fact.before) && result) {
        steps.at({kind, to_text(*result)}) += 1;
        quarantined.at({kind}) += copy.quarantined ? 1 : 0;
    }
    if (in_flight(fact.before) && copy.state == CopyState::done && copy.intended_at &&
        copy.settled_at) {
        step_duration.observe(kind, metric_seconds(*copy.settled_at - *copy.intended_at));
    }

    const int more =
        (copy.state == CopyState::done ? 1 : 0) - (fact.before == CopyState::done ? 1 : 0);
    const LabelValues place{fact.policy.text(), kind, copy.place.region.text()};
    points.at(place) += more;
    bytes.at(place) += more * static_cast<double>(copy.size_gib) * metric_bytes_per_gib;

    if (copy.state == CopyState::deleted && fact.before != CopyState::deleted) {
        deletions.at({kind, to_text(Result::ok)}) += 1;
    } else if (fact.before == CopyState::deleting && !copy.reason.empty()) {
        deletions.at({kind, to_text(Result::failed)}) += 1;
    }
}

void Metrics::State::count(const RetentionPassed& fact) {
    retention.at({}) = metric_seconds(fact.at);
}

void Metrics::State::count(const BrakeChanged& fact) {
    for (const BrakeReason reason : all_brake_reasons) {
        brake.at({fact.policy.text(), to_text(reason)}) = 0;
    }
    for (const BrakeStop& stop : fact.stops) {
        brake.at({fact.policy.text(), to_text(stop.reason)}) = 1;
    }
}

void Metrics::State::count(const Reconciled& fact) {
    for (const FindingKind kind : all_finding_kinds) {
        findings.at({to_text(kind)}) =
            static_cast<double>(std::ranges::count(fact.pass.findings, kind, &Finding::kind));
    }
    if (fact.pass.troubles.empty()) {
        // What was left alone was read after the pass over all places had begun.
        const bool whole = fact.pass.left_alone.empty();
        reconciled.at({}) = metric_seconds(whole ? fact.pass.ended : fact.pass.begun);
    }
}

void Metrics::State::count(const SuccessRevised& fact) {
    if (BoundedWords::is_plain(fact.instance.text())) {
        instance_success.at({fact.policy.text(), fact.instance.text()}) =
            fact.last_success ? metric_seconds(*fact.last_success) : 0;
    }
}

void Metrics::State::count(const ApiAnswered& fact) {
    requests.at({fact.action, fact.region.text(), codes.admit(fact.code)}) += 1;
    request_duration.observe(fact.action, metric_seconds(fact.took));
    throttled.at({fact.action}) += metric_seconds(fact.throttled);
}

void Metrics::State::count(const QuotaSeen& fact) {
    const LabelValues place{fact.place.account.text(), fact.place.region.text()};
    quota.at(place) = fact.limit;
    quota_used.at(place) = fact.used;
}

void Metrics::State::count(const ClockSet& fact) {
    clock_jumps.at({fact.by > Duration::zero() ? "forward" : "back"}) += 1;
}

void Metrics::State::count(const CloudTimeSeen& fact) {
    cloud_ahead.at({fact.account.text()}) = metric_seconds(fact.ahead);
}

void Metrics::State::count(const BreakerChanged& fact) {
    const LabelValues call{fact.place.account.text(), fact.place.region.text(), fact.action};
    breaker_open.at(call) = fact.open ? 1 : 0;
}

void Metrics::State::count(const SettingsReloaded& fact) {
    reload_ok.at({}) = fact.ok ? 1 : 0;
    if (fact.ok) {
        reload_time.at({}) = metric_seconds(fact.at);
    }
}

}  // namespace cvmbackup
