#include "scenario.hpp"

#include <algorithm>
#include <array>
#include <cmath>

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

struct Frequency {
    const char* fault_class;
    ActKind kind;
    int days;  // between two, on average and at most drawn
};

constexpr std::array<Frequency, 17> frequencies{{
    {"crash", ActKind::kill, 6},
    {"stop", ActKind::stop, 40},
    {"jump", ActKind::jump, 40},
    {"manual", ActKind::run_now, 15},
    {"cancel", ActKind::cancel, 25},
    {"pause", ActKind::pause, 60},
    {"reload", ActKind::reload, 50},
    {"fleet", ActKind::instance_comes, 60},
    {"fleet", ActKind::instance_goes, 60},
    {"fleet", ActKind::instance_stops, 40},
    {"foreign", ActKind::foreign_image, 20},
    {"foreign", ActKind::foreign_object, 30},
    {"outside", ActKind::image_deleted, 40},
    {"quota", ActKind::quota_shrinks, 80},
    {"tasks", ActKind::support_call, 6},
    {"outside", ActKind::image_renamed, 20},
    {"pin", ActKind::pin, 15},
}};

Duration draw_gap(Chance& chance, int days) {
    const auto minutes = static_cast<std::uint64_t>(days) * 2 * 1440;
    return std::chrono::minutes(1 + chance.below(minutes)) +
           std::chrono::microseconds(chance.below(60'000'000));
}

// By hours up to days, once or twice in one seed of four; somebody may set it right again.
void draw_leaps(Scenario& scenario) {
    Chance chance(scenario.options.seed, 90);
    if (chance.below(4) != 0 || scenario.options.off.contains("jump")) {
        return;
    }
    const auto minutes = std::chrono::floor<std::chrono::minutes>(scenario.options.horizon);
    for (std::uint64_t left = 1 + chance.below(2); left > 0; --left) {
        Act act;
        act.kind = ActKind::jump;
        act.at = scenario.begin +
                 std::chrono::minutes(chance.below(static_cast<std::uint64_t>(minutes.count())));
        const std::chrono::minutes by(120 + chance.below(5 * 1440));
        act.by = chance.below(2) == 0 ? by : -by;
        const std::chrono::minutes lasts(10 + chance.below(6 * 1440));
        act.lasts = chance.below(4) == 0 ? Duration(0) : Duration(lasts);
        scenario.acts.push_back(act);
    }
}

// Soon after the next due time: things go wrong in mid-backup more often than not.
Instant in_mid_backup(const Scenario& scenario, Chance& chance, Instant at) {
    const DrawnPolicy* first = nullptr;
    for (const Edition& edition : scenario.editions) {
        if (edition.from <= at && !edition.policies.empty()) {
            first = &edition.policies.front();
        }
    }
    if (first == nullptr) {
        return at;
    }
    const auto due = due_times(
        first->schedule, first->denied, first->policy.zone.text(), at, at + std::chrono::days(9)
    );
    return due.empty() ? at : due.front() + std::chrono::seconds(chance.below(900));
}

// By months, in one seed of six; it is found out in mid-backup, and set right while the daemon is
// down.
void draw_wrong_time(Scenario& scenario) {
    Chance chance(scenario.options.seed, 96);
    if (chance.below(6) != 0 || scenario.options.off.contains("jump")) {
        return;
    }
    const auto minutes = std::chrono::floor<std::chrono::minutes>(scenario.options.horizon);
    const std::chrono::days by(20 + chance.below(200));
    Act wrong;
    wrong.kind = ActKind::jump;
    wrong.at = scenario.begin +
               std::chrono::minutes(chance.below(static_cast<std::uint64_t>(minutes.count())));
    wrong.by = chance.below(3) == 0 ? -by : by;
    Act stop;
    stop.kind = ActKind::stop;
    const Instant found = wrong.at + std::chrono::minutes(1 + chance.below(3 * 1440));
    stop.at = in_mid_backup(scenario, chance, found + wrong.by) - wrong.by;
    Act right = wrong;
    right.at = stop.at + std::chrono::seconds(1);
    right.by = -wrong.by;
    for (const Act& act : {wrong, stop, right}) {
        if (act.at < scenario.end) {
            scenario.acts.push_back(act);
        }
    }
}

// Once in one seed of eight.
void draw_catalog_loss(Scenario& scenario) {
    Chance chance(scenario.options.seed, 92);
    if (chance.below(8) != 0 || scenario.options.off.contains("catalog")) {
        return;
    }
    Act act;
    act.kind = ActKind::catalog_lost;
    act.lasts = std::chrono::minutes(1 + chance.below(600));
    const Duration after = draw_gap(chance, 1000) % scenario.options.horizon;
    const Instant at = scenario.begin + after;
    act.at = chance.below(2) == 0 ? at : in_mid_backup(scenario, chance, at);
    if (act.at < scenario.end) {
        scenario.acts.push_back(act);
    }
}

// An older one is put back, once in one seed of eight.
void draw_older_catalog(Scenario& scenario) {
    Chance chance(scenario.options.seed, 97);
    if (chance.below(8) != 0 || scenario.options.off.contains("catalog")) {
        return;
    }
    const Instant last = scenario.begin + draw_gap(chance, 1000) % scenario.options.horizon;
    const Duration age =
        std::chrono::minutes(1 + chance.below(chance.below(2) == 0 ? 600 : 30'000));
    Act copied;
    copied.kind = ActKind::catalog_copied;
    copied.at = in_mid_backup(scenario, chance, std::max(scenario.begin, last - age));
    Act back;
    back.kind = ActKind::catalog_put_back;
    back.at = chance.below(2) == 0 ? last : in_mid_backup(scenario, chance, last);
    // Sooner, a firing of just before may run again: docs/promises.md says so.
    back.lasts = std::chrono::minutes(15 + chance.below(600));
    if (copied.at < back.at && back.at < scenario.end) {
        scenario.acts.push_back(copied);
        scenario.acts.push_back(back);
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
    draw_late(scenario);
    draw_stale(scenario);
    draw_hard_times(scenario);
}

void draw_acts(Scenario& scenario) {
    std::uint64_t stream = 50;
    for (const Frequency& each : frequencies) {
        Chance chance(scenario.options.seed, ++stream);
        const bool drawn = chance.below(4) != 0 || each.kind == ActKind::reload;
        const bool off = scenario.options.off.contains(each.fault_class);
        for (Instant at = scenario.begin; drawn && !off;) {
            at += draw_gap(chance, each.days);
            if (at >= scenario.end) {
                break;
            }
            Act act;
            act.at = chance.below(2) == 0 ? at : in_mid_backup(scenario, chance, at);
            if (act.at >= scenario.end) {
                break;
            }
            act.kind = each.kind;
            act.how = chance.next();
            act.lasts = std::chrono::minutes(5 + chance.below(2 * 1440));
            act.by = std::chrono::seconds(static_cast<std::int64_t>(chance.below(480)) - 240);
            scenario.acts.push_back(act);
        }
    }
    draw_leaps(scenario);
    draw_wrong_time(scenario);
    draw_catalog_loss(scenario);
    draw_older_catalog(scenario);
    std::ranges::stable_sort(scenario.acts, {}, &Act::at);
}

}  // namespace cvmbackup::simulation
