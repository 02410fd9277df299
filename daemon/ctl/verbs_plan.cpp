// plan, apply, pin, unpin, calendar: what will be done.
#include "ctl/json.hpp"
#include "ctl/listing.hpp"
#include "ctl/verbs.hpp"
#include "ctl/words.hpp"

#include <algorithm>
#include <set>

namespace cvmbackup::ctl {

namespace {

// One remark for each policy whose deletions are stopped.
void print_stops(Output& output, const Rows& decisions) {
    std::set<std::string> told;
    for (const Dict& decision : decisions) {
        const std::vector<std::string> stops = texts(decision, "stops");
        const std::string plan = text(decision, "plan");
        if (stops.empty() || !told.insert(plan).second) {
            continue;
        }
        const std::string words = "Policy " + text(decision, "policy") +
                                  ": these deletions are stopped: " + joined(stops, "; ") + ".";
        output.line(output.coloured(words, Colour::bad));
        output.line("If they are right, let them go: cvmbackupctl apply " + plan);
    }
}

}  // namespace

ExitCode show_plan(Context& context, const std::string& policy, bool all) {
    Output& output = context.output;
    Manager& manager = context.session.manager();
    const auto list = [&](const Dict& page) { return manager.Plan(policy, page); };
    const Rows decisions = all_rows(list, {}, 0);
    if (output.style().json) {
        output.print(to_json(decisions));
        return ExitCode::ok;
    }
    const Instant now = context.session.now();
    Table table(
        {"POLICY", "INSTANCE", ">POINT", "COPY", "REGION", "DUE", "AGE", "VERDICT", "REASON"}
    );
    std::size_t expired = 0;
    for (const Dict& decision : decisions) {
        const bool keep = flag(decision, "keep");
        expired += keep ? 0 : 1;
        if (keep && !all) {
            continue;
        }
        const auto due = instant(decision, "due_usec");
        table.add(
            {text(decision, "policy"),
             text(decision, "instance"),
             std::to_string(number(decision, "backup")),
             text(decision, "kind"),
             text(decision, "region"),
             local_time(due),
             relative(due, now),
             keep ? Table::Cell("keep", Colour::good) : Table::Cell("delete", Colour::bad),
             text(decision, "reason")}
        );
    }
    if (!table.empty()) {
        table.print(output);
    }
    const std::size_t kept = decisions.size() - expired;
    if (decisions.empty()) {
        output.line("There are no copies to decide on.");
    } else if (expired == 0) {
        output.line("Nothing would be deleted; " + counted(kept, "copy") + " kept.");
    } else {
        output.line(
            counted(expired, "copy") + " would be deleted, " + std::to_string(kept) + " kept."
        );
        print_stops(output, decisions);
    }
    return ExitCode::ok;
}

ExitCode apply_plan(Context& context, const std::string& plan) {
    const std::uint64_t copies = context.session.manager().ApplyPlan(plan, {});
    if (context.output.style().json) {
        context.output.print(to_json(Dict{{"plan", plan}, {"copies", copies}}));
    } else {
        context.output.line(
            counted(static_cast<std::size_t>(copies), "copy") + " will be deleted now."
        );
    }
    return ExitCode::ok;
}

ExitCode pin_point(Context& context, const PinArguments& arguments) {
    const std::optional<Instant> until = until_time(context, arguments.until);
    const auto usec = until ? static_cast<std::uint64_t>(until->time_since_epoch().count()) : 0;
    Manager& manager = context.session.manager();
    manager.Pin(arguments.point, usec, arguments.reason, {});
    if (context.output.style().json) {
        context.output.print(to_json(manager.Show(arguments.point, {})));
        return ExitCode::ok;
    }
    const std::string end = until ? "until " + local_time(until) : "until it is unpinned";
    context.output.line(
        "Recovery point " + std::to_string(arguments.point) + " is kept " + end + "."
    );
    return ExitCode::ok;
}

ExitCode unpin_point(Context& context, std::uint64_t point) {
    Manager& manager = context.session.manager();
    manager.Unpin(point, {});
    if (context.output.style().json) {
        context.output.print(to_json(manager.Show(point, {})));
        return ExitCode::ok;
    }
    context.output.line(
        "Recovery point " + std::to_string(point) + " follows the rules of its policy again."
    );
    return ExitCode::ok;
}

ExitCode show_calendar(Context& context, const std::string& policy, std::uint32_t count) {
    Output& output = context.output;
    Manager& manager = context.session.manager();
    const auto list = [&](const Dict& page) { return manager.Calendar(policy, count, page); };
    Rows runs = all_rows(list, {}, 0);
    const auto at = [](const Dict& run) { return instant(run, "at_usec"); };
    std::ranges::stable_sort(runs, {}, at);
    if (output.style().json) {
        output.print(to_json(runs));
        return ExitCode::ok;
    }
    if (runs.empty()) {
        output.line("No run is scheduled.");
        return ExitCode::ok;
    }
    const Instant now = context.session.now();
    Table table({"POLICY", "AT", "LEFT", "SCHEDULED IN"});
    for (const Dict& run : runs) {
        table.add(
            {text(run, "policy"), local_time(at(run)), relative(at(run), now), text(run, "zone")}
        );
    }
    table.print(output);
    return ExitCode::ok;
}

}  // namespace cvmbackup::ctl
