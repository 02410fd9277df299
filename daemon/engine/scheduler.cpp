#include "engine/scheduler.hpp"

#include "rules/calendar.hpp"
#include "rules/catch_up.hpp"

#include <algorithm>

namespace cvmbackup {

namespace {

std::vector<Run> scheduled_runs(
    Catalog& catalog, const PolicyName& policy, Instant first, Instant last
) {
    std::vector<Run> runs = catalog.runs_due(policy, first, last);
    std::erase_if(runs, [](const Run& run) { return run.trigger == Trigger::manual; });
    return runs;
}

// Without the times that had their run before the clock was set back. At least one is left, or
// the count is 0.
void leave_out(const std::set<Instant>& done, const Policy& policy, PassedOver& span) {
    span.count = 0;
    std::optional<Instant> first;
    for (std::optional<Instant> at = span.first; at && *at <= span.last && span.count < passed_max;
         at = next_firing(policy, *at)) {
        if (!done.contains(*at)) {
            first = first.value_or(*at);
            span.count += 1;
        }
    }
    span.first = first.value_or(span.first);
    while (span.count > 0 && done.contains(span.last)) {
        span.last = last_firing(policy, span.first - Duration(1), span.last - Duration(1))
                        .value_or(span.first);
    }
}

bool is_due_alike(const Policy& one, const Policy& other) {
    return one.schedule == other.schedule && one.zone == other.zone && one.deny == other.deny;
}

}  // namespace

Scheduler::Scheduler(
    Clock& clock, Timekeeper& time, Catalog& catalog, Observer& observer, Hooks hooks
)
    : clock_(clock)
    , time_(time)
    , catalog_(catalog)
    , observer_(observer)
    , hooks_(std::move(hooks))
    , sleeper_(clock.sleeper())
    , known_runs_(catalog.last_ids().run)
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
    for (const Policy& policy : policies_) {
        const auto next = std::ranges::find(policies, policy.name, &Policy::name);
        if (next == policies.end()) {
            let_pass(policy, "the policy was taken out of the configuration");
        } else if (!is_due_alike(policy, *next)) {
            let_pass(policy, "the schedule was changed");
        }
    }
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

// What was due and still waits to be judged passes now.
void Scheduler::let_pass(const Policy& policy, const std::string& before) {
    const Instant now = clock_.now();
    const std::optional<Instant> next = next_[policy.name];
    if (!next || *next > now) {
        return;
    }
    PolicyMemory& memory = memories_[policy.name];
    std::vector<PassedOver> passed = passed_by(policy, memory, now, std::nullopt);
    for (PassedOver& span : passed) {
        if (!span.paused) {
            span.why = "missed, and not made up for before " + before;
        }
    }
    memory.last_due = now;
    hooks_.pass(memory, passed);
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

// The newest that is due and not late; what waited for the first comparison is not late.
std::optional<Instant> Scheduler::prompt_firing(const Policy& policy, Instant now) const {
    const PolicyMemory& memory = memories_.at(policy.name);
    const Instant last = memory.last_due.value_or(*memory.known_since);
    // One microsecond more, as the search is strictly after its begin.
    const Instant late = now - lateness_allowed - waited() - Duration(1);
    return last_unpaused_firing(policy, memory, std::max(last, late), now);
}

// At least one firing is due. What an earlier life missed waits for what the cloud tells of it.
void Scheduler::consider(const Policy& policy, Instant now) {
    const PolicyMemory& memory = memories_[policy.name];
    const Instant last = memory.last_due.value_or(*memory.known_since);
    const Instant newest = last_firing(policy, last, now).value_or(last);
    const bool is_missed = !prompt_firing(policy, now) && missed_firing(policy, memory, last, now);
    if (makes_up_ || (newest > started_ && !is_missed)) {
        settle(policy, now);
    }
}

// The newest stands for all; of the others it is told that they passed.
void Scheduler::settle(const Policy& policy, Instant now) {
    PolicyMemory memory = memories_[policy.name];
    const Instant last = memory.last_due.value_or(*memory.known_since);
    const std::optional<Instant> prompt = prompt_firing(policy, now);
    std::optional<Instant> due = prompt ? prompt : missed_firing(policy, memory, last, now);
    if (memory.paused(now)) {
        due.reset();
    }
    const std::vector<PassedOver> passed = passed_by(policy, memory, now, due);
    memory.last_due = last_firing(policy, last, now).value_or(now);
    memories_[policy.name] = memory;
    next_[policy.name] = next_firing(policy, *memory.last_due);
    // After the clock was set back, a time comes a second time.
    if (due && scheduled_runs(catalog_, policy.name, *due, *due).empty()) {
        const Trigger trigger = prompt ? Trigger::schedule : Trigger::catch_up;
        hooks_.fire(Firing{policy, trigger, *due, {}}, memory, passed);
    } else {
        hooks_.pass(memory, passed);
    }
}

std::vector<PassedOver> Scheduler::passed_by(
    const Policy& policy, const PolicyMemory& memory, Instant now, std::optional<Instant> begun
) const {
    const Instant last = memory.last_due.value_or(*memory.known_since);
    std::vector<PassedOver> spans = passed_over(policy, memory, last, now, begun);
    for (PassedOver& span : spans) {
        std::set<Instant> done;
        for (const Run& run : scheduled_runs(catalog_, policy.name, span.first, span.last)) {
            done.insert(run.due);
        }
        if (!done.empty()) {
            leave_out(done, policy, span);
        }
        if (span.paused) {
            span.why = "the policy was paused" +
                       (memory.pause_reason.empty() ? "" : " (" + memory.pause_reason + ")");
            continue;
        }
        span.why = has_made_up_ ? "missed, because the clock was set or the schedule was changed"
                                : "missed, because the daemon did not run";
        span.why += begun ? "; " + to_rfc3339(*begun) + " is run instead"
                          : ", and not made up for (catch_up)";
    }
    std::erase_if(spans, [](const PassedOver& span) { return span.count == 0; });
    return spans;
}

void Scheduler::settle_pause(const PolicyName& name) {
    const Instant now = time_.now();
    const auto policy = std::ranges::find(policies_, name, &Policy::name);
    const std::optional<Instant> next = next_[name];
    if (policy != policies_.end() && memories_[name].paused(now) && next && *next <= now) {
        settle(*policy, now);
    }
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
    // After the clock was set back and right again, the catalog knows it by itself.
    const auto knew = [&](const Run& run) { return run.id <= known_runs_; };
    if (last && !strange && std::ranges::any_of(scheduled_runs(catalog_, name, due, due), knew)) {
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
