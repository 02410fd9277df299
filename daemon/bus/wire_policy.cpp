// Policies as rows: their state, and what was configured for them.
#include "bus/wire.hpp"

namespace cvmbackup::bus {

namespace {

std::int64_t seconds(Duration duration) {
    return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
}

std::int64_t seconds(const std::optional<Duration>& duration) {
    return duration ? seconds(*duration) : -1;
}

template <class T>
std::vector<std::string> texts(const std::vector<T>& values) {
    std::vector<std::string> result;
    for (const T& value : values) {
        if constexpr (requires { value.text(); }) {
            result.push_back(value.text());
        } else {
            result.push_back(value.text);
        }
    }
    return result;
}

std::string every_word(Every every) {
    switch (every) {
        case Every::backup:
            return "backup";
        case Every::day:
            return "daily";
        case Every::week:
            return "weekly";
        case Every::month:
            return "monthly";
        case Every::year:
            return "yearly";
    }
    return "";
}

std::string catch_up_words(const CatchUp& catch_up) {
    switch (catch_up.mode) {
        case CatchUp::Mode::none:
            return "none";
        case CatchUp::Mode::always:
            return "always";
        case CatchUp::Mode::within:
            return to_text(catch_up.window);
    }
    return "";
}

Dict keep_row(const Keep& keep) {
    return {
        {"last", std::int64_t{keep.last}},
        {"daily", std::int64_t{keep.daily}},
        {"weekly", std::int64_t{keep.weekly}},
        {"monthly", std::int64_t{keep.monthly}},
        {"yearly", std::int64_t{keep.yearly}},
        {"within_seconds", seconds(keep.within)},
        {"min_good", std::int64_t{keep.min_good}},
    };
}

Dict criteria_row(const Criteria& criteria) {
    std::vector<std::string> tags;
    for (const auto& [key, values] : criteria.tags) {
        for (const std::string& value : values) {
            tags.push_back(key + "=" + value);
        }
    }
    return {
        {"tags", tags},
        {"instances", texts(criteria.instances)},
        {"names", criteria.names},
        {"zones", criteria.zones},
    };
}

Dict target_row(CopyKind kind, const Region& region, const Keep& keep) {
    return {
        {"kind", std::string(to_text(kind))},
        {"region", region.text()},
        {"bucket", std::string()},
        {"prefix", std::string()},
        {"format", std::string()},
        {"every", every_word(Every::backup)},
        {"keep", keep_row(keep)},
    };
}

Rows target_rows(const Policy& policy) {
    Rows targets;
    targets.push_back(target_row(CopyKind::image, policy.region, policy.keep));
    for (const ReplicaTarget& replica : policy.replicas) {
        targets.push_back(target_row(CopyKind::replica, replica.region, replica.keep));
    }
    if (policy.exported) {
        const ExportTarget& target = *policy.exported;
        Dict row = target_row(CopyKind::exported, policy.region, target.keep);
        row["bucket"] = target.bucket.text();
        row["prefix"] = target.prefix;
        row["format"] = std::string(to_text(target.format));
        row["every"] = every_word(target.every);
        targets.push_back(std::move(row));
    }
    return targets;
}

}  // namespace

bool rpo_missed(const PolicyStatus& status, Instant now) {
    const auto since = status.last_success ? status.last_success : status.memory.known_since;
    return status.policy.rpo && since && now - *since > *status.policy.rpo;
}

Dict to_wire(const PolicyStatus& status, Instant now) {
    const std::optional<Run>& last = status.last_run;
    const bool paused = status.paused;
    return {
        {"name", status.policy.name.text()},
        {"account", status.policy.account.text()},
        {"region", status.policy.region.text()},
        {"schedule", texts(status.policy.schedule)},
        {"zone", status.policy.zone.text()},
        {"paused", paused},
        {"paused_at_usec", paused ? usec(status.memory.paused_at) : 0},
        {"paused_until_usec", paused ? usec(status.memory.paused_until) : 0},
        {"pause_reason", paused ? status.memory.pause_reason : std::string()},
        {"stops", stop_words(status.stops)},
        {"next_run_usec", usec(status.next_run)},
        {"last_run_id", last ? last->id.value() : std::int64_t{-1}},
        {"last_run_usec", last ? usec(last->due) : 0},
        {"last_result", last && last->result ? std::string(to_text(*last->result)) : ""},
        {"last_note", last ? last->note : std::string()},
        {"last_success_usec", usec(status.last_success)},
        {"running_job", status.running ? status.running->value() : std::int64_t{-1}},
        {"expected_interval_seconds", seconds(status.expected_interval)},
        {"rpo_seconds", seconds(status.policy.rpo)},
        {"rpo_missed", rpo_missed(status, now)},
        {"matched_instances", std::uint64_t{status.matched_instances}},
    };
}

Dict details(const PolicyStatus& status, Instant now) {
    const Policy& policy = status.policy;
    Dict row = to_wire(status, now);
    row.emplace("file", policy.file);
    row.emplace("select", criteria_row(policy.select.include));
    row.emplace("exclude", criteria_row(policy.select.exclude));
    row.emplace("spread_seconds", seconds(policy.spread));
    row.emplace("catch_up", catch_up_words(policy.catch_up));
    row.emplace("deny", texts(policy.deny));
    row.emplace("disks", std::string(to_text(policy.disks)));
    row.emplace("consistency", std::string(to_text(policy.consistency)));
    row.emplace("targets", target_rows(policy));
    return row;
}

}  // namespace cvmbackup::bus
