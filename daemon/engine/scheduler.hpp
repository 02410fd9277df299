// Sleeps until the next firing of any policy and fires it once. What a firing is, and whether a
// missed one is made up for, is decided by rules/calendar and rules/catch_up from the last
// scheduled instant that was acted on, which is remembered in the catalog.
#pragma once

#include "engine/timekeeper.hpp"
#include "model/backup.hpp"
#include "model/policy.hpp"
#include "ports/catalog.hpp"
#include "ports/clock.hpp"
#include "ports/observer.hpp"
#include "rules/passed_over.hpp"
#include "rules/run_plan.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace cvmbackup {

// A firing noticed later than this was missed (the daemon or the machine did not run).
constexpr Duration lateness_allowed = std::chrono::minutes(5);
// What was due before the start waits for the first comparison with the cloud, but not for longer.
constexpr Duration made_up_after = std::chrono::minutes(4);

class Scheduler {
public:
    struct Hooks {
        // Commits the memory together with the run it begins, and with what passed before it.
        std::function<void(const Firing&, const PolicyMemory&, const std::vector<PassedOver>&)>
            fire;
        // Commits the memory, and what passed without a run.
        std::function<void(const PolicyMemory&, const std::vector<PassedOver>&)> pass;
    };

    Scheduler(Clock& clock, Timekeeper& time, Catalog& catalog, Observer& observer, Hooks hooks);

    // Replaces the policies; one that was not there before fires from now on, not for the past.
    void set_policies(std::vector<Policy> policies);
    Task<void> run();
    void clock_set();

    const PolicyMemory& memory(const PolicyName& policy) const;
    void remember(const PolicyMemory& memory);  // commits
    // Before a pause is ended or changed: what it has excluded so far stays excluded.
    void settle_pause(const PolicyName& policy);
    // A firing that was acted on although nobody remembers it: the catalog is new or was put back
    // from a backup, its image is there. Later ones that were missed are made up for as usual.
    // `settled`: no newer one can come to light.
    void learn(const PolicyName& policy, Instant due, bool settled);
    // What was due before the start is acted on from now on: what the cloud tells of it is learnt,
    // or waited for long enough.
    void make_up();
    std::optional<Instant> next(const Policy& policy) const;

private:
    void plan_next();
    void let_pass(const Policy& policy, const std::string& before);
    void part(Changes& changes);
    void meet(const PolicyName& policy, PolicyMemory& memory);
    bool came_from_the_future(PolicyMemory& memory);
    void fire_due(Instant now);
    void consider(const Policy& policy, Instant now);
    void settle(const Policy& policy, Instant now);
    std::optional<Instant> prompt_firing(const Policy& policy, Instant now) const;
    std::vector<PassedOver> passed_by(
        const Policy& policy, const PolicyMemory& memory, Instant now, std::optional<Instant> begun
    ) const;
    Duration waited() const;

    Clock& clock_;
    Timekeeper& time_;
    Catalog& catalog_;
    Observer& observer_;
    Hooks hooks_;
    std::unique_ptr<Sleeper> sleeper_;
    std::vector<Policy> policies_;
    std::map<PolicyName, PolicyMemory> memories_;
    std::map<PolicyName, std::optional<Instant>> next_;
    std::optional<Instant> told_until_;  // the newest time that the catalog of the start tells of
    std::set<PolicyName> strangers_;     // to that catalog
    bool has_planned_ = false;
    const RunId known_runs_;  // by the catalog of the start
    const Instant started_;
    const Duration started_steady_;
    bool makes_up_ = false;
    bool has_made_up_ = false;
};

}  // namespace cvmbackup
