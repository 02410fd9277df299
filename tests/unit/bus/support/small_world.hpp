// A small daemon in memory behind Commands: policies, runs and backups with real values, no cloud.
// Its time stands at 2027-01-04 08:00:00 UTC unless a test moves it. Facts go to its observer.
#pragma once

#include "engine/commands.hpp"
#include "ports/observer.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace cvmbackup::test {

Instant at(const std::string& rfc3339);

class SmallWorld : public Commands {
public:
    SmallWorld();

    Outcome<RunId> run_now(PolicyName policy, std::vector<InstanceId> instances) override;
    Outcome<void> cancel(RunId job) override;
    Outcome<void> pause(PolicyName policy, std::optional<Instant> until, std::string reason)
        override;
    Outcome<void> resume(PolicyName policy) override;
    Outcome<void> pin(BackupId point, std::optional<Instant> until, std::string reason) override;
    Outcome<void> unpin(BackupId point) override;
    Outcome<std::size_t> apply_plan(std::string plan) override;
    Outcome<void> reload() override;
    DaemonStatus status() override;
    std::vector<PolicyStatus> policies() override;
    Outcome<PolicyStatus> policy(PolicyName name) override;
    std::vector<JobStatus> jobs() override;
    Outcome<JobStatus> job(RunId id) override;
    std::vector<Run> runs(std::optional<PolicyName> policy, std::size_t limit) override;
    std::vector<Backup> backups(const BackupFilter& filter) override;
    Outcome<Backup> backup(BackupId id) override;
    Outcome<Plan> plan(std::optional<PolicyName> policy) override;

    std::uint64_t verify() override { return known_comparison.pass; }

    const Reconciliation& reconciliation() override { return known_comparison; }

    Outcome<std::vector<CalendarEntry>> calendar(
        std::optional<PolicyName> policy, std::size_t count
    ) override;

    // A policy named so, daily at 02:15 in Shanghai, with a replica, an export and an rpo of 26h.
    PolicyStatus& add_policy(const std::string& name);
    // A finished backup of web-1 with an image and a replica.
    Backup& add_backup(std::int64_t id, Result result);
    // The percentage of all images being made in the job.
    void make_progress(RunId job, int percent);
    void finish(RunId job, Result result);
    void tell(const Fact& fact) const;

    Observer* observer = nullptr;
    Instant now = at("2027-01-04T08:00:00Z");
    DaemonStatus daemon;
    std::map<PolicyName, PolicyStatus> known_policies;
    std::map<RunId, JobStatus> known_jobs;  // finished ones too
    std::vector<Backup> known_backups;      // newest first
    Plan known_plan;
    Reconciliation known_comparison;
    std::string reload_problem;
    bool broken = false;                      // every read of policies throws
    std::function<void(RunId)> on_job_asked;  // before each answer of job()
    std::vector<InstanceId> last_instances;   // of the last run_now
};

}  // namespace cvmbackup::test
