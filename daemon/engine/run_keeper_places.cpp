// Who may begin or go on: start times, denied windows, and the places of `backups_in_flight`.
#include "engine/run_keeper.hpp"
#include "rules/calendar.hpp"

#include <algorithm>

namespace cvmbackup {

bool RunKeeper::has_room(const Place& place) const {
    if (in_flight_max_ == 0) {
        return true;
    }
    const auto found = holding_.find(place);
    return found == holding_.end() ||
           found->second.size() < static_cast<std::size_t>(in_flight_max_);
}

// A run that an earlier life began may have got further than the catalog tells.
void RunKeeper::hand_over(Backup backup) {
    if (backup.run <= last_before_) {
        steps_.inherit(std::move(backup));
    } else {
        steps_.take(std::move(backup));
    }
}

// From an earlier life. What the cloud may be working on has its place, whatever the limit is.
void RunKeeper::go_on_with(Backup backup) {
    const BackupId id = backup.id;
    if (backup.state == BackupState::waiting || only_waits(backup)) {
        waiting_.emplace(id, backup.start_at);
        hand_over(std::move(backup));
        return;
    }
    holding_[backup.place].insert(id);
    hand_over(std::move(backup));
    steps_.feed(id, event::Resumed{});
}

// It waits without its place, so that others may begin.
void RunKeeper::rest(const Backup& backup) {
    if (holding_[backup.place].erase(backup.id) > 0) {
        release();
    }
}

void RunKeeper::wait_over(BackupId backup, const event::TimePassed& event) {
    returning_.push_back(Return{backup, event});
    let_return();
}

// In the order in which their waits ended, and before those that never had a place: what is refused
// again keeps nobody waiting, and what is not had its turn before them.
void RunKeeper::let_return() {
    for (Return& each : std::exchange(returning_, {})) {
        const auto found = steps_.live().find(each.backup);
        if (found == steps_.live().end()) {
            continue;
        }
        const Backup& backup = found->second;
        if (holding_[backup.place].contains(backup.id) || has_room(backup.place)) {
            holding_[backup.place].insert(backup.id);
            steps_.feed(backup.id, each.event);
        } else {
            returning_.push_back(std::move(each));
        }
    }
}

// Whose spread and denied windows still count for it: one that was begun goes on.
const Policy* RunKeeper::policy_to_obey(const Backup& backup) const {
    const auto policy = policies_.find(backup.policy);
    const auto run = runs_.find(backup.run);
    const bool by_hand = run != runs_.end() && run->second.trigger == Trigger::manual;
    return by_hand || backup.started || policy == policies_.end() ? nullptr : &policy->second;
}

// A backup that had to wait may find itself in a denied window.
Instant RunKeeper::allowed_from(const Backup& backup, Instant now) const {
    const Policy* policy = policy_to_obey(backup);
    return policy == nullptr ? now : first_allowed(policy->deny, policy->zone, now);
}

// Start times of a clock that was ahead may lie years away; what was begun needs none.
void RunKeeper::forget_wrong_starts() {
    const Instant now = clock_.now();
    for (auto& [id, start_at] : waiting_) {
        const auto backup = steps_.live().find(id);
        if (backup != steps_.live().end() && start_at > now) {
            const Policy* policy = policy_to_obey(backup->second);
            const Instant latest =
                policy == nullptr
                    ? now
                    : start_of(*policy, backup->second.instance, backup->second.due, now);
            start_at = std::min(start_at, latest);
        }
    }
}

// Lets those begin whose time has come, as far as limit and denied windows allow.
void RunKeeper::release() {
    let_return();
    const Instant now = clock_.now();
    Instant earliest = Instant::max();
    for (auto next = waiting_.begin(); next != waiting_.end();) {
        auto& [id, start_at] = *next;
        const auto backup = steps_.live().find(id);
        if (backup == steps_.live().end()) {
            next = waiting_.erase(next);
            continue;
        }
        if (start_at <= now && has_room(backup->second.place)) {
            start_at = allowed_from(backup->second, now);
        }
        if (start_at > now) {
            earliest = std::min(earliest, start_at);
            ++next;
        } else if (!has_room(backup->second.place)) {
            ++next;
        } else {
            holding_[backup->second.place].insert(id);
            steps_.feed(id, event::Resumed{});
            next = waiting_.erase(next);
        }
    }
    if (earliest != Instant::max() && (next_release_ <= now || earliest < next_release_)) {
        next_release_ = earliest;
        alarms_.after(earliest - now, [this, earliest] {
            // A clock that was set back a little shows less than that now: a new alarm is due then.
            if (next_release_ == earliest) {
                next_release_ = Instant::min();
            }
            release();
        });
    }
}

void RunKeeper::set_in_flight_max(int backups) {
    in_flight_max_ = backups;
    if (!waiting_.empty() || !returning_.empty()) {
        alarms_.after(Duration(0), [this] { release(); });
    }
}

// Start times are of the wall clock: the alarm that was set may ring too late now. Only the stamps
// of what has begun move.
void RunKeeper::clock_set(Duration by) {
    for (auto& [id, run] : runs_) {
        run.started += by;
    }
    forget_wrong_starts();
    next_release_ = Instant::min();
    alarms_.after(Duration(0), [this] { release(); });
}

}  // namespace cvmbackup
