// The one door for everybody who steers the daemon: bus and tests. Reads are answered at once from
// memory and catalog; what starts work returns at once, progress is visible in the job.
#pragma once

#include "model/fact.hpp"
#include "model/failure.hpp"
#include "model/plan.hpp"
#include "model/status.hpp"
#include "ports/catalog.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cvmbackup {

// Failure codes of commands; the bus names its errors after them (org.cvmbackup1.Error.<code>).
namespace command_code {
inline constexpr const char* not_found = "NotFound";
inline constexpr const char* busy = "Busy";
inline constexpr const char* invalid_argument = "InvalidArgument";
inline constexpr const char* bad_configuration = "BadConfiguration";
inline constexpr const char* plan_changed = "PlanChanged";
}  // namespace command_code

class Commands {
public:
    virtual ~Commands() = default;

    // All instances the policy selects, or only these. Runs even while the policy is paused.
    virtual Outcome<RunId> run_now(PolicyName policy, std::vector<InstanceId> instances) = 0;
    virtual Outcome<void> cancel(RunId job) = 0;
    virtual Outcome<void> pause(
        PolicyName policy, std::optional<Instant> until, std::string reason
    ) = 0;
    virtual Outcome<void> resume(PolicyName policy) = 0;
    // Keeps what is left of a finished backup until it is unpinned, or until then.
    virtual Outcome<void> pin(BackupId point, std::optional<Instant> until, std::string reason) = 0;
    virtual Outcome<void> unpin(BackupId point) = 0;
    // Carries out a plan that the brake stops, if it would still delete the same copies; gives
    // their number.
    virtual Outcome<std::size_t> apply_plan(std::string plan) = 0;
    // Reads the configuration again; on errors nothing changes and the text holds all of them.
    virtual Outcome<void> reload() = 0;

    virtual DaemonStatus status() = 0;
    virtual std::vector<PolicyStatus> policies() = 0;
    virtual Outcome<PolicyStatus> policy(PolicyName name) = 0;
    virtual std::vector<JobStatus> jobs() = 0;
    virtual Outcome<JobStatus> job(RunId id) = 0;  // finished runs too
    virtual std::vector<Run> runs(std::optional<PolicyName> policy, std::size_t limit) = 0;
    virtual std::vector<Backup> backups(const BackupFilter& filter) = 0;
    virtual Outcome<Backup> backup(BackupId id) = 0;
    // What retention would do now; all policies if none is named.
    virtual Outcome<Plan> plan(std::optional<PolicyName> policy) = 0;
    // Compares catalog and cloud; gives the number of the pass that begins now.
    virtual std::uint64_t verify() = 0;
    // The last pass that has ended.
    virtual const Reconciliation& reconciliation() = 0;
    // The next `count` firings per policy.
    virtual Outcome<std::vector<CalendarEntry>> calendar(
        std::optional<PolicyName> policy, std::size_t count
    ) = 0;
};

}  // namespace cvmbackup
