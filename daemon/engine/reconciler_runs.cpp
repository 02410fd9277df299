// The runs of the backups that a comparison found or changed.
#include "engine/reconciler.hpp"
#include "rules/backup_plan.hpp"
#include "rules/calendar.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

namespace cvmbackup {

namespace {

Trigger trigger_of(const BackupKey& key, const std::vector<Policy>& policies) {
    const auto policy = std::ranges::find(policies, key.policy, &Policy::name);
    const bool scheduled =
        policy != policies.end() && next_firing(*policy, key.due - Duration(1)) == key.due;
    return scheduled ? Trigger::schedule : Trigger::manual;
}

}  // namespace

// One run a firing; a backup that another place brought up has it already.
void Reconciler::add_runs(std::vector<Backup>& adopted, Changes& changes) {
    std::map<std::pair<PolicyName, Instant>, RunId> runs;
    for (const Backup& backup : adopted) {
        const std::pair firing(backup.policy, backup.due);
        if (runs.contains(firing)) {
            continue;
        }
        for (const Run& run : catalog_.runs_due(backup.policy, backup.due, backup.due)) {
            if (run.finished) {
                runs[firing] = run.id;
            }
        }
        if (!runs.contains(firing)) {
            Run run;
            run.id = runs_.new_run();
            run.policy = backup.policy;
            run.trigger = trigger_of(key_of(backup), policies_);
            run.due = backup.due;
            run.started = backup.due;
            run.finished = backup.due;
            run.result = Result::ok;
            run.note =
                "found in the cloud; the catalog did not know it, nor whether it had more "
                "backups";
            runs.emplace(firing, run.id);
            changes.runs.push_back(std::move(run));
        }
    }
    for (Backup& backup : adopted) {
        runs_.give_ids(backup, runs.at({backup.policy, backup.due}));
    }
}

// A run is good while its backups are.
void Reconciler::judge_runs(Changes& changes) {
    std::map<RunId, std::map<BackupId, Backup>> touched;
    for (const Backup& backup : changes.backups) {
        touched[backup.run].emplace(backup.id, backup);
    }
    for (auto& [id, backups] : touched) {
        const auto added = std::ranges::find(changes.runs, id, &Run::id);
        std::optional<Run> run = added == changes.runs.end() ? catalog_.run(id) : *added;
        if (!run || !run->finished) {
            continue;
        }
        BackupFilter filter;
        filter.run = id;
        filter.limit = std::numeric_limits<std::int32_t>::max();
        for (Backup& backup : catalog_.backups(filter)) {
            const BackupId number = backup.id;
            backups.emplace(number, std::move(backup));
        }
        std::size_t good = 0;
        std::size_t impossible = 0;
        std::vector<Result> results;
        for (const auto& [number, backup] : backups) {
            good += backup.good ? 1 : 0;
            impossible += backup.impossible ? 1 : 0;
            results.push_back(backup.result.value_or(Result::failed));
        }
        run->good = good > 0 && good + impossible == backups.size();
        run->result = run_result(results);
        if (added != changes.runs.end()) {
            *added = *run;
        } else {
            changes.runs.push_back(*run);
        }
    }
}

}  // namespace cvmbackup
