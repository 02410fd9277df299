// Plays seeds one after the other and prints one JSON line for each; tests/simulate reads them.
#include "stage.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <sqlite3.h>

#include <cstdio>
#include <iostream>

namespace cvmbackup::simulation {
namespace {

boost::json::object to_json(const Options& options, const Verdict& verdict) {
    boost::json::object line;
    line["seed"] = options.seed;
    line["days"] = std::chrono::duration_cast<std::chrono::days>(options.horizon).count();
    line["played_days"] = std::chrono::duration_cast<std::chrono::days>(verdict.played).count();
    line["digest"] = verdict.digest;
    line["requests"] = verdict.figures.requests;
    line["failed"] = verdict.figures.failed_requests;
    line["retries"] = verdict.figures.retries;
    line["backups"] = verdict.figures.backups;
    line["good"] = verdict.figures.good;
    line["kills"] = verdict.figures.kills;
    line["lives"] = verdict.figures.lives;
    if (verdict.broken) {
        line["promise"] = verdict.broken->promise;
        line["moment"] = to_rfc3339(verdict.moment);
        line["broken"] = verdict.broken->text;
    }
    boost::json::object marks;
    for (const auto& [mark, count] : verdict.marks) {
        marks[mark] = count;
    }
    line["marks"] = marks;
    return line;
}

int run(int argc, char** argv) {
    CLI::App app("Plays seeds of the simulation, one JSON line each.");
    Options options;
    std::uint64_t last = 0;
    int days = 365;
    std::vector<std::string> off;
    std::vector<int> policies;
    std::vector<int> instances;
    app.add_option("--first", options.seed, "first seed");
    app.add_option("--last", last, "last seed");
    app.add_option("--days", days, "simulated days of each");
    app.add_option("--fleet", options.fleet, "instances at the beginning");
    app.add_option("--off", off, "classes of faults to leave out")
        ->delimiter(',')
        ->check(CLI::IsMember(fault_classes()));
    app.add_option("--policies", policies, "only these, from 0")->delimiter(',');
    app.add_option("--instances", instances, "only these, from 1")->delimiter(',');
    app.add_flag("--trace", options.trace, "print every event");
    CLI11_PARSE(app, argc, argv);
    options.horizon = std::chrono::days(days);
    options.off = {off.begin(), off.end()};
    if (!policies.empty()) {
        options.policies = {policies.begin(), policies.end()};
    }
    if (!instances.empty()) {
        options.instances = {instances.begin(), instances.end()};
    }
    bool broken = false;
    for (; options.seed <= std::max(last, options.seed); ++options.seed) {
        Stage stage(draw_scenario(options));
        const Verdict verdict = stage.play();
        std::cout << boost::json::serialize(to_json(options, verdict)) << std::endl;
        broken = broken || verdict.broken.has_value();
        if (options.seed >= last) {
            break;
        }
    }
    return broken ? 1 : 0;
}

}  // namespace
}  // namespace cvmbackup::simulation

int main(int argc, char** argv) {
    // Locks and counts that one thread has no use for.
    sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    return cvmbackup::simulation::run(argc, argv);
}
