#include "firing_book.hpp"

#include <algorithm>
#include <utility>

namespace cvmbackup::simulation {

namespace {

using namespace std::chrono;

// A life that lasted so long has looked at what it missed.
constexpr Duration looked_by = seconds(2);
// And one that lasted so long has made up for it: the cloud is asked before.
constexpr Duration made_up_by = minutes(5);
// Up to here a firing counts as on time (docs: five minutes).
constexpr Duration on_time = minutes(5);
// Firings are asked about when they are this old.
constexpr Duration settled_after = minutes(10);

}  // namespace

FiringBook::FiringBook(Marks& marks)
    : marks_(marks) {}

void FiringBook::life_began(Instant now) {
    if (lives_.size() > 200) {
        lives_.erase(lives_.begin(), lives_.begin() + 100);
    }
    if (!lives_.empty() && now < lives_.back().end) {
        settle(lives_.back().end);
        turn_back(now);
    }
    lives_.push_back({now});
    if (forgetful_) {
        begin_anew(now);
    }
}

void FiringBook::catalog_lost(
    const std::set<std::pair<PolicyName, Instant>>& made, const FiringBook* then
) {
    if (!lives_.empty()) {
        settle(lives_.back().end);
    }
    std::erase_if(fired_, [&](const auto& firing) { return !made.contains(firing); });
    to_come_again_.clear();
    runs_.clear();
    open_.clear();
    pauses_.clear();
    surely_paused_.clear();
    passed_.clear();
    if (then != nullptr) {
        fired_.insert(then->fired_.begin(), then->fired_.end());
        runs_ = then->runs_;
        pauses_ = then->pauses_;
        surely_paused_ = then->surely_paused_;
        passed_ = then->passed_;
    }
    was_lost_ = true;
    forgetful_ = true;
}

void FiringBook::begin_anew(Instant now) {
    known_since_ = now;
    for (auto& [name, policy] : policies_) {
        policy.checked = now;
    }
}

// From here on times are as if they had not been, but for what fired in them.
void FiringBook::turn_back(Instant now) {
    std::erase_if(lives_, [&](const Life& life) { return life.begin >= now; });
    for (Life& life : lives_) {
        life.end = std::min(life.end, now);
    }
    for (auto& [name, policy] : policies_) {
        policy.came = std::min(policy.came, now);
        policy.since = std::min(policy.since, now);
        policy.checked = std::min(policy.checked, now);
    }
    for (auto& [name, pauses] : pauses_) {
        for (auto& [from, until] : pauses) {
            from = std::min(from, now);
        }
    }
    for (const auto& [name, due] : fired_) {
        if (due > now) {
            to_come_again_.emplace(name, due);
        }
    }
}

void FiringBook::life_ended(Instant now) {
    lives_.back().end = now;
}

void FiringBook::in_force(const std::vector<DrawnPolicy>& policies, Instant now) {
    std::map<PolicyName, InForce> next;
    for (const DrawnPolicy& drawn : policies) {
        const auto before = policies_.find(drawn.policy.name);
        const bool was_there = before != policies_.end();
        const bool same = was_there && before->second.drawn.policy == drawn.policy;
        const Instant came = was_there ? before->second.came : now;
        next[drawn.policy.name] = same ? before->second : InForce{drawn, came, now, now};
    }
    gone_ = std::exchange(policies_, std::move(next));
    std::erase_if(gone_, [&](const auto& policy) { return policies_.contains(policy.first); });
}

void FiringBook::reloaded(Instant now) {
    for (const auto& [name, policy] : gone_) {
        const DrawnPolicy& drawn = policy.drawn;
        const std::string& zone = drawn.policy.zone.text();
        for (const Instant due :
             due_times(drawn.schedule, drawn.denied, zone, policy.checked, now)) {
            if (!fired_.contains({name, due}) && !is_told(name, due)) {
                throw Broken{
                    1,
                    name.text() + " was due at " + to_rfc3339(due) +
                        " and did not fire before it was taken out of the configuration, which no "
                        "row of the list of runs tells"};
            }
        }
    }
    gone_.clear();
}

void FiringBook::clock_set(Instant before, Instant after) {
    life_ended(before);
    life_began(after);
}

void FiringBook::paused(const PolicyName& policy, Instant from, Instant until) {
    pauses_[policy].emplace_back(from, until);
    surely_paused_.erase(policy);
}

void FiringBook::pause_taken(const PolicyName& policy, Instant until) {
    surely_paused_[policy] = {pauses_[policy].back().first, until};
}

void FiringBook::committed(const Changes& changes, Instant now) {
    if (forgetful_ && !changes.memories.empty()) {
        begin_anew(now);
        forgetful_ = false;
    }
    for (const Run& run : changes.runs) {
        const bool is_new = runs_.insert(run.id).second;
        if (run.passed > 0) {
            times_passed(run, is_new);
        } else if (is_new) {
            new_run(run, now);
        }
        if (run.finished && !run.result) {
            throw Broken{1, "run " + std::to_string(run.id.value()) + " ended without a result"};
        }
    }
    for (const Backup& backup : changes.backups) {
        const bool ended = backup.state == BackupState::finished;
        // A copy that was lost later carries its reason itself.
        const bool told = !backup.reasons.empty() ||
                          std::ranges::count(backup.copies, CopyState::lost, &Copy::state) > 0;
        if (ended && (!backup.result || (!backup.good && !told))) {
            throw Broken{
                1,
                "backup " + std::to_string(backup.id.value()) +
                    " ended without a result or a reason"};
        }
    }
}

// A row that stands for due times at which nothing was begun.
void FiringBook::times_passed(const Run& run, bool is_new) {
    const std::string what = "run " + std::to_string(run.id.value()) + " (" + run.note + ")";
    const auto& named = gone_.contains(run.policy) ? gone_ : policies_;
    const auto policy = named.find(run.policy);
    if (policy == named.end() || run.result != Result::skipped || run.note.empty() ||
        !run.finished || run.good || !run.passed_until || *run.passed_until < run.due) {
        throw Broken{1, what + " tells no due times that passed"};
    }
    const DrawnPolicy& drawn = policy->second.drawn;
    passed_[run.policy].insert_or_assign(run.id, std::pair(run.due, *run.passed_until));
    if (!is_new) {
        marks_.hit("times passed in a row");
        return;  // it may have begun under another schedule
    }
    if (*run.passed_until - run.due > days(100)) {
        return;
    }
    const auto times = due_times(
        drawn.schedule,
        drawn.denied,
        drawn.policy.zone.text(),
        run.due - Duration(1),
        *run.passed_until
    );
    const auto had_run = std::ranges::count_if(times, [&](Instant due) {
        return fired_.contains({run.policy, due});
    });
    const auto all = static_cast<int>(times.size());
    const int least = std::min(all - static_cast<int>(had_run), passed_max);
    if (times.empty() || times.front() != run.due || times.back() != *run.passed_until ||
        run.passed < least || run.passed > all) {
        throw Broken{1, what + " does not agree with the timetable"};
    }
}

bool FiringBook::is_told(const PolicyName& policy, Instant due) const {
    const auto rows = passed_.find(policy);
    return rows != passed_.end() && std::ranges::any_of(rows->second, [&](const auto& row) {
               return due >= row.second.first && due <= row.second.second;
           });
}

void FiringBook::new_run(const Run& run, Instant now) {
    if (run.trigger == Trigger::manual) {
        return;
    }
    const auto policy = policies_.find(run.policy);
    const bool found_in_cloud = was_lost_ && run.finished;
    if (found_in_cloud) {
        fired_.emplace(run.policy, run.due);
        return;
    }
    if (policy == policies_.end()) {
        throw Broken{1, "a policy that is not in force fired: " + run.policy.text()};
    }
    const DrawnPolicy& drawn = policy->second.drawn;
    const std::string what = run.policy.text() + " fired for " + to_rfc3339(run.due);
    const std::string& zone = drawn.policy.zone.text();
    const auto due = due_times(drawn.schedule, drawn.denied, zone, run.due - Duration(1), run.due);
    if (due.empty()) {
        throw Broken{1, what + ", when it is not due (" + drawn.schedule.text() + " " + zone + ")"};
    }
    if (!fired_.emplace(run.policy, run.due).second) {
        throw Broken{2, what + " twice"};
    }
    check_moment(run, policy->second, now);
    if (run.trigger == Trigger::catch_up) {
        marks_.hit("run made up for");
    }
    const Duration before = offset_at(zone, run.due - hours(1));
    const Duration after = offset_at(zone, run.due);
    const bool by_date = drawn.schedule.every_hours == 0;
    if (before < after && by_date && offset_at(zone, run.due - Duration(1)) == before) {
        marks_.hit("fired in a gap of the clock");
    }
    const Duration later = offset_at(zone, run.due + hours(1));
    if (later < after && by_date) {
        marks_.hit("fired in the first of two equal hours");
    }
}

// Neither before its time nor long after the daemon could know of it, nor while it is paused or
// for a time at which it was.
void FiringBook::check_moment(const Run& run, const InForce& policy, Instant now) const {
    const std::string what = run.policy.text() + " fired for " + to_rfc3339(run.due);
    if (now < run.due) {
        throw Broken{1, what + " before its time"};
    }
    const auto pause = surely_paused_.find(run.policy);
    if (pause != surely_paused_.end()) {
        const auto& [from, until] = pause->second;
        if (now < until || (run.due >= from && run.due < until)) {
            throw Broken{1, what + ", though it is paused until " + to_rfc3339(until)};
        }
    }
    // A catalog that is as new as the policy cannot tell that the policy had been away.
    if (run.due <= policy.came && policy.came > known_since_) {
        throw Broken{1, what + ", when it was not in the configuration"};
    }
    if (run.due <= known_since_) {
        return;  // the last firing had to be learnt from the cloud first
    }
    const Instant known = std::max({run.due, lives_.back().begin, policy.since});
    if (now - known > on_time) {
        throw Broken{1, what + " only at " + to_rfc3339(now)};
    }
}

bool FiringBook::is_paused(const PolicyName& policy, Instant at) const {
    const auto pauses = pauses_.find(policy);
    return pauses != pauses_.end() && std::ranges::any_of(pauses->second, [&](const auto& pause) {
               return at >= pause.first && at < pause.second;
           });
}

// Why a due time may have passed without a run; nothing if it must have fired.
std::optional<std::string> FiringBook::excuse(const InForce& policy, Instant due) const {
    const Policy& rules = policy.drawn.policy;
    for (const Life& life : lives_) {
        if (life.end <= due) {
            continue;
        }
        const Instant looked = std::max(life.begin, due);
        if (is_paused(rules.name, looked) || is_paused(rules.name, due)) {
            return "paused";
        }
        const Duration late = looked - due;
        const bool superseded =
            late > Duration(0) &&
            !due_times(policy.drawn.schedule, policy.drawn.denied, rules.zone.text(), due, looked)
                 .empty();
        const bool too_old =
            late > on_time &&
            (rules.catch_up.mode == CatchUp::Mode::none ||
             (rules.catch_up.mode == CatchUp::Mode::within && late > rules.catch_up.window));
        if (superseded || too_old) {
            return superseded ? "superseded" : "too old";
        }
        if (life.end - looked >= (late > Duration(0) ? made_up_by : looked_by)) {
            return std::nullopt;
        }
    }
    return "the clock was set";
}

void FiringBook::check(Instant now) {
    if (lives_.empty() || lives_.back().end != Instant::max() ||
        now - lives_.back().begin < made_up_by) {
        return;  // asked again when the daemon had the time to look
    }
    settle(now - settled_after);
}

void FiringBook::settle(Instant until) {
    for (auto& [name, policy] : policies_) {
        const DrawnPolicy& drawn = policy.drawn;
        if (until <= policy.checked) {
            continue;
        }
        const std::string& zone = drawn.policy.zone.text();
        for (const Instant due :
             due_times(drawn.schedule, drawn.denied, zone, policy.checked, until)) {
            if (fired_.contains({name, due})) {
                if (to_come_again_.erase({name, due}) > 0) {
                    marks_.hit("time came again after its run");
                }
                continue;
            }
            const std::optional<std::string> reason = excuse(policy, due);
            if (!reason) {
                throw Broken{
                    1,
                    name.text() + " was due at " + to_rfc3339(due) + " (" + drawn.schedule.text() +
                        " " + zone + ") and did not fire"};
            }
            const Life& last = lives_.back();
            const bool was_looked_at = last.end - std::max(last.begin, due) >= made_up_by;
            if (was_looked_at && !is_told(name, due)) {
                throw Broken{
                    1,
                    name.text() + " was due at " + to_rfc3339(due) + " and did not fire (" +
                        *reason + "), which no row of the list of runs tells"};
            }
            marks_.hit(
                *reason == "paused" ? "firing passed over while paused"
                                    : "firing superseded or too old"
            );
        }
        policy.checked = until;
    }
}

void FiringBook::check_ends(Instant true_now, Catalog& catalog, Duration longest) {
    const std::vector<Run> unfinished = catalog.unfinished_runs();
    const std::map<RunId, Instant> before = std::exchange(open_, {});
    for (const Run& run : unfinished) {
        const auto seen = before.find(run.id);
        const Instant since = seen == before.end() ? true_now : seen->second;
        open_.emplace(run.id, since);
        if (true_now - since > longest) {
            throw Broken{
                1,
                "run " + std::to_string(run.id.value()) + " of " + run.policy.text() +
                    ", open since " + to_rfc3339(since) + ", does not end"};
        }
    }
    for (const Backup& backup : catalog.unfinished_backups()) {
        if (std::ranges::find(unfinished, backup.run, &Run::id) == unfinished.end()) {
            throw Broken{
                1,
                "backup " + std::to_string(backup.id.value()) + " is unfinished, its run is not"};
        }
    }
}

}  // namespace cvmbackup::simulation
