// With which faults the cloud answers, and how often.
#include "scenario.hpp"

#include <array>
#include <utility>

namespace cvmbackup::simulation {

namespace {

using cloudsim::Fault;
using cloudsim::FaultKind;

// From hardly ever to a third of the requests; most seeds are rather quiet.
double intensity(Chance& chance) {
    const double drawn = chance.fraction();
    return chance.below(3) == 0 ? 0.0 : drawn * drawn * drawn * 0.3;
}

Fault fault_of(FaultKind kind, const char* name, const char* action, double probability) {
    Fault fault;
    fault.kind = kind;
    fault.name = name;
    fault.action = action;
    fault.probability = probability;
    return fault;
}

// Of an answer, in MiB; HttpRequest::answer_limit is 50.
constexpr std::int64_t more_than_is_read = 51;

constexpr std::array changing{
    "CreateImage", "SyncImages", "ExportImages", "DeleteImages", "StartInstances"};

void draw_lost(Scenario& scenario, Chance& chance) {
    for (const char* action : changing) {
        Fault before = fault_of(FaultKind::lost_before, "lost-before", action, intensity(chance));
        before.silent = chance.below(3) == 0;
        scenario.faults.add(before);
        Fault after = fault_of(FaultKind::lost_after, "lost-after", action, intensity(chance));
        after.silent = chance.below(3) == 0;
        scenario.faults.add(after);
    }
    for (const char* action : {"Describe*", "cos:*"}) {
        scenario.faults.add(fault_of(FaultKind::reset, "reset", action, intensity(chance) / 3));
    }
}

// Carried out when nobody waits for the answer any more, in one seed of three.
void draw_late(Scenario& scenario) {
    Chance chance(scenario.options.seed, 91);
    if (chance.below(3) != 0 || scenario.options.off.contains("lost")) {
        return;
    }
    for (const char* action : changing) {
        Fault late = fault_of(FaultKind::lost_late, "lost-late", action, intensity(chance));
        late.silent = chance.below(3) == 0;
        late.late = {std::chrono::seconds(5), std::chrono::seconds(60 + chance.below(540))};
        scenario.faults.add(late);
    }
}

void draw_garbled(Scenario& scenario, Chance& chance) {
    for (const char* action : {"CreateImage", "SyncImages", "ExportImages", "*"}) {
        const double share = action[0] == '*' ? 0.1 : 0.5;
        scenario.faults.add(
            fault_of(FaultKind::garbage, "garbage", action, intensity(chance) * share)
        );
        scenario.faults.add(
            fault_of(FaultKind::truncated, "truncated", action, intensity(chance) * share)
        );
    }
}

void draw_refused(Scenario& scenario, Chance& chance) {
    static constexpr std::array codes{
        "InternalError",
        "ResourceUnavailable",
        "InternalServerError",
        "RequestLimitExceeded",
        "MutexOperation.TaskRunning"};
    for (const char* action : changing) {
        Fault fault = fault_of(FaultKind::error, "error", action, intensity(chance));
        fault.code = codes[chance.below(codes.size())];
        scenario.faults.add(fault);
    }
    Fault page = fault_of(FaultKind::http_error, "http-500", "*", intensity(chance) * 0.2);
    page.status = chance.below(2) == 0 ? 500 : 503;
    scenario.faults.add(page);
    Fault denied =
        fault_of(FaultKind::error, "error", "DescribeInstances", intensity(chance) * 0.2);
    denied.code = "UnauthorizedOperation";
    scenario.faults.add(denied);
    for (const char* action : {"CreateImage", "Describe*"}) {
        Fault clock = fault_of(FaultKind::clock_off, "clock-off", action, intensity(chance) * 0.2);
        const std::chrono::seconds off(310 + chance.below(1200));
        clock.clock_offset = chance.below(2) == 0 ? off : -off;
        scenario.faults.add(clock);
    }
}

void draw_slow(Scenario& scenario, Chance& chance) {
    for (const char* action : {"CreateImage", "SyncImages", "*"}) {
        Fault fault = fault_of(FaultKind::slow, "slow", action, intensity(chance) * 0.3);
        fault.delay = std::chrono::seconds(2 + chance.below(90));
        scenario.faults.add(fault);
    }
}

void draw_tasks(Scenario& scenario, Chance& chance) {
    for (const char* action : {"CreateImage", "SyncImages", "ExportImages", "StartInstances"}) {
        scenario.faults.add(
            fault_of(FaultKind::task_fails, "task-fails", action, intensity(chance) / 2)
        );
        scenario.faults.add(
            fault_of(FaultKind::task_vanishes, "task-vanishes", action, intensity(chance) / 2)
        );
        scenario.faults.add(
            fault_of(FaultKind::task_hangs, "task-hangs", action, intensity(chance) / 6)
        );
    }
}

void draw_outages(Scenario& scenario, Chance& chance) {
    static constexpr std::array regions{"", "ap-guangzhou", "ap-shanghai", "ap-beijing"};
    for (Instant at = scenario.begin; at < scenario.end;) {
        at += std::chrono::hours(24 * (10 + chance.below(100)));
        const bool mute = chance.below(2) == 0;
        Fault fault = mute ? fault_of(FaultKind::lost_before, "outage", "*", 1.0)
                           : fault_of(FaultKind::error, "outage", "*", 1.0);
        fault.region = regions[chance.below(regions.size())];
        fault.from = at;
        const bool is_long = chance.below(4) == 0;
        fault.until = at + std::chrono::minutes(10 + chance.below(is_long ? 4000 : 400));
        scenario.faults.add(fault);
    }
}

// In one seed of three: lists that tell of a while ago, and errors told of what was carried out.
void draw_stale(Scenario& scenario) {
    Chance chance(scenario.options.seed, 93);
    if (chance.below(3) != 0 || scenario.options.off.contains("garbled")) {
        return;
    }
    Fault stale = fault_of(FaultKind::stale, "stale", "Describe*", intensity(chance));
    stale.delay = std::chrono::seconds(5 + chance.below(235));
    scenario.faults.add(stale);
    for (const char* action : changing) {
        Fault after = fault_of(FaultKind::error_after, "error-after", action, intensity(chance));
        after.code = "InternalError";
        scenario.faults.add(after);
    }
}

// In one seed of three: answers that are too long or told to be another request's, and pages that
// begin one later.
void draw_odd_answers(Scenario& scenario) {
    Chance chance(scenario.options.seed, 98);
    if (chance.below(3) != 0 || scenario.options.off.contains("garbled")) {
        return;
    }
    for (const char* action : changing) {
        Fault huge = fault_of(FaultKind::huge, "huge", action, intensity(chance) / 6);
        huge.megabytes = more_than_is_read;
        scenario.faults.add(huge);
    }
    for (const char* action : {"Describe*", "cos:GetBucket"}) {
        Fault huge = fault_of(FaultKind::huge, "huge", action, intensity(chance) / 50);
        huge.megabytes = more_than_is_read;
        scenario.faults.add(huge);
    }
    scenario.faults.add(
        fault_of(FaultKind::wrong_request_id, "wrong-request-id", "*", intensity(chance) / 2)
    );
    scenario.faults.add(
        fault_of(FaultKind::page_shifts, "page-shifts", "Describe*", intensity(chance))
    );
}

// In one seed of three: what was complete is gone after minutes or days.
void draw_vanishing(Scenario& scenario) {
    Chance chance(scenario.options.seed, 99);
    if (chance.below(3) != 0 || scenario.options.off.contains("tasks")) {
        return;
    }
    for (const char* action : {"CreateImage", "SyncImages", "ExportImages"}) {
        Fault fault = fault_of(
            FaultKind::task_done_vanishes, "task-done-vanishes", action, intensity(chance) / 6
        );
        const bool is_soon = chance.below(2) == 0;
        fault.delay = std::chrono::minutes(1 + chance.below(is_soon ? 60 : 4320));
        scenario.faults.add(fault);
    }
}

// In one seed of three: up to two instances are gone soon after they were named.
void draw_vanishing_instances(Scenario& scenario) {
    Chance chance(scenario.options.seed, 100);
    if (chance.below(3) != 0 || scenario.options.off.contains("fleet")) {
        return;
    }
    for (const auto& [action, probability] :
         {std::pair("CreateImage", 0.004), std::pair("DescribeInstances", 0.001)}) {
        Fault fault =
            fault_of(FaultKind::instance_vanishes, "instance-vanishes", action, probability);
        fault.times = 1;
        fault.delay = std::chrono::seconds(1 + chance.below(600));
        scenario.faults.add(fault);
    }
}

// What an export leaves that fails: where sizes can tell, objects.
void draw_failed_exports(Scenario& scenario) {
    Chance chance(scenario.options.seed, 110);
    const auto format = static_cast<ExportFormat>(chance.below(4));
    for (Edition& edition : scenario.editions) {
        for (DrawnPolicy& drawn : edition.policies) {
            if (drawn.policy.exported) {
                drawn.policy.exported->format = format;
            }
        }
    }
    static constexpr std::array left{
        cloudsim::FailedExport::nothing,
        cloudsim::FailedExport::empty_object,
        cloudsim::FailedExport::partial_object};
    const bool sizes_tell = format == ExportFormat::raw;
    scenario.world.behaviour.failed_export = left[chance.below(sizes_tell ? 3 : 2)];
}

// In one seed of three: an account, its key, reading or a region is taken away for hours or days.
void draw_hard_times(Scenario& scenario) {
    Chance chance(scenario.options.seed, 94);
    if (chance.below(3) != 0 || scenario.options.off.contains("outage")) {
        return;
    }
    for (Instant at = scenario.begin; at < scenario.end;) {
        at += std::chrono::hours(24 * (5 + chance.below(60)));
        Fault fault;
        switch (chance.below(4)) {
            case 0:
                fault = fault_of(FaultKind::key_revoked, "key-revoked", "*", 1.0);
                break;
            case 1:
                fault = fault_of(FaultKind::in_arrears, "in-arrears", "*", 1.0);
                break;
            case 2:
                fault = fault_of(FaultKind::error, "denied", "Describe*", 1.0);
                fault.code = "UnauthorizedOperation";
                break;
            default:
                fault = fault_of(FaultKind::region_gone, "region-gone", "*", 1.0);
                fault.region = "ap-shanghai";
        }
        fault.from = at;
        fault.until =
            at + std::chrono::minutes(10 + chance.below(chance.below(2) == 0 ? 300 : 4000));
        scenario.faults.add(fault);
    }
}

}  // namespace

const std::vector<std::string>& fault_classes() {
    static const std::vector<std::string> names{
        "lost",
        "garbled",
        "refused",
        "slow",
        "tasks",
        "outage",
        "crash",
        "stop",
        "jump",
        "manual",
        "cancel",
        "pause",
        "reload",
        "fleet",
        "foreign",
        "outside",
        "quota",
        "pin",
        "catalog"};
    return names;
}

void draw_faults(Scenario& scenario) {
    using Draw = void (*)(Scenario&, Chance&);
    static constexpr std::array<std::pair<const char*, Draw>, 6> draws{{
        {"lost", draw_lost},
        {"garbled", draw_garbled},
        {"refused", draw_refused},
        {"slow", draw_slow},
        {"tasks", draw_tasks},
        {"outage", draw_outages},
    }};
    std::uint64_t stream = 30;
    for (const auto& [name, draw] : draws) {
        Chance chance(scenario.options.seed, ++stream);
        const bool drawn = chance.below(3) != 0;
        if (drawn && !scenario.options.off.contains(name)) {
            draw(scenario, chance);
        }
    }
    draw_failed_exports(scenario);
    draw_late(scenario);
    draw_stale(scenario);
    draw_hard_times(scenario);
    draw_odd_answers(scenario);
    draw_vanishing(scenario);
    draw_vanishing_instances(scenario);
}

}  // namespace cvmbackup::simulation
