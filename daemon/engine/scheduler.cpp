#include "engine/scheduler.hpp"

#include "rules/calendar.hpp"
#include "rules/catch_up.hpp"

#include <algorithm>

namespace cvmbackup {

Scheduler::Scheduler(
    Clock& clock, Timekeeper& time, Catalog& catalog, Observer& observer, Fire fire
)
    : clock_(clock)
    , time_(time)
    , catalog_(catalog)
    , observer_(observer)
    , fire_(std::move(fire))
    , sleeper_(clock.sleeper())
    , started_(clock.now())
    , started_steady_(clock.steady_now()) {
    for (PolicyMemory& memory : catalog.memories()) {
        const PolicyName name = memory.policy;
        const std::optional<Instant> newest = std::max(memory.known_since, memory.last_due);
        if (newest && *newest <= started_) {
            told_until_ = std::max(told_until_, newest);
        }
        memories_.emplace(name, std::move(memory));
    }
}

void Scheduler::set_policies(std::vector<Policy> policies) {
    policies_ = std::move(policies);
    plan_next();
    sleeper_->wake();
}

void Scheduler::clock_set() {
    plan_next();
    sleeper_->wake();
}

void Scheduler::plan_next() {
    next_.clear();
    Changes changes;
    part(changes);
    for (const Policy& policy : policies_) {
        PolicyMemory& memory = memories_[policy.name];
        if (!memory.known_since) {
            meet(policy.name, memory);
            changes.memories.push_back(memory);
        }
        if (came_from_the_future(memory)) {
            changes.memories.push_back(memory);
        }
        next_[policy.name] = next_firing(policy, memory.last_due.value_or(*memory.known_since));
    }
    if (!changes.empty()) {
        catalog_.commit(changes);
    }
    has_planned_ = true;
}

// What passes while a policy is not in the configuration is not missed, should it come again.
void Scheduler::part(Changes& changes) {
    for (auto& [name, memory] : memories_) {
        if (memory.known_since && std::ranges::count(policies_, name, &Policy::name) == 0) {
            memory.known_since.reset();
            memory.last_due = clock_.now();
            changes.memories.push_back(memory);
            strangers_.erase(name);
        }
    }
}

// A catalog that knows of others only tells that this one was not there. A new one tells nothing.
void Scheduler::meet(const PolicyName& policy, PolicyMemory& memory) {
    const Instant now = clock_.now();
    const bool is_new = !has_planned_ && !told_until_;
    memory.policy = policy;
    memory.known_since = now;
    memory.last_due = is_new ? std::nullopt : std::optional(now);
    if (!has_planned_ && !is_new) {
        strangers_.insert(policy);
    }
}

// A clock that was wrong once (a dead battery, before the time was synchronised) must not silence
// the policy until the clock has caught up. Times that had their run get no second.
bool Scheduler::came_from_the_future(PolicyMemory& memory) {
    const Instant now = clock_.now();
    const Instant last = memory.last_due.value_or(*memory.known_since);
    if (last <= now) {
        return false;
    }
    observer_.observe(Notice{
        Notice::Level::warning,
        "the last firing is dated " + to_rfc3339(last) +
            ", which lies in the future: the clock was set back; firing goes on from now",
        memory.policy,
        InstanceId()});
    memory.known_since = now;
    memory.last_due = now;
    return true;
}

Task<void> Scheduler::run() {
    while (true) {
        const Instant now = time_.now();
        fire_due(now);
        Instant earliest = Instant::max();
        for (const Policy& policy : policies_) {
            std::optional<Instant> next = next_[policy.name];
            if (next && *next <= now) {
                next = next_firing(policy, now);  // what was missed has to wait
            }
            earliest = std::min(earliest, next.value_or(Instant::max()));
        }
        co_await sleeper_->sleep_until(earliest);
    }
}

void Scheduler::fire_due(Instant now) {
    for (const Policy& policy : policies_) {
        const std::optional<Instant> next = next_[policy.name];
        if (next && *next <= now) {
            consider(policy, now);
        }
    }
    has_made_up_ = makes_up_;
}

// For the first comparison; that makes nothing late.
Duration Scheduler::waited() const {
    return has_made_up_ ? Duration(0) : clock_.steady_now() - started_steady_;
}

// At least one firing is due. The newest stands for all.
void Scheduler::consider(const Policy& policy, Instant now) {
    PolicyMemory memory = memories_[policy.name];
    const Instant first = *next_[policy.name];
    const Instant last = memory.last_due.value_or(*memory.known_since);
    // One microsecond more, as the search is strictly after its begin.
    const Instant late = std::max(last, now - lateness_allowed - waited() - Duration(1));
    const std::optional<Instant> newest = last_unpaused_firing(policy, memory, late, now);
    const bool on_time = newest.has_value();
    const std::optional<Instant> due = on_time ? newest : missed_firing(policy, memory, last, now);
    if (due && !makes_up_ && (!on_time || *due <= started_)) {
        return;
    }
    memory.last_due = on_time ? *newest : now;
    if (memory.paused(now)) {
        remember(memory);
        observer_.observe(Notice{
            Notice::Level::info,
            "the firing of " + to_rfc3339(first) + " is passed over: the policy is paused" +
                (memory.pause_reason.empty() ? "" : " (" + memory.pause_reason + ")"),
            policy.name,
            InstanceId()});
    } else if (due && catalog_.had_run(policy.name, *due)) {
        remember(memory);  // after the clock was set back, a time comes a second time
    } else if (due) {
        memories_[policy.name] = memory;
        fire_(policy, on_time ? Trigger::schedule : Trigger::catch_up, *due, memory);
    } else {
        remember(memory);
        observer_.observe(Notice{
            Notice::Level::warning,
            "the firing of " + to_rfc3339(first) +
                " was missed and is not made up for (catch_up); the next one is on time",
            policy.name,
            InstanceId()});
    }
    next_[policy.name] = next_firing(policy, *memory.last_due);
}

const PolicyMemory& Scheduler::memory(const PolicyName& policy) const {
    return memories_.at(policy);
}

void Scheduler::remember(const PolicyMemory& memory) {
    Changes changes;
    changes.memories.push_back(memory);
    catalog_.commit(changes);
    memories_[memory.policy] = memory;
}

void Scheduler::learn(const PolicyName& name, Instant due, bool settled) {
    const auto policy = std::ranges::find(policies_, name, &Policy::name);
    // A time of the future is one of a clock that was wrong.
    if (policy == policies_.end() || due > clock_.now()) {
        return;
    }
    const PolicyMemory& known = memories_[name];
    const std::optional<Instant> last = known.last_due;
    // Runs by hand say nothing of the schedule.
    const bool newer = last && *last < due && next_firing(*policy, due - Duration(1)) == due;
    // Made with a catalog that was newer than the one that was put back.
    const bool strange =
        strangers_.contains(name) && last == known.known_since && due > told_until_;
    if (last && !strange ? !newer : !settled) {
        return;
    }
    PolicyMemory memory = memories_[name];
    memory.last_due = due;
    remember(memory);
    next_[name] = next_firing(*policy, due);
    sleeper_->wake();
}

void Scheduler::make_up() {
    makes_up_ = true;
    sleeper_->wake();
}

std::optional<Instant> Scheduler::next(const Policy& policy) const {
    const auto found = next_.find(policy.name);
    return found == next_.end() ? std::nullopt : found->second;
}

}  // namespace cvmbackup
