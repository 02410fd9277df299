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
    // Commits the memory together with the run it begins.
    using Fire = std::function<void(const Policy&, Trigger, Instant due, const PolicyMemory&)>;

    Scheduler(Clock& clock, Timekeeper& time, Catalog& catalog, Observer& observer, Fire fire);

    // Replaces the policies; one that was not there before fires from now on, not for the past.
    void set_policies(std::vector<Policy> policies);
    Task<void> run();
    void clock_set();

    const PolicyMemory& memory(const PolicyName& policy) const;
    void remember(const PolicyMemory& memory);  // commits
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
    void part(Changes& changes);
    void meet(const PolicyName& policy, PolicyMemory& memory);
    bool came_from_the_future(PolicyMemory& memory);
    void fire_due(Instant now);
    void consider(const Policy& policy, Instant now);
    Duration waited() const;

    Clock& clock_;
    Timekeeper& time_;
    Catalog& catalog_;
    Observer& observer_;
    Fire fire_;
    std::unique_ptr<Sleeper> sleeper_;
    std::vector<Policy> policies_;
    std::map<PolicyName, PolicyMemory> memories_;
    std::map<PolicyName, std::optional<Instant>> next_;
    std::optional<Instant> told_until_;  // the newest time that the catalog of the start tells of
    std::set<PolicyName> strangers_;     // to that catalog
    bool has_planned_ = false;
    const Instant started_;
    const Duration started_steady_;
    bool makes_up_ = false;
    bool has_made_up_ = false;
};

}  // namespace cvmbackup
