// What a run looks like from outside while it lasts, and what is told of times without one.
#include "engine/run_keeper.hpp"

namespace cvmbackup {

StepStatus RunKeeper::step_status(const Backup& backup, const Copy& copy) const {
    StepStatus status;
    status.backup = backup.id;
    status.instance = backup.instance;
    status.instance_name = backup.instance_name;
    status.kind = copy.kind;
    status.place = copy.place;
    status.state = copy.state;
    status.begun = copy.accepted_at ? copy.accepted_at : copy.intended_at;
    status.text = copy.reason;
    if (backup.state == BackupState::waiting) {
        status.text = "begins at " + to_rfc3339(backup.start_at);
    }
    if (copy.state == CopyState::accepted) {
        if (const auto progress = steps_.progress(copy)) {
            status.percent = progress->percent;
            if (progress->left) {
                status.expected_end = clock_.now() + *progress->left;
            }
        }
    }
    return status;
}

JobStatus RunKeeper::job(const Run& run) const {
    JobStatus status;
    status.run = run;
    const auto progress = progress_.find(run.id);
    if (progress == progress_.end()) {
        return status;
    }
    status.total = progress->second.total;
    status.ended = progress->second.ended;
    for (const BackupId id : progress->second.open) {
        const auto backup = steps_.live().find(id);
        if (backup == steps_.live().end()) {
            continue;
        }
        for (const Copy& copy : backup->second.copies) {
            status.steps.push_back(step_status(backup->second, copy));
        }
    }
    return status;
}

// The newest row is continued as long as the reason stays the same: a pause of weeks is one row.
std::vector<TimesPassed> RunKeeper::add_passed_to(
    Changes& changes, const PolicyName& policy, const std::vector<PassedOver>& passed
) {
    std::vector<TimesPassed> facts;
    for (const PassedOver& each : passed) {
        Run row;
        const std::vector<Run> newest =
            facts.empty() ? catalog_.runs(policy, 1) : std::vector{facts.back().run};
        const bool is_new = newest.empty() || !goes_on(newest.front(), each);
        if (is_new) {
            row.id = new_run();
            row.policy = policy;
        } else {
            row = newest.front();
        }
        add_passed(row, each);
        row.started = clock_.now();
        row.finished = row.started;
        changes.runs.push_back(row);
        facts.push_back(TimesPassed{row, is_new});
    }
    return facts;
}

void RunKeeper::pass_over(const PolicyMemory& memory, const std::vector<PassedOver>& passed) {
    Changes changes;
    const std::vector<TimesPassed> facts = add_passed_to(changes, memory.policy, passed);
    changes.memories.push_back(memory);
    catalog_.commit(changes);
    tell_passed(facts, passed);
}

void RunKeeper::tell_passed(
    const std::vector<TimesPassed>& facts, const std::vector<PassedOver>& passed
) {
    for (const TimesPassed& fact : facts) {
        observer_.observe(fact);
    }
    for (const PassedOver& each : passed) {
        observer_.observe(Notice{
            each.paused ? Notice::Level::info : Notice::Level::warning,
            passed_text(each),
            facts.front().run.policy,
            InstanceId()});
    }
}

std::size_t RunKeeper::matched(const PolicyName& policy) const {
    const auto found = matched_.find(policy);
    return found == matched_.end() ? 0 : found->second;
}

}  // namespace cvmbackup
