#include "telemetry/metrics.hpp"

#include "telemetry/metrics_state.hpp"

#include <prometheus/text_serializer.h>

#include <array>
#include <sstream>

namespace cvmbackup {

namespace {

constexpr std::array step_results{Result::ok, Result::failed, Result::skipped, Result::cancelled};
constexpr std::array all_kinds{
    CopyKind::image, CopyKind::replica, CopyKind::exported, CopyKind::share};

}  // namespace

Metrics::Metrics(std::string version, double clock_speed)
    : state_(std::make_unique<State>()) {
    state_->build_info.at({std::move(version)}) = 1;
    state_->clock_speed.at({}) = clock_speed;
    state_->clock_jumps.at({"forward"});
    state_->clock_jumps.at({"back"});
    for (const FindingKind kind : all_finding_kinds) {
        state_->findings.at({to_text(kind)});
    }
    for (const CopyKind kind : all_kinds) {
        for (const Result result : step_results) {
            state_->steps.at({to_text(kind), to_text(result)});
        }
        state_->deletions.at({to_text(kind), to_text(Result::ok)});
        state_->deletions.at({to_text(kind), to_text(Result::failed)});
        state_->in_progress.at({to_text(kind)});
        state_->quarantined.at({to_text(kind)});
        state_->step_duration.at(to_text(kind));
    }
}

Metrics::~Metrics() = default;

void Metrics::restore(const Totals& totals) {
    for (const auto& [key, number] : totals.runs) {
        state_->runs.at({key.first.text(), to_text(key.second)}) += static_cast<double>(number);
    }
    for (const auto& [key, number] : totals.backups) {
        state_->backups.at({key.first.text(), to_text(key.second)}) += static_cast<double>(number);
    }
    for (const auto& [key, number] : totals.steps) {
        const auto& [kind, copy_state] = key;
        const auto count = static_cast<double>(number);
        if (const std::optional<Result> result = step_result(copy_state)) {
            state_->steps.at({to_text(kind), to_text(*result)}) += count;
        }
        if (is_being_made(copy_state)) {
            state_->in_progress.at({to_text(kind)}) += count;
        }
        if (copy_state == CopyState::deleted) {
            state_->deletions.at({to_text(kind), to_text(Result::ok)}) += count;
        }
    }
    for (const auto& [kind, number] : totals.quarantined) {
        state_->quarantined.at({to_text(kind)}) += static_cast<double>(number);
    }
    for (const auto& [key, sum] : totals.copies) {
        const auto& [policy, kind, region] = key;
        const LabelValues place{policy.text(), to_text(kind), region.text()};
        state_->points.at(place) += static_cast<double>(sum.first);
        state_->bytes.at(place) += static_cast<double>(sum.second) * metric_bytes_per_gib;
    }
    for (const auto& [key, due] : totals.instance_success) {
        state_->instance_success.at({key.first.text(), key.second.text()}) = metric_seconds(due);
    }
}

void Metrics::set_policies(const std::vector<PolicyStatus>& policies, bool instance_metrics) {
    State& state = *state_;
    state.shown.clear();
    state.show_instances = instance_metrics;
    for (NumberFamily* family :
         {&state.last_success,
          &state.last_run,
          &state.next_run,
          &state.expected_interval,
          &state.rpo,
          &state.paused,
          &state.matched,
          &state.last_result}) {
        family->clear();
    }
    for (const PolicyStatus& status : policies) {
        state.show(status);
    }
}

void Metrics::observe(const Fact& fact) {
    std::visit([this](const auto& its) { state_->count(its); }, fact);
}

std::string Metrics::text() const {
    const State& state = *state_;
    std::vector<prometheus::MetricFamily> families;
    for (const NumberFamily* family :
         {&state.build_info,  &state.clock_speed, &state.last_success,
          &state.last_run,    &state.next_run,    &state.expected_interval,
          &state.rpo,         &state.paused,      &state.matched,
          &state.last_result, &state.runs,        &state.backups,
          &state.steps,       &state.in_progress, &state.points,
          &state.bytes,       &state.deletions,   &state.retention,
          &state.brake,       &state.findings,    &state.reconciled,
          &state.quota,       &state.quota_used,  &state.requests,
          &state.throttled,   &state.reload_ok,   &state.reload_time,
          &state.clock_jumps, &state.cloud_ahead, &state.breaker_open,
          &state.quarantined}) {
        family->collect(state.shown, families);
    }
    if (state.show_instances) {
        state.instance_success.collect(state.shown, families);
    }
    state.step_duration.collect(families);
    state.request_duration.collect(families);
    std::ostringstream page;
    prometheus::TextSerializer().Serialize(page, families);
    return page.str();
}

}  // namespace cvmbackup
