#include "engine/engine.hpp"

#include "engine/crew.hpp"
#include "rules/calendar.hpp"

#include <algorithm>
#include <limits>

namespace cvmbackup {

namespace {

Failure refusal(const char* code, std::string text) {
    return Failure{Remedy::give_up, code, std::move(text), ""};
}

Failure no_policy(const PolicyName& name) {
    return refusal(command_code::not_found, "there is no policy '" + name.text() + "'");
}

}  // namespace

Engine::Engine(
    boost::asio::any_io_executor executor,
    Clock& clock,
    Cloud& cloud,
    Catalog& catalog,
    Observer& observer,
    Settings settings,
    EngineOptions options
)
    : executor_(executor)
    , clock_(clock)
    , catalog_(catalog)
    , observer_(observer)
    , options_(std::move(options))
    , alarms_(executor, clock)
    , time_(clock, observer, options_.clock_speed)
    , quota_(clock, cloud, observer)
    , steps_(executor, clock, cloud, catalog, observer, alarms_, time_, quota_)
    , runs_(executor, clock, cloud, catalog, observer, alarms_, steps_, quota_)
    , scheduler_(clock, time_, catalog, observer, scheduler_hooks())
    , brake_(clock, cloud, observer, scheduler_)
    , pruner_(clock, cloud, catalog, observer, alarms_, brake_, [this] { reconciler_.request(); })
    , reconciler_(clock, cloud, catalog, observer, alarms_, runs_, reconciler_hooks())
    , started_(clock.now()) {
    last_reload_.at = started_;
    time_.on_set([this](Duration by) { clock_set(by); });
    runs_.on_run_finished([this](const Run& run) { run_finished(run); });
    apply(std::move(settings));
}

void Engine::apply(Settings settings) {
    settings_ = std::move(settings);
    runs_.set_in_flight_max(settings_.backups_in_flight);
    runs_.set_policies(settings_.policies);
    scheduler_.set_policies(settings_.policies);
    pruner_.set_policies(settings_.policies);
    reconciler_.set_policies(settings_.policies, settings_.compare_every);
    for (const Policy& policy : settings_.policies) {
        History& history = histories_[policy.name];
        if (!history.last_run) {
            history.last_run = catalog_.last_finished_run(policy.name);
            history.last_success = catalog_.last_success(policy.name, clock_.now());
            history.matched = backups_in(history.last_run);
        }
        history.expected_interval = expected_interval(policy, clock_.now());
    }
}

std::size_t Engine::backups_in(const std::optional<Run>& run) {
    if (!run) {
        return 0;
    }
    BackupFilter filter;
    filter.run = run->id;
    filter.limit = std::numeric_limits<std::int32_t>::max();
    return catalog_.backups(filter).size();
}

void Engine::begin() {
    runs_.resume(settings_.policies);
    begin_task(executor_, scheduler_.run());
    alarms_.after(made_up_after, [this] { scheduler_.make_up(); });
    begin_task(executor_, pruner_.run());
    // Retention begins when the comparison with the cloud has ended.
    begin_task(executor_, reconciler_.run());
}

Scheduler::Hooks Engine::scheduler_hooks() {
    Scheduler::Hooks hooks;
    hooks.fire =
        [this](
            const Firing& firing, const PolicyMemory& memory, const std::vector<PassedOver>& passed
        ) { runs_.begin_run(firing, memory, passed); };
    hooks.pass = [this](const PolicyMemory& memory, const std::vector<PassedOver>& passed) {
        runs_.pass_over(memory, passed);
    };
    return hooks;
}

Reconciler::Hooks Engine::reconciler_hooks() {
    Reconciler::Hooks hooks;
    hooks.mended = [this](const std::set<PolicyName>& policies) {
        for (const PolicyName& policy : policies) {
            histories_[policy].last_run = catalog_.last_finished_run(policy);
            histories_[policy].last_success = catalog_.last_success(policy, clock_.now());
            pruner_.replan(policy);
        }
    };
    hooks.firing_seen = [this](const PolicyName& policy, Instant due, bool settled) {
        scheduler_.learn(policy, due, settled);
    };
    hooks.compared = [this] {
        scheduler_.make_up();
        pruner_.request_removed();
    };
    hooks.disagree = [this](const PolicyName& policy, const std::string& words) {
        if (find(policy) != nullptr) {
            brake_.set_disagreement(policy, words);
        }
    };
    hooks.uncompared = [this](const PolicyName& policy) { brake_.await_comparison(policy); };
    hooks.judged = [this](const PolicyName& policy, const Reconciler::Judgement& judgement) {
        if (judgement.disagreement && find(policy) != nullptr) {
            brake_.set_disagreement(policy, *judgement.disagreement);
        }
        if (judgement.all_read) {
            brake_.compared(policy);
        }
        pruner_.request(policy);
    };
    return hooks;
}

void Engine::stop(std::function<void()> idle) {
    pruner_.stop();
    reconciler_.stop();
    steps_.stop(std::move(idle));
}

void Engine::clock_set(Duration by) {
    steps_.clock_set(by);
    runs_.clock_set(by);
    scheduler_.clock_set();
    reconciler_.clock_set();
    revise_successes();
}

// What is dated ahead now was told by a clock that was wrong, and what was may count again.
void Engine::revise_successes() {
    const Instant now = clock_.now();
    for (auto& [policy, history] : histories_) {
        history.last_success = catalog_.last_success(policy, now);
    }
    for (const auto& [key, due] : catalog_.totals(Instant::max()).instance_success) {
        const auto& [policy, instance] = key;
        observer_.observe(SuccessRevised{
            policy, instance, catalog_.last_success(policy, instance, now)});
    }
}

void Engine::run_finished(const Run& run) {
    History& history = histories_[run.policy];
    history.last_run = run;
    history.last_success = catalog_.last_success(run.policy, clock_.now());
    pruner_.request(run.policy);
}

const Policy* Engine::find(const PolicyName& name) const {
    const auto found = std::ranges::find(settings_.policies, name, &Policy::name);
    return found == settings_.policies.end() ? nullptr : &*found;
}

Outcome<std::vector<Policy>> Engine::chosen(const std::optional<PolicyName>& name) const {
    if (!name) {
        return settings_.policies;
    }
    const Policy* policy = find(*name);
    if (policy == nullptr) {
        return no_policy(*name);
    }
    return std::vector<Policy>{*policy};
}

Outcome<RunId> Engine::run_now(PolicyName name, std::vector<InstanceId> instances) {
    const Policy* policy = find(name);
    if (policy == nullptr) {
        return no_policy(name);
    }
    std::ranges::sort(instances);
    const auto repeated = std::ranges::unique(instances);
    instances.erase(repeated.begin(), repeated.end());
    // Names carry the due time to the second.
    const Instant due = std::chrono::floor<std::chrono::seconds>(clock_.now());
    Firing firing{*policy, Trigger::manual, due, std::move(instances)};
    return runs_.begin_run(std::move(firing), scheduler_.memory(name), {});
}

Outcome<void> Engine::cancel(RunId job) {
    return runs_.cancel(job);
}

Outcome<void> Engine::pause(PolicyName name, std::optional<Instant> until, std::string reason) {
    if (find(name) == nullptr) {
        return no_policy(name);
    }
    const Instant now = clock_.now();
    if (until && *until <= now) {
        return refusal(
            command_code::invalid_argument,
            "the pause would end at " + to_rfc3339(*until) + ", which is not in the future"
        );
    }
    scheduler_.settle_pause(name);
    PolicyMemory memory = scheduler_.memory(name);
    memory.paused_at = now;
    memory.paused_until = until;
    memory.pause_reason = std::move(reason);
    scheduler_.remember(memory);
    observer_.observe(Notice{
        Notice::Level::info,
        "paused " + (until ? "until " + to_rfc3339(*until) : std::string("until resumed")) + ": " +
            memory.pause_reason,
        name,
        InstanceId()});
    return boost::system::in_place_value;
}

Outcome<void> Engine::resume(PolicyName name) {
    if (find(name) == nullptr) {
        return no_policy(name);
    }
    scheduler_.settle_pause(name);
    PolicyMemory memory = scheduler_.memory(name);
    // One that is over already may still be why a due time passes.
    if (memory.paused(clock_.now())) {
        memory.paused_at.reset();
        memory.paused_until.reset();
        memory.pause_reason.clear();
        scheduler_.remember(memory);
    }
    observer_.observe(Notice{Notice::Level::info, "resumed", name, InstanceId()});
    return boost::system::in_place_value;
}

Outcome<void> Engine::reload() {
    Outcome<Settings> loaded = options_.load();
    if (loaded && loaded->catalog_path != settings_.catalog_path) {
        loaded = refusal(
            command_code::bad_configuration,
            "catalog.path cannot change while the daemon runs; restart it instead"
        );
    }
    last_reload_ = SettingsReloaded{clock_.now(), loaded.has_value(), ""};
    if (!loaded) {
        last_reload_.text = loaded.error().text;
        observer_.observe(last_reload_);
        return loaded.error();
    }
    apply(*std::move(loaded));
    options_.applied(settings_);
    pruner_.request_all();
    observer_.observe(last_reload_);
    return boost::system::in_place_value;
}

DaemonStatus Engine::status() {
    DaemonStatus status;
    status.version = options_.version;
    status.now = time_.now();
    status.started = started_;
    status.clock_speed = options_.clock_speed;
    status.config_dir = settings_.config_dir;
    status.last_reload_ok = last_reload_.ok;
    status.last_reload = last_reload_.at;
    status.last_reload_text = last_reload_.text;
    status.policies = settings_.policies.size();
    status.jobs = runs_.unfinished().size();
    status.backups_in_flight = steps_.live().size();
    return status;
}

PolicyStatus Engine::status_of(const Policy& policy) const {
    PolicyStatus status;
    status.policy = policy;
    status.memory = scheduler_.memory(policy.name);
    status.paused = status.memory.paused(clock_.now());
    status.next_run = scheduler_.next(policy);
    status.matched_instances = runs_.matched(policy.name);
    status.stops = brake_.stops(policy.name);
    if (const auto history = histories_.find(policy.name); history != histories_.end()) {
        status.last_run = history->second.last_run;
        status.last_success = history->second.last_success;
        status.expected_interval = history->second.expected_interval;
        if (status.matched_instances == 0) {
            status.matched_instances = history->second.matched;
        }
    }
    for (const auto& [id, run] : runs_.unfinished()) {
        if (run.policy == policy.name) {
            status.running = id;
        }
    }
    return status;
}

std::vector<PolicyStatus> Engine::policies() {
    std::vector<PolicyStatus> statuses;
    for (const Policy& policy : settings_.policies) {
        statuses.push_back(status_of(policy));
    }
    return statuses;
}

Outcome<PolicyStatus> Engine::policy(PolicyName name) {
    const Policy* policy = find(name);
    if (policy == nullptr) {
        return no_policy(name);
    }
    return status_of(*policy);
}

std::vector<JobStatus> Engine::jobs() {
    std::vector<JobStatus> jobs;
    for (const auto& [id, run] : runs_.unfinished()) {
        jobs.push_back(runs_.job(run));
    }
    return jobs;
}

Outcome<JobStatus> Engine::job(RunId id) {
    const auto unfinished = runs_.unfinished().find(id);
    if (unfinished != runs_.unfinished().end()) {
        return runs_.job(unfinished->second);
    }
    const std::optional<Run> run = catalog_.run(id);
    if (!run) {
        return refusal(command_code::not_found, "there is no job " + std::to_string(id.value()));
    }
    JobStatus status;
    status.run = *run;
    BackupFilter filter;
    filter.run = id;
    filter.limit = std::numeric_limits<std::int32_t>::max();
    for (const Backup& backup : catalog_.backups(filter)) {
        status.total += 1;
        status.ended[backup.result.value_or(Result::failed)] += 1;
    }
    return status;
}

std::vector<Run> Engine::runs(std::optional<PolicyName> policy, std::size_t limit) {
    return catalog_.runs(std::move(policy), limit);
}

std::vector<Backup> Engine::backups(const BackupFilter& filter) {
    return catalog_.backups(filter);
}

Outcome<Backup> Engine::backup(BackupId id) {
    std::optional<Backup> backup = catalog_.backup(id);
    if (!backup) {
        return refusal(
            command_code::not_found,
            "there is no backup or recovery point " + std::to_string(id.value())
        );
    }
    return *std::move(backup);
}

Outcome<std::vector<CalendarEntry>> Engine::calendar(
    std::optional<PolicyName> policy, std::size_t count
) {
    const Outcome<std::vector<Policy>> policies = chosen(policy);
    if (!policies) {
        return policies.error();
    }
    std::vector<CalendarEntry> entries;
    for (const Policy& each : *policies) {
        std::optional<Instant> at = clock_.now();
        for (std::size_t i = 0; i < count && at; ++i) {
            at = next_firing(each, *at);
            if (at) {
                entries.push_back(CalendarEntry{each.name, *at, each.zone});
            }
        }
    }
    std::ranges::stable_sort(entries, {}, &CalendarEntry::at);
    return entries;
}

}  // namespace cvmbackup
