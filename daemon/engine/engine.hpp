// Builds the engine's rooms around the ports and answers commands. It owns no socket, file or
// thread: it sleeps and acts through the ports only, so that a simulated crash can destroy the
// io_context under it.
#pragma once

#include "engine/alarms.hpp"
#include "engine/commands.hpp"
#include "engine/pruner.hpp"
#include "engine/reconciler.hpp"
#include "engine/run_keeper.hpp"
#include "engine/scheduler.hpp"
#include "engine/step_runner.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace cvmbackup {

struct EngineOptions {
    std::string version;
    double clock_speed = 1.0;
    // Reads the configuration; a failure's text holds all problems.
    std::function<Outcome<Settings>()> load;
    // The new settings are in force: accounts and endpoints may have changed.
    std::function<void(const Settings&)> applied;
};

class Engine : public Commands {
public:
    Engine(
        boost::asio::any_io_executor executor,
        Clock& clock,
        Cloud& cloud,
        Catalog& catalog,
        Observer& observer,
        Settings settings,
        EngineOptions options
    );

    void begin();  // goes on where the catalog says, then keeps the schedules
    // Begins nothing new; `idle` is called when no changing call is under way.
    void stop(std::function<void()> idle);

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

    std::uint64_t verify() override { return reconciler_.request(); }

    const Reconciliation& reconciliation() override { return reconciler_.last(); }

    Outcome<std::vector<CalendarEntry>> calendar(
        std::optional<PolicyName> policy, std::size_t count
    ) override;

private:
    struct History {
        std::optional<Run> last_run;
        std::optional<Instant> last_success;
        std::optional<Duration> expected_interval;
        std::size_t matched = 0;  // in the newest run before this start
    };

    void apply(Settings settings);
    Scheduler::Hooks scheduler_hooks();
    Reconciler::Hooks reconciler_hooks();
    std::size_t backups_in(const std::optional<Run>& run);
    void clock_set(Duration by);
    void revise_successes();
    void run_finished(const Run& run);
    const Policy* find(const PolicyName& name) const;
    Outcome<std::vector<Policy>> chosen(const std::optional<PolicyName>& name) const;
    void change_pin(const Backup& backup, const std::string& what);
    PolicyStatus status_of(const Policy& policy) const;

    boost::asio::any_io_executor executor_;
    Clock& clock_;
    Catalog& catalog_;
    Observer& observer_;
    EngineOptions options_;
    Settings settings_;
    Alarms alarms_;
    Timekeeper time_;
    QuotaGate quota_;
    StepRunner steps_;
    RunKeeper runs_;
    Scheduler scheduler_;
    BrakeKeeper brake_;
    Pruner pruner_;
    Reconciler reconciler_;
    std::map<PolicyName, History> histories_;
    Instant started_;
    SettingsReloaded last_reload_;
};

}  // namespace cvmbackup
