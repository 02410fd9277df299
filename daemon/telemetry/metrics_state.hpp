// What the metrics count: every family, and how a fact changes it. Private to Metrics.
#pragma once

#include "telemetry/metric_families.hpp"
#include "telemetry/metrics.hpp"

#include <cstddef>
#include <optional>
#include <set>
#include <string>

namespace cvmbackup {

inline double metric_seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

inline double metric_seconds(Instant instant) {
    return metric_seconds(instant.time_since_epoch());
}

constexpr double metric_bytes_per_gib = 1024.0 * 1024.0 * 1024.0;

// What the state says about the making of the copy; nothing while it is being made.
std::optional<Result> step_result(CopyState state);

bool is_being_made(CopyState state);

// Words that come from the cloud, made harmless as label values: few, short and printable.
class BoundedWords {
public:
    // The word itself, or "other".
    const std::string& admit(const std::string& word);

    static bool is_plain(const std::string& word);

private:
    std::set<std::string> known_;
    std::string other_ = "other";
};

inline NumberFamily gauge(
    std::string name, std::string help, std::vector<std::string> labels = {}
) {
    return {prometheus::MetricType::Gauge, "cvmbackup_" + name, std::move(help), std::move(labels)};
}

inline NumberFamily counter(std::string name, std::string help, std::vector<std::string> labels) {
    return {
        prometheus::MetricType::Counter, "cvmbackup_" + name, std::move(help), std::move(labels)};
}

struct Metrics::State {
    ShownPolicies shown;
    bool show_instances = false;
    BoundedWords codes;

    NumberFamily build_info = gauge("build_info", "1, with the version of cvmbackupd", {"version"});
    NumberFamily clock_speed =
        gauge("clock_speed", "Speed of the daemon's clock; other than 1: a demo, no real backups");

    NumberFamily last_success = gauge(
        "policy_last_success_timestamp_seconds",
        "Due time of the newest good run: nothing that can be made is missing; 0: none yet",
        {"policy"}
    );
    NumberFamily last_run = gauge(
        "policy_last_run_timestamp_seconds",
        "Due time of the newest finished run; 0: none yet",
        {"policy"}
    );
    NumberFamily next_run =
        gauge("policy_next_run_timestamp_seconds", "When the policy fires next", {"policy"});
    NumberFamily expected_interval = gauge(
        "policy_expected_interval_seconds",
        "Longest time between two firings of the schedule",
        {"policy"}
    );
    NumberFamily rpo =
        gauge("policy_rpo_seconds", "Oldest that the newest success may become", {"policy"});
    NumberFamily paused = gauge("policy_paused", "1 while the policy is paused", {"policy"});
    NumberFamily matched = gauge(
        "policy_matched_instances", "Instances the policy selected at its last firing", {"policy"}
    );
    NumberFamily last_result = gauge(
        "policy_last_result", "1 for the result of the newest finished run", {"policy", "result"}
    );
    NumberFamily instance_success = gauge(
        "instance_last_success_timestamp_seconds",
        "Due time of the instance's newest good backup",
        {"policy", "instance"}
    );

    NumberFamily runs = counter("runs_total", "Finished runs", {"policy", "result"});
    NumberFamily backups = counter("backups_total", "Finished backups", {"policy", "result"});
    NumberFamily steps =
        counter("steps_total", "Copies whose making has ended", {"step", "result"});
    NumberFamily quarantined =
        counter("steps_quarantined_total", "Copies given up after all tries and names", {"step"});
    HistogramFamily step_duration{
        "cvmbackup_step_duration_seconds",
        "From asking for a copy until it was complete",
        "step",
        {30, 60, 120, 300, 600, 900, 1200, 1800, 2700, 3600, 7200, 14400, 28800, 86400}};
    NumberFamily in_progress = gauge("steps_in_progress", "Copies being made", {"step"});
    NumberFamily points =
        gauge("recovery_points", "Complete copies that are there", {"policy", "copy", "region"});
    NumberFamily bytes = gauge(
        "copy_bytes",
        "Size of the complete copies, as the cloud counts it",
        {"policy", "copy", "region"}
    );
    NumberFamily deletions =
        counter("deletions_total", "Copies deleted, and failed attempts", {"copy", "result"});
    NumberFamily retention = gauge(
        "retention_last_success_timestamp_seconds", "When retention last decided about all copies"
    );
    NumberFamily brake = gauge(
        "retention_brake",
        "1 while the policy's deletions wait for a person, by reason",
        {"policy", "reason"}
    );
    NumberFamily findings = gauge(
        "reconcile_findings",
        "Where catalog and cloud disagreed when they were last compared",
        {"kind"}
    );
    NumberFamily reconciled = gauge(
        "reconcile_last_success_timestamp_seconds",
        "When catalog and cloud were last compared in every place"
    );
    NumberFamily quota =
        gauge("quota_images", "Custom images the account may have", {"account", "region"});
    NumberFamily quota_used =
        gauge("quota_images_used", "Custom images the account has", {"account", "region"});

    NumberFamily requests = counter(
        "api_requests_total", "Answers of the cloud, and failures", {"action", "region", "code"}
    );
    HistogramFamily request_duration{
        "cvmbackup_api_request_duration_seconds",
        "Time until the cloud answered",
        "action",
        {0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60}};
    NumberFamily throttled = counter(
        "api_throttled_seconds_total", "Time calls waited for the daemon's own limits", {"action"}
    );
    NumberFamily reload_ok = gauge(
        "config_last_reload_successful", "1 if the configuration was last read without errors"
    );
    NumberFamily reload_time = gauge(
        "config_last_reload_successful_timestamp_seconds",
        "When the configuration was last read without errors"
    );

    NumberFamily clock_jumps =
        counter("clock_jumps_total", "How often this machine's clock was set", {"direction"});

    NumberFamily cloud_ahead = gauge(
        "cloud_clock_ahead_seconds",
        "The cloud's clock minus this machine's, by the newest answer",
        {"account"}
    );
    NumberFamily breaker_open = gauge(
        "api_breaker_open",
        "1 while calls of the action are held back because they fail in a row",
        {"account", "region", "action"}
    );

    void show(const PolicyStatus& status);
    void begin_at_zero(const Policy& policy);
    void begin_place_at_zero(const Policy& policy, CopyKind kind, const Region& region);
    void remember_run(const Run& run);

    void count(const RunFinished& fact);
    void count(const TimesPassed& fact);
    void count(const BackupFinished& fact);
    void count(const CopyChanged& fact);
    void count(const RetentionPassed& fact);
    void count(const BrakeChanged& fact);
    void count(const Reconciled& fact);
    void count(const SuccessRevised& fact);
    void count(const ApiAnswered& fact);
    void count(const QuotaSeen& fact);
    void count(const SettingsReloaded& fact);
    void count(const ClockSet& fact);
    void count(const CloudTimeSeen& fact);
    void count(const BreakerChanged& fact);

    void count(const RunStarted&) {}

    void count(const BackupStarted&) {}

    void count(const Notice&) {}
};

}  // namespace cvmbackup
