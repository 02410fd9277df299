// status: is everything well?
#include "ctl/json.hpp"
#include "ctl/listing.hpp"
#include "ctl/verbs.hpp"
#include "ctl/words.hpp"

#include <array>
#include <cstdio>

namespace cvmbackup::ctl {

namespace {

std::string plain_number(double value) {
    std::array<char, 32> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%.6g", value);
    return buffer.data();
}

void print_daemon(Output& output, const Dict& daemon, Instant now) {
    const auto started = instant(daemon, "started_usec");
    output.line(
        "cvmbackupd " + text(daemon, "version") + ", up since " + local_time(started) + " (" +
        relative(started, now) + "), configuration " + text(daemon, "config_dir")
    );
    const double speed = real(daemon, "clock_speed");
    if (speed != 1.0) {
        const std::string warning = "SCALED CLOCK: time runs " + plain_number(speed) +
                                    " times as fast as real time, for demos and tests only. "
                                    "It is now " +
                                    local_time(now) + ".";
        output.line(output.coloured(warning, Colour::loud));
    }
    if (!flag(daemon, "last_reload_ok")) {
        const std::string trouble = "The reload " +
                                    relative(instant(daemon, "last_reload_usec"), now) +
                                    " found errors; the settings before it are in force: " +
                                    harmless(text(daemon, "last_reload_text"));
        output.line(output.coloured(trouble, Colour::bad));
    }
    output.line(
        counted(static_cast<std::size_t>(number(daemon, "policies")), "policy") + ", " +
        counted(static_cast<std::size_t>(number(daemon, "jobs")), "job") + " in progress, " +
        counted(static_cast<std::size_t>(number(daemon, "backups_in_flight")), "backup") +
        " in flight"
    );
}

void print_policies(Output& output, const Rows& policies, Instant now) {
    Table table({"POLICY", "STATE", "NEXT RUN", "LEFT", "LAST RESULT", "LAST SUCCESS", "RPO"});
    for (const Dict& policy : policies) {
        const auto next = instant(policy, "next_run_usec");
        Table::Cell rpo = "none";
        if (number(policy, "rpo_seconds") >= 0) {
            rpo = flag(policy, "rpo_missed") ? Table::Cell("missed", Colour::bad)
                                             : Table::Cell("met", Colour::good);
        }
        table.add(
            {text(policy, "name"),
             policy_state_cell(policy),
             local_time(next),
             relative(next, now),
             result_cell(text(policy, "last_result")),
             relative(instant(policy, "last_success_usec"), now),
             rpo}
        );
    }
    table.print(output);
}

void print_missed(Output& output, const Rows& policies, Instant now) {
    bool missed = false;
    for (const Dict& policy : policies) {
        if (!flag(policy, "rpo_missed")) {
            continue;
        }
        if (!missed) {
            output.line("");
        }
        missed = true;
        const auto success = instant(policy, "last_success_usec");
        const std::string when =
            success ? "its last success was due " + relative(success, now) : "it never succeeded";
        const std::string words = "Policy " + text(policy, "name") + " has missed its rpo of " +
                                  rough(std::chrono::seconds(number(policy, "rpo_seconds"))) +
                                  ": " + when + ".";
        output.line(output.coloured(words, Colour::bad));
    }
}

void print_stopped(Output& output, const Rows& policies) {
    for (const Dict& policy : policies) {
        const std::vector<std::string> stops = texts(policy, "stops");
        if (stops.empty()) {
            continue;
        }
        const std::string name = text(policy, "name");
        const std::string words = "Policy " + name + " deletes nothing: " + joined(stops, "; ") +
                                  "; see cvmbackupctl plan " + name + ".";
        output.line(output.coloured(words, Colour::bad));
    }
}

}  // namespace

ExitCode show_status(Context& context) {
    Output& output = context.output;
    Manager& manager = context.session.manager();
    const Dict daemon = manager.Status({});
    const auto list_policies = [&manager](const Dict& page) { return manager.ListPolicies(page); };
    const auto list_jobs = [&manager](const Dict& page) { return manager.ListJobs(page); };
    const Rows policies = all_rows(list_policies, {}, 0);
    const Rows jobs = all_rows(list_jobs, {}, 0);
    const Instant now = instant(daemon, "now_usec").value_or(Instant());
    bool missed = false;
    for (const Dict& policy : policies) {
        missed = missed || flag(policy, "rpo_missed");
    }
    if (output.style().json) {
        const Dict document{{"daemon", daemon}, {"policies", policies}, {"jobs", jobs}};
        output.print(to_json(document));
        return missed ? ExitCode::stale : ExitCode::ok;
    }
    print_daemon(output, daemon, now);
    if (!policies.empty()) {
        output.line("");
        print_policies(output, policies, now);
    }
    if (!jobs.empty()) {
        output.line("");
        print_jobs(output, jobs, now);
    }
    print_missed(output, policies, now);
    print_stopped(output, policies);
    return missed ? ExitCode::stale : ExitCode::ok;
}

}  // namespace cvmbackup::ctl
