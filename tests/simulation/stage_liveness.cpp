#include "stage.hpp"

#include <algorithm>
#include <limits>

namespace cvmbackup::simulation {

namespace {

using namespace std::chrono;

// What was begun under faults may take so long to end: three attempts of a day, and exports.
constexpr Duration settling = days(6);
constexpr Duration green_for = days(8);
// Within it the operator has looked at what the brake stops, and retention has acted.
constexpr Duration pruned_within = days(4);
constexpr Duration run_without_faults = days(2);

// What the cloud refuses for good, and an instance that is listed by its id and gone, stay so.
bool is_green(const Backup& backup) {
    const bool refused = std::ranges::any_of(backup.copies, [](const Copy& copy) {
        return copy.code.starts_with("UnsupportedOperation.Encrypted");
    });
    const bool gone = !backup.reasons.empty() && backup.reasons.front().starts_with("there is no");
    return backup.good || backup.impossible || backup.result == Result::skipped || refused || gone;
}

// Passed over, because the backup before it had not ended.
bool was_in_the_way(const Backup& backup) {
    return backup.result == Result::skipped && !backup.reasons.empty() &&
           backup.reasons.front().ends_with("is still under way");
}

}  // namespace

// Promise 6: the faults stop, and within a bounded time all is green, without a storm of retries.
void Stage::heal() {
    note("the faults stop");
    kill_.reset();
    if (wrong_ != Duration(0)) {
        jump(-wrong_);
    }
    later_.clear();
    cloud_.faults().clear();
    cloudsim::State& state = cloud_.state();
    state.end_hung();
    state.limits.images_per_region = 500;
    state.limits.foreign_share = 0.0;
    for (auto& [id, instance] : state.instances) {
        if (instance.state != "RUNNING") {
            instance.state = "RUNNING";
            instance.stop_charging = false;
        }
    }
    begins_at_ = std::min(begins_at_, now_ + seconds(1));
    const Instant healed = now_;
    live_until(healed + settling);
    const std::set<BackupId> ahead = dated_ahead();
    unpin_all();
    reload();
    const Figures before = figures_;
    live_until(healed + settling + green_for - pruned_within);
    const std::set<CopyId> unneeded = copies_.unneeded(policies_, wall());
    live_until(healed + settling + green_for);
    const std::size_t requests = figures_.requests - before.requests;
    const std::size_t needless = figures_.needless_starts - before.needless_starts;
    const std::size_t failed = figures_.failed_requests - before.failed_requests - needless;
    if (failed * 10 > requests && failed > 20) {
        throw Broken{
            6,
            std::to_string(failed) + " of " + std::to_string(requests) +
                " requests fail though there are no faults"};
    }
    check_green(healed + settling, ahead);
    check_pruned(unneeded);
    copies_.check_noticed();
}

// By a clock that was wrong while there were faults.
std::set<BackupId> Stage::dated_ahead() const {
    BackupFilter filter;
    filter.limit = 10'000;
    std::set<BackupId> ahead;
    for (const Backup& backup : real_catalog_->backups(filter)) {
        if (backup.due > wall()) {
            ahead.insert(backup.id);
        }
    }
    return ahead;
}

// What is found in the cloud is of a time that had faults, whatever its name says.
void Stage::check_green(Instant since, const std::set<BackupId>& ahead) {
    firings_.check_ends(now_, *real_catalog_, run_without_faults);
    std::map<std::pair<PolicyName, InstanceId>, bool> passed_over;  // each time
    BackupFilter filter;
    filter.limit = 10'000;
    for (const Backup& backup : real_catalog_->backups(filter)) {
        if (backup.due < since) {
            break;
        }
        if (backup.adopted || ahead.contains(backup.id)) {
            continue;
        }
        if (backup.state == BackupState::finished && !is_green(backup)) {
            throw Broken{
                6,
                "backup " + std::to_string(backup.id.value()) + " of " + to_rfc3339(backup.due) +
                    " is " + to_text(*backup.result) +
                    " without faults: " + (backup.reasons.empty() ? "" : backup.reasons.front())};
        }
        bool& always =
            passed_over.try_emplace({backup.policy, backup.instance}, true).first->second;
        always = always && was_in_the_way(backup);
    }
    for (const auto& [whose, always] : passed_over) {
        if (always) {
            throw Broken{
                6,
                whose.second.text() + " of " + whose.first.text() +
                    " is passed over each time: its previous backup does not end"};
        }
    }
    for (const Backup& backup : real_catalog_->unfinished_deletions()) {
        if (backup.due < since) {
            throw Broken{
                6,
                "backup " + std::to_string(backup.id.value()) + " still has copies to be deleted"};
        }
    }
}

// `unneeded`: a while ago.
void Stage::check_pruned(const std::set<CopyId>& unneeded) {
    for (const CopyId copy : copies_.unneeded(policies_, wall())) {
        if (unneeded.contains(copy)) {
            throw Broken{
                6,
                "copy " + std::to_string(copy.value()) +
                    " is there without faults, though no rule and no pin keeps it"};
        }
    }
}

}  // namespace cvmbackup::simulation
