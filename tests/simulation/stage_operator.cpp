// What the operator asks of the daemon.
#include "stage.hpp"

#include <algorithm>

namespace cvmbackup::simulation {

namespace {

using namespace std::chrono;

// So that rules would have deleted in the meantime what is pinned.
constexpr int pinned_times = 12;

}  // namespace

// The operator looks at what the brake stopped, and agrees.
void Stage::let_deletions_go() {
    const Outcome<Plan> plan = life_->engine->plan(std::nullopt);
    for (const PolicyPlan& part : plan->policies) {
        if (!part.stops.empty() && part.expired > 0) {
            note("the operator agrees to " + part.id);
            brake_.agreed(*plan, part.policy);
            static_cast<void>(life_->engine->apply_plan(part.id));
            marks_.hit("deletions let go by the operator");
        }
    }
}

void Stage::run_now(std::uint64_t how) {
    const DrawnPolicy* drawn = some_policy(how);
    if (!life_ || drawn == nullptr) {
        return;
    }
    note("run " + drawn->policy.name.text() + " by hand");
    try {
        if (life_->engine->run_now(drawn->policy.name, {})) {
            marks_.hit("run by hand");
        }
    } catch (const Crash&) {
        crashed();
    }
}

void Stage::cancel(std::uint64_t how) {
    if (!life_) {
        return;
    }
    const std::vector<JobStatus> jobs = life_->engine->jobs();
    if (jobs.empty()) {
        return;
    }
    const RunId job = jobs[how % jobs.size()].run.id;
    note("cancel " + std::to_string(job.value()));
    if (life_->engine->cancel(job)) {
        marks_.hit("run cancelled");
    }
}

void Stage::pause(const Act& act) {
    const DrawnPolicy* drawn = some_policy(act.how);
    if (!life_ || drawn == nullptr) {
        return;
    }
    const Instant until = wall() + act.lasts;
    note("pause " + drawn->policy.name.text() + " until " + to_rfc3339(until));
    firings_.paused(drawn->policy.name, wall(), until);
    try {
        if (life_->engine->pause(drawn->policy.name, until, "by the operator")) {
            firings_.pause_taken(drawn->policy.name, until);
        }
    } catch (const Crash&) {
        crashed();
    }
}

void Stage::reload() {
    if (!life_) {
        return;
    }
    if (!real_catalog_->unfinished_runs().empty()) {
        marks_.hit("settings reloaded in mid-backup");
    }
    note("settings are reloaded");
    take_edition();
    try {
        static_cast<void>(life_->engine->reload());
        firings_.reloaded(wall());
    } catch (const Crash&) {
        crashed();
    }
}

// The oldest point is the next that a rule would delete.
void Stage::pin(const Act& act) {
    const DrawnPolicy* drawn = some_policy(act.how);
    if (!life_ || drawn == nullptr) {
        return;
    }
    std::vector<Backup> points = real_catalog_->points(drawn->policy.name);
    std::erase_if(points, [](const Backup& backup) {
        return std::ranges::count(backup.copies, CopyState::done, &Copy::state) == 0;
    });
    if (points.empty()) {
        return;
    }
    const std::uint64_t choice = act.how >> 8U;
    const bool oldest = choice % 4 != 0;
    const BackupId point =
        oldest ? std::ranges::min(points, {}, &Backup::due).id : points[choice % points.size()].id;
    const Duration lasts = act.lasts * pinned_times;
    std::optional<Instant> until;
    if (choice / 4 % 2 == 0) {
        until = wall() + lasts;
    }
    note("pin " + std::to_string(point.value()) + (until ? " until " + to_rfc3339(*until) : ""));
    if (!until) {
        later_.emplace(now_ + lasts, [this, point] { unpin(point); });
    }
    try {
        if (life_->engine->pin(point, until, "by the operator")) {
            pins_.pinned(point, until);
        }
    } catch (const Crash&) {
        crashed();
    }
}

void Stage::unpin(BackupId point) {
    if (!life_) {
        later_.emplace(now_ + hours(1), [this, point] { unpin(point); });
        return;
    }
    note("unpin " + std::to_string(point.value()));
    pins_.unpinned(point);
    try {
        static_cast<void>(life_->engine->unpin(point));
    } catch (const Crash&) {
        crashed();
    }
}

// Whatever the daemon shows as pinned; what was pinned until a time that has come must end by
// itself.
void Stage::unpin_all() {
    for (const Policy& policy : policies_) {
        for (const Backup& backup : real_catalog_->points(policy.name)) {
            const bool by_itself = backup.pinned_until && *backup.pinned_until <= wall();
            if (backup.pinned_at && !by_itself) {
                unpin(backup.id);
            }
        }
    }
}

}  // namespace cvmbackup::simulation
