// The work for one backup, as far as it is a coroutine: what it throws is that backup's end, not
// the daemon's, which would meet it again after each start.
#include "engine/crew.hpp"
#include "engine/step_runner.hpp"

#include <boost/asio/post.hpp>

namespace cvmbackup {

void StepRunner::give_up(BackupId id, const std::string& what) {
    const auto found = live_.find(id);
    if (found == live_.end() || found->second.state == BackupState::finished) {
        return;
    }
    Backup& backup = found->second;
    observer_.observe(Notice{
        Notice::Level::error,
        "the backup is given up after an error that nobody expected, please report it: " + what,
        backup.policy,
        backup.instance});
    std::erase_if(pending_, [&](const Pending& pending) { return pending.backup == id; });
    given_up_.insert(id);
    touch(backup);
    for (Action& action : step(backup, event::Unexpected{what}, time_.now())) {
        pending_.push_back(Pending{id, std::move(action)});
    }
}

Task<void> StepRunner::alone(BackupId backup, Task<void> work) {
    const std::optional<std::string> trouble = co_await trouble_of(std::move(work));
    if (trouble) {
        give_up(backup, *trouble);
    }
}

Task<void> StepRunner::errand(BackupId backup, Task<void> work) {
    co_await alone(backup, std::move(work));
    errand_ended(backup);
}

Task<void> StepRunner::changing_call(BackupId backup, Task<void> work) {
    co_await alone(backup, std::move(work));
    call_ended();
}

void StepRunner::call_ended() {
    --calls_under_way_;
    if (stopping_ && calls_under_way_ == 0) {
        // After the flush that writes down the last answer.
        boost::asio::post(executor_, [this] { idle_(); });
    }
}

void StepRunner::errand_ended(BackupId backup) {
    if (--errands_[backup] == 0) {
        errands_.erase(backup);
    }
    const auto found = live_.find(backup);
    // One that was cancelled meanwhile is about to leave.
    if (found != live_.end() && found->second.state != BackupState::finished) {
        touch(found->second);
    }
}

}  // namespace cvmbackup
