// What a run looks like from outside while it lasts.
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

std::size_t RunKeeper::matched(const PolicyName& policy) const {
    const auto found = matched_.find(policy);
    return found == matched_.end() ? 0 : found->second;
}

}  // namespace cvmbackup
