#include "engine/run_keeper.hpp"

#include "engine/crew.hpp"
#include "rules/backup_plan.hpp"
#include "rules/calendar.hpp"
#include "rules/selection.hpp"

#include <algorithm>
#include <limits>

namespace cvmbackup {

namespace {

// How long the instances of a run are asked for before it is given up.
constexpr Duration choose_window = std::chrono::hours(6);
constexpr Duration choose_retry_longest = std::chrono::minutes(10);

}  // namespace

RunKeeper::RunKeeper(
    boost::asio::any_io_executor executor,
    Clock& clock,
    Cloud& cloud,
    Catalog& catalog,
    Observer& observer,
    Alarms& alarms,
    StepRunner& steps,
    QuotaGate& quota
)
    : executor_(std::move(executor))
    , clock_(clock)
    , cloud_(cloud)
    , catalog_(catalog)
    , observer_(observer)
    , alarms_(alarms)
    , steps_(steps)
    , quota_(quota)
    , last_ids_(catalog.last_ids())
    , last_before_(last_ids_.run) {
    StepRunner::Hooks hooks;
    hooks.finished = [this](const Backup& backup) { backup_finished(backup); };
    hooks.rests = [this](const Backup& backup) { rest(backup); };
    hooks.wait_over = [this](BackupId backup, const event::TimePassed& event) {
        wait_over(backup, event);
    };
    steps_.report_to(std::move(hooks));
}

void RunKeeper::on_run_finished(std::function<void(const Run&)> callback) {
    run_finished_ = std::move(callback);
}

RunId RunKeeper::begin_run(
    Firing firing, const PolicyMemory& memory, const std::vector<PassedOver>& passed
) {
    Changes changes;
    const std::vector<TimesPassed> facts = add_passed_to(changes, firing.policy.name, passed);
    Run run;
    run.id = new_run();
    run.policy = firing.policy.name;
    run.trigger = firing.trigger;
    run.due = firing.due;
    run.started = clock_.now();
    changes.runs.push_back(run);
    changes.memories.push_back(memory);
    catalog_.commit(changes);
    tell_passed(facts, passed);
    runs_.emplace(run.id, run);
    begin_task(executor_, choose_or_fail(std::move(firing), run));
    return run.id;
}

// A bug that one run meets would come again after each start.
Task<void> RunKeeper::choose_or_fail(Firing firing, Run run) {
    const std::optional<std::string> trouble = co_await trouble_of(choose(std::move(firing), run));
    if (!trouble) {
        co_return;
    }
    const std::string text = "an error that nobody expected, please report it: " + *trouble;
    observer_.observe(Notice{Notice::Level::error, text, run.policy, InstanceId()});
    if (runs_.contains(run.id) && !progress_.contains(run.id)) {
        run.note = text;
        finish(run, Result::failed);
    }
}

// Reads the inventory until it is there, then commits the backups that follow from it.
Task<void> RunKeeper::choose(Firing firing, Run run) {
    const Place place{firing.policy.account, firing.policy.region};
    InstanceQuery query = query_for(firing.policy.select);
    if (!firing.only.empty() && firing.only.size() <= ids_per_call) {
        query = InstanceQuery{firing.only, {}};
    }
    const Duration give_up_at = clock_.steady_now() + choose_window;
    Duration pause = std::chrono::seconds(15);
    while (true) {
        const Outcome<std::vector<Instance>> inventory = co_await cloud_.instances(place, query);
        if (inventory) {
            const Policy& policy = firing.policy;
            RunPlan plan = plan_run(firing, *inventory, known(policy, *inventory), clock_.now());
            matched_[policy.name] = firing.only.empty() ? plan.matched : matched(policy.name);
            for (Backup& backup : plan.backups) {
                give_ids(backup, run.id);
            }
            admit(run, std::move(plan.backups));
            break;
        }
        run.note = "cannot list the instances of " + place.region.text() + " (account " +
                   place.account.text() + "): " + inventory.error().text;
        runs_.at(run.id).note = run.note;
        const bool hopeless = inventory.error().remedy == Remedy::give_up;
        if (hopeless && !query.ids.empty()) {
            // One id that the cloud refuses must not stand for the others: they are looked for
            // among all instances.
            query.ids.clear();
            continue;
        }
        if (hopeless || clock_.steady_now() + pause > give_up_at) {
            finish(runs_.at(run.id), Result::failed);
            co_return;
        }
        observer_.observe(Notice{
            Notice::Level::warning,
            run.note + "; trying again in " + to_text(pause),
            run.policy,
            InstanceId()});
        co_await clock_.sleep_for(pause);
        pause = std::min(pause * 2, choose_retry_longest);
    }
    const auto progress = progress_.find(run.id);
    const std::size_t coming = progress == progress_.end() ? 0 : progress->second.open.size();
    std::vector<Place> places{place};
    for (const ReplicaTarget& target : firing.policy.replicas) {
        places.push_back(Place{place.account, target.region});
    }
    for (const Place& each : places) {
        co_await warn_of_quota(each, coming);
    }
}

// Beforehand, for the operator; what does not fit is held back when its turn comes.
Task<void> RunKeeper::warn_of_quota(Place place, std::size_t images_to_come) {
    const std::optional<ImageQuota> quota = co_await quota_.look(place);
    if (!quota) {
        co_return;
    }
    const auto room = static_cast<std::int64_t>(quota->limit) - quota->used;
    if (room < static_cast<std::int64_t>(images_to_come)) {
        observer_.observe(Notice{
            Notice::Level::warning,
            "the image quota of " + place.region.text() + " (account " + place.account.text() +
                ") has room for " + std::to_string(std::max<std::int64_t>(room, 0)) + " of " +
                std::to_string(images_to_come) + " images to come (" + std::to_string(quota->used) +
                " of " + std::to_string(quota->limit) +
                " in use); raise the quota, delete images or keep fewer",
            PolicyName(),
            InstanceId()});
    }
}

KnownBackups RunKeeper::known(const Policy& policy, const std::vector<Instance>& inventory) const {
    KnownBackups known;
    for (const auto& [id, backup] : steps_.live()) {
        if (backup.policy == policy.name) {
            known.under_way.emplace(backup.instance, id);
        }
    }
    if (policy.exported && policy.exported->every != Every::backup) {
        const BucketPlace bucket{policy.account, policy.region, policy.exported->bucket};
        for (const Instance& instance : inventory) {
            const auto newest =
                catalog_.newest_export(policy.name, instance.id, bucket, clock_.now());
            if (newest) {
                known.newest_export.emplace(instance.id, *newest);
            }
        }
    }
    return known;
}

RunId RunKeeper::new_run() {
    last_ids_.run = RunId(last_ids_.run.value() + 1);
    return last_ids_.run;
}

CopyId RunKeeper::new_copy() {
    last_ids_.copy = CopyId(last_ids_.copy.value() + 1);
    return last_ids_.copy;
}

void RunKeeper::give_ids(Backup& backup, RunId run) {
    last_ids_.backup = BackupId(last_ids_.backup.value() + 1);
    backup.id = last_ids_.backup;
    backup.run = run;
    for (Copy& copy : backup.copies) {
        copy.id = new_copy();
        copy.backup = backup.id;
    }
}

void RunKeeper::admit(const Run& run, std::vector<Backup> backups) {
    if (backups.empty()) {
        Run empty = runs_.at(run.id);
        empty.note = "no instance matches the policy's selection; nothing was backed up";
        finish(empty, Result::skipped);
        return;
    }
    Run& chosen = runs_.at(run.id);
    chosen.note.clear();
    Progress& progress = progress_[run.id];
    for (const Backup& backup : backups) {
        progress.admit(backup);
    }
    Changes changes;
    changes.runs.push_back(chosen);
    changes.backups = std::move(backups);
    catalog_.commit(changes);
    observer_.observe(RunStarted{chosen, progress.total, progress.total - progress.open.size()});
    for (Backup& backup : changes.backups) {
        if (backup.state == BackupState::finished) {
            observer_.observe(BackupFinished{backup});
            continue;
        }
        waiting_.emplace(backup.id, backup.start_at);
        hand_over(std::move(backup));
    }
    release();
    end_if_done(run.id);
}

void RunKeeper::set_policies(const std::vector<Policy>& policies) {
    policies_.clear();
    for (const Policy& policy : policies) {
        policies_.emplace(policy.name, policy);
    }
}

void RunKeeper::backup_finished(const Backup& backup) {
    waiting_.erase(backup.id);
    holding_[backup.place].erase(backup.id);
    Progress& progress = progress_[backup.run];
    progress.end(backup);
    release();
    end_if_done(backup.run);
}

void RunKeeper::Progress::admit(const Backup& backup) {
    total += 1;
    if (backup.result) {
        end(backup);
    } else {
        open.insert(backup.id);
    }
}

void RunKeeper::Progress::end(const Backup& backup) {
    open.erase(backup.id);
    ended[*backup.result] += 1;
    good += backup.good ? 1 : 0;
    impossible += backup.impossible ? 1 : 0;
}

void RunKeeper::end_if_done(RunId id) {
    const Progress& progress = progress_[id];
    if (!progress.open.empty()) {
        return;
    }
    Run& run = runs_.at(id);
    run.good = progress.good > 0 && progress.good + progress.impossible == progress.total;
    std::vector<Result> results;
    for (const auto& [result, count] : progress.ended) {
        results.insert(results.end(), count, result);
    }
    finish(run, run_result(results));
}

void RunKeeper::finish(Run run, Result result) {
    run.finished = clock_.now();
    run.result = result;
    Changes changes;
    changes.runs.push_back(run);
    catalog_.commit(changes);
    runs_.erase(run.id);
    progress_.erase(run.id);
    observer_.observe(RunFinished{run});
    run_finished_(run);
}

void RunKeeper::resume(const std::vector<Policy>& policies) {
    std::map<RunId, std::vector<Backup>> open;
    for (Backup& backup : catalog_.unfinished_backups()) {
        open[backup.run].push_back(std::move(backup));
    }
    for (Run& run : catalog_.unfinished_runs()) {
        runs_.emplace(run.id, run);
        BackupFilter filter;
        filter.run = run.id;
        filter.limit = std::numeric_limits<std::int32_t>::max();
        Progress& progress = progress_[run.id];
        for (const Backup& backup : catalog_.backups(filter)) {
            progress.admit(backup);
        }
        if (progress.total > 0) {
            for (Backup& backup : open[run.id]) {
                go_on_with(std::move(backup));
            }
            end_if_done(run.id);
            continue;
        }
        progress_.erase(run.id);
        const auto policy = std::ranges::find(policies, run.policy, &Policy::name);
        if (policy == policies.end() || run.trigger == Trigger::manual) {
            run.note = policy == policies.end()
                           ? "the policy was removed before its instances were chosen"
                           : "the daemon stopped before the instances were chosen; run it again";
            finish(run, Result::failed);
            continue;
        }
        begin_task(executor_, choose_or_fail(Firing{*policy, run.trigger, run.due, {}}, run));
    }
    forget_wrong_starts();
    release();
}

Outcome<void> RunKeeper::cancel(RunId id) {
    const auto progress = progress_.find(id);
    if (progress == progress_.end()) {
        const bool choosing = runs_.contains(id);
        return Failure{
            Remedy::give_up,
            choosing ? "Busy" : "NotFound",
            choosing ? "job " + std::to_string(id.value()) +
                           " is still choosing its instances; cancel it when it has begun"
                     : "no job " + std::to_string(id.value()) + " is running",
            ""};
    }
    for (const BackupId backup : progress->second.open) {
        steps_.feed(backup, event::CancelRequested{});
    }
    return boost::system::in_place_value;
}

}  // namespace cvmbackup
