// What befalls the daemon, its machine and its neighbours, and at which time.
#include "scenario.hpp"

#include <algorithm>
#include <array>

namespace cvmbackup::simulation {

namespace {

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
