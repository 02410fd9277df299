// Keeps runs: begins one for each firing, chooses its instances, lets its backups begin at their
// times, ends it when the last of them has ended, and goes on with all of it after a restart.
// A run is in the catalog before anything else happens for it.
#pragma once

#include "engine/alarms.hpp"
#include "engine/step_runner.hpp"
#include "model/failure.hpp"
#include "model/policy.hpp"
#include "model/status.hpp"
#include "ports/catalog.hpp"
#include "ports/clock.hpp"
#include "ports/cloud.hpp"
#include "ports/observer.hpp"
#include "rules/passed_over.hpp"
#include "rules/run_plan.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace cvmbackup {

class RunKeeper {
public:
    RunKeeper(
        boost::asio::any_io_executor executor,
        Clock& clock,
        Cloud& cloud,
        Catalog& catalog,
        Observer& observer,
        Alarms& alarms,
        StepRunner& steps,
        QuotaGate& quota
    );

    // Called after the commit that finished the run.
    void on_run_finished(std::function<void(const Run&)> callback);

    // Begins the run; `memory` is committed with it, so a firing is never acted on twice, and so
    // are the due times before it that passed without one.
    RunId begin_run(
        Firing firing, const PolicyMemory& memory, const std::vector<PassedOver>& passed
    );
    // Writes down due times that pass without a run, together with the memory.
    void pass_over(const PolicyMemory& memory, const std::vector<PassedOver>& passed);
    // Everything unfinished in the catalog. Policies are needed for runs that had not chosen yet.
    void resume(const std::vector<Policy>& policies);
    Outcome<void> cancel(RunId run);

    void clock_set(Duration by);

    void set_in_flight_max(int backups);

    void set_policies(const std::vector<Policy>& policies);

    // Numbers for what is found in the cloud.
    RunId new_run();
    CopyId new_copy();
    void give_ids(Backup& backup, RunId run);

    const std::map<RunId, Run>& unfinished() const { return runs_; }

    // Unfinished backups of the run, and how the others ended.
    JobStatus job(const Run& run) const;
    std::size_t matched(const PolicyName& policy) const;

private:
    struct Progress {
        std::map<Result, std::size_t> ended;
        std::set<BackupId> open;
        std::size_t total = 0;
        std::size_t good = 0;
        std::size_t impossible = 0;

        void admit(const Backup& backup);
        void end(const Backup& backup);
    };

    struct Return {
        BackupId backup;
        event::TimePassed event;
    };

    std::vector<TimesPassed> add_passed_to(
        Changes& changes, const PolicyName& policy, const std::vector<PassedOver>& passed
    );
    void tell_passed(const std::vector<TimesPassed>& facts, const std::vector<PassedOver>& passed);
    Task<void> choose_or_fail(Firing firing, Run run);
    Task<void> choose(Firing firing, Run run);
    Task<void> warn_of_quota(Place place, std::size_t images_to_come);
    KnownBackups known(const Policy& policy, const std::vector<Instance>& inventory) const;
    void admit(const Run& run, std::vector<Backup> backups);
    void hand_over(Backup backup);
    void go_on_with(Backup backup);
    void rest(const Backup& backup);
    void wait_over(BackupId backup, const event::TimePassed& event);
    void let_return();
    void release();
    bool has_room(const Place& place) const;
    const Policy* policy_to_obey(const Backup& backup) const;
    Instant allowed_from(const Backup& backup, Instant now) const;
    void forget_wrong_starts();
    void backup_finished(const Backup& backup);
    void finish(Run run, Result result);
    void end_if_done(RunId id);
    StepStatus step_status(const Backup& backup, const Copy& copy) const;

    boost::asio::any_io_executor executor_;
    Clock& clock_;
    Cloud& cloud_;
    Catalog& catalog_;
    Observer& observer_;
    Alarms& alarms_;
    StepRunner& steps_;
    QuotaGate& quota_;
    std::function<void(const Run&)> run_finished_;
    LastIds last_ids_;
    RunId last_before_;  // of an earlier life
    std::map<RunId, Run> runs_;
    std::map<RunId, Progress> progress_;
    std::map<BackupId, Instant> waiting_;  // when each may begin; ids are in the order of beginning
    Instant next_release_{};
    std::map<Place, std::set<BackupId>> holding_;  // begun, and more than waiting
    std::vector<Return> returning_;                // waited, and want a place again
    std::map<PolicyName, Policy> policies_;
    std::map<PolicyName, std::size_t> matched_;
    int in_flight_max_ = 0;
};

}  // namespace cvmbackup
