// The daemon's present state as plain values: one shape for bus, client, metrics and tests.
#pragma once

#include "model/backup.hpp"
#include "model/plan.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cvmbackup {

struct PolicyStatus {
    Policy policy;
    PolicyMemory memory;
    bool paused = false;
    std::optional<Instant> next_run;
    std::optional<Run> last_run;          // the newest that is finished
    std::optional<Instant> last_success;  // due time of the newest good run
    std::optional<RunId> running;         // the newest unfinished
    std::optional<Duration> expected_interval;
    std::size_t matched_instances = 0;  // at the last firing
    std::vector<BrakeStop> stops;       // why its deletions wait for a person
};

// One copy being made, for progress displays.
struct StepStatus {
    BackupId backup;
    InstanceId instance;
    std::string instance_name;
    CopyKind kind = CopyKind::image;
    Place place;
    CopyState state = CopyState::planned;
    std::optional<int> percent;  // from the cloud, where it tells
    std::optional<Instant> begun;
    std::optional<Instant> expected_end;
    std::string text;  // what it waits for, or why it ended
};

struct JobStatus {
    Run run;
    std::size_t total = 0;  // backups in the run
    std::map<Result, std::size_t> ended;
    std::vector<StepStatus> steps;  // of the unfinished backups
};

struct CalendarEntry {
    PolicyName policy;
    Instant at{};
    ZoneName zone;
};

struct DaemonStatus {
    std::string version;
    Instant now{};
    Instant started{};
    double clock_speed = 1.0;  // other than 1: a scaled clock, for demos and tests only
    std::string config_dir;
    bool last_reload_ok = true;
    Instant last_reload{};
    std::string last_reload_text;
    std::size_t policies = 0;
    std::size_t jobs = 0;
    std::size_t backups_in_flight = 0;
};

}  // namespace cvmbackup
