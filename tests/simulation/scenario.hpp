// What one seed draws before anything runs: fleet, policies and their later editions, the cloud's
// switches, faults with their intensities, and what befalls daemon and cloud at which time. Each
// part has a stream of chance of its own, so that leaving one out does not change the others.
#pragma once

#include "cloudsim/chance.hpp"
#include "cloudsim/cloud.hpp"
#include "model/policy.hpp"
#include "timetable.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace cvmbackup::simulation {

using cloudsim::Chance;

struct Options {
    std::uint64_t seed = 1;
    Duration horizon = std::chrono::days(365);
    int fleet = 10;
    std::set<std::string> off;               // classes of faults left out
    std::optional<std::set<int>> policies;   // by number; only these
    std::optional<std::set<int>> instances;  // by number; only these
    bool trace = false;
};

// Names of what can be left out: faults of the cloud, and what befalls the daemon.
const std::vector<std::string>& fault_classes();

struct DrawnPolicy {
    Policy policy;
    Schedule schedule;
    std::vector<Denied> denied;
};

// The policies in force from some time on.
struct Edition {
    Instant from{};
    std::vector<DrawnPolicy> policies;
};

enum class ActKind {
    kill,  // at the next boundary that `how` names
    stop,  // orderly, and begun again
    jump,  // the wall clock is set by `by`, and set right after `lasts`; never if zero
    run_now,
    cancel,
    pause,   // for `lasts`
    reload,  // to the next edition
    instance_comes,
    instance_goes,
    instance_stops,  // for `lasts`
    foreign_image,
    foreign_object,
    image_deleted,  // one of the daemon's, by the operator's hand
    quota_shrinks,  // for `lasts`
    support_call,   // the cloud's support ends what hangs
    image_renamed,  // one of the daemon's, by the operator's hand
    pin,            // a recovery point, unpinned after `lasts`
    catalog_lost,   // the daemon dies, and the catalog with it
    catalog_copied,
    catalog_put_back,  // the daemon dies, and begins again with that copy
};

struct Act {
    Instant at{};
    ActKind kind = ActKind::kill;
    std::uint64_t how = 0;  // free choice of the act
    Duration lasts{0};
    Duration by{0};
};

struct Scenario {
    Options options;
    Instant begin{};
    Instant end{};
    cloudsim::World world;
    cloudsim::FaultPlan faults;
    Settings settings;  // without policies
    std::vector<Edition> editions;
    std::vector<Act> acts;  // in order of time
};

Scenario draw_scenario(const Options& options);

// The parts, for scenario.cpp.
void draw_world(Scenario& scenario);
void draw_policies(Scenario& scenario);
void draw_faults(Scenario& scenario);
void draw_acts(Scenario& scenario);

// By the oracle's own reading of the selection; no names are drawn.
bool selects(const Policy& policy, const cloudsim::Instance& instance);

}  // namespace cvmbackup::simulation
