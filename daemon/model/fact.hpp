// What happened, told after it was committed. Observers (metrics, journal, bus) get these; nobody
// in the engine reads anything back from them.
#pragma once

#include "model/backup.hpp"
#include "model/failure.hpp"
#include "model/finding.hpp"
#include "model/plan.hpp"

#include <string>
#include <variant>

namespace cvmbackup {

struct RunStarted {
    Run run;
    std::size_t backups = 0;
    std::size_t skipped = 0;
};

struct RunFinished {
    Run run;
};

// Due times went by without a run; they are in the catalog as this one row, or were added to it.
struct TimesPassed {
    Run run;
    bool is_new = true;
};

struct BackupStarted {
    Backup backup;
};

struct BackupFinished {
    Backup backup;
};

// A copy went from one state to another.
struct CopyChanged {
    PolicyName policy;
    InstanceId instance;
    CopyState before = CopyState::planned;
    Copy copy;
};

// What stops the deletions of a policy is not what stopped them before.
struct BrakeChanged {
    PolicyName policy;
    std::vector<BrakeStop> stops;
};

struct RetentionPassed {
    Instant at{};
    std::size_t kept = 0;
    std::size_t expired = 0;
};

// Catalog and cloud were compared.
struct Reconciled {
    Reconciliation pass;
};

// Backups lost a copy or got one back: this is the truth about the instance's newest good one now.
struct SuccessRevised {
    PolicyName policy;
    InstanceId instance;
    std::optional<Instant> last_success;
};

// One answer (or failure) of the cloud, as measured by the client.
struct ApiAnswered {
    std::string action;  // "CreateImage", "cos:HeadObject"
    Region region;
    std::string code;  // "ok", or the error code
    Duration took{0};
    Duration throttled{0};  // spent waiting for the client's own limiter
};

struct QuotaSeen {
    Place place;
    int limit = 0;
    int used = 0;
};

struct SettingsReloaded {
    Instant at{};
    bool ok = true;
    std::string text;  // the first problem, if not ok
};

// Somebody set this machine's clock.
struct ClockSet {
    Duration by{0};  // forward; negative: back
};

// How far the cloud's clock is ahead of this machine's, by an answer's Date header.
struct CloudTimeSeen {
    AccountName account;
    Duration ahead{0};
};

// Calls of one action in one region fail in a row and are held back, or go again.
struct BreakerChanged {
    Place place;
    std::string action;
    bool open = false;
};

// Something an operator should read; already in plain words.
struct Notice {
    enum class Level { info, warning, error } level = Level::info;
    std::string text;
    PolicyName policy;    // where it applies
    InstanceId instance;  // where it applies
};

using Fact = std::variant<
    RunStarted,
    RunFinished,
    TimesPassed,
    BackupStarted,
    BackupFinished,
    CopyChanged,
    RetentionPassed,
    BrakeChanged,
    Reconciled,
    SuccessRevised,
    ApiAnswered,
    QuotaSeen,
    SettingsReloaded,
    ClockSet,
    CloudTimeSeen,
    BreakerChanged,
    Notice>;

}  // namespace cvmbackup
