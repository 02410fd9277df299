// plan, calendar: what will be done.
#include "ctl/json.hpp"
#include "ctl/listing.hpp"
#include "ctl/verbs.hpp"
#include "ctl/words.hpp"

#include <algorithm>

namespace cvmbackup::ctl {

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
    }
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
