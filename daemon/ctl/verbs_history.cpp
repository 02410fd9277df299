// runs, backups, points, show: what was done.
#include "ctl/json.hpp"
#include "ctl/listing.hpp"
#include "ctl/verbs.hpp"
#include "ctl/words.hpp"

namespace cvmbackup::ctl {

namespace {

Dict to_options(const ListArguments& arguments) {
    Dict options;
    add_option(options, "policy", arguments.policy);
    add_option(options, "instance", arguments.instance);
    if (arguments.run != 0) {
        options.emplace("run", arguments.run);
    }
    if (arguments.failed) {
        options.emplace("failed", true);
    }
    return options;
}

void print_limit(Output& output, const Rows& rows, std::size_t limit, const std::string& noun) {
    if (output.style().legend && limit != 0 && rows.size() == limit) {
        const std::string words = counted(rows.size(), noun) + " shown; --limit 0 shows all.";
        output.line(output.coloured(words, Colour::faint));
    }
}

std::string gib_words(std::int64_t gib) {
    return gib <= 0 ? "-" : std::to_string(gib) + " GiB";
}

std::string took(const Dict& row, Instant now) {
    const auto started = instant(row, "started_usec");
    const auto finished = instant(row, "finished_usec");
    return started ? rough(finished.value_or(now) - *started) : "-";
}

std::string state_or_result(const Dict& row) {
    const std::string result = text(row, "result");
    return result.empty() ? text(row, "state") : result;
}

void print_copies(Output& output, const Rows& copies) {
    Table table({">COPY", "KIND", "WHERE", "STATE", "OBJECT", ">SIZE", "SETTLED", "REASON"});
    for (const Dict& copy : copies) {
        const std::string bucket = text(copy, "bucket");
        const std::string image = text(copy, "image");
        table.add(
            {std::to_string(number(copy, "id")),
             text(copy, "kind"),
             bucket.empty() ? text(copy, "region") : bucket,
             text(copy, "state"),
             image.empty() ? text(copy, "name") : image,
             gib_words(number(copy, "size_gib")),
             local_time(instant(copy, "settled_usec")),
             text(copy, "reason")}
        );
    }
    table.print(output);
    for (const Dict& copy : copies) {
        for (const Dict& object : rows(copy, "objects")) {
            output.line(
                "  " + harmless(text(copy, "bucket") + "/" + text(object, "key")) + "  " +
                counted(static_cast<std::size_t>(number(object, "size_bytes")), "byte")
            );
        }
    }
}

std::vector<std::string> disk_words(const Dict& backup) {
    std::vector<std::string> words;
    const Dict system = dict(backup, "system_disk");
    words.push_back("system " + gib_words(number(system, "size_gib")) + " " + text(system, "type"));
    for (const Dict& disk : rows(backup, "data_disks")) {
        words.push_back(
            text(disk, "id") + " " + gib_words(number(disk, "size_gib")) + " " + text(disk, "type")
        );
    }
    return words;
}

// Empty for one that nobody pinned.
std::string pin_words(const Dict& backup) {
    if (!instant(backup, "pinned_usec")) {
        return "";
    }
    const auto until = instant(backup, "pinned_until_usec");
    return (until ? "until " + local_time(until) : "until unpinned") + ": " +
           text(backup, "pin_reason");
}

// Those that are gone from the cloud, too: whoever counts on them should know.
std::string copies_words(const Dict& point) {
    std::vector<std::string> words = texts(point, "places");
    for (const std::string& lost : texts(point, "lost")) {
        words.push_back(lost + " (lost)");
    }
    return joined(words, ", ");
}

void print_backup(Output& output, const Dict& backup, Instant now) {
    const auto when = [&backup, now](const char* key) {
        const auto at = instant(backup, key);
        return at ? local_time(at) + " (" + relative(at, now) + ")" : std::string();
    };
    print_facts(
        output,
        {{"Backup", std::to_string(number(backup, "id"))},
         {"Instance", instance_words(backup)},
         {"System", text(backup, "os_name")},
         {"Policy", text(backup, "policy") + ", run " + std::to_string(number(backup, "run"))},
         {"Account", text(backup, "account")},
         {"Region", text(backup, "region")},
         {"Due", when("due_usec")},
         {"Begun", when("started_usec")},
         {"Finished", when("finished_usec")},
         {"State", text(backup, "state")},
         {"Result", result_cell(text(backup, "result"))},
         {"Reasons", joined(texts(backup, "reasons"), "; ")},
         {"Pinned", pin_words(backup)},
         {"Disks", joined(disk_words(backup), "; ")}}
    );
    const Rows copies = rows(backup, "copies");
    if (copies.empty()) {
        output.line("No copies.");
        return;
    }
    output.line("");
    print_copies(output, copies);
}

}  // namespace

ExitCode list_runs(Context& context, const ListArguments& arguments) {
    Output& output = context.output;
    Manager& manager = context.session.manager();
    const auto list = [&manager](const Dict& page) { return manager.ListRuns(page); };
    const Rows runs = all_rows(list, to_options(arguments), arguments.limit);
    if (output.style().json) {
        output.print(to_json(runs));
        return ExitCode::ok;
    }
    if (runs.empty()) {
        output.line("No runs yet.");
        return ExitCode::ok;
    }
    const Instant now = context.session.now();
    Table table({">RUN", "POLICY", "TRIGGER", "DUE", "AGE", "TOOK", "RESULT", "NOTE"});
    for (const Dict& run : runs) {
        const auto due = instant(run, "due_usec");
        const std::string result = text(run, "result");
        table.add(
            {std::to_string(number(run, "id")),
             text(run, "policy"),
             text(run, "trigger"),
             local_time(due),
             relative(due, now),
             took(run, now),
             result.empty() ? Table::Cell("running") : result_cell(result),
             text(run, "note")}
        );
    }
    table.print(output);
    print_limit(output, runs, arguments.limit, "run");
    return ExitCode::ok;
}

ExitCode list_backups(Context& context, const ListArguments& arguments) {
    Output& output = context.output;
    Manager& manager = context.session.manager();
    const auto list = [&manager](const Dict& page) { return manager.ListBackups(page); };
    const Rows backups = all_rows(list, to_options(arguments), arguments.limit);
    if (output.style().json) {
        output.print(to_json(backups));
        return ExitCode::ok;
    }
    if (backups.empty()) {
        output.line("No backups match.");
        return ExitCode::ok;
    }
    const Instant now = context.session.now();
    Table table({">BACKUP", "POLICY", "INSTANCE", "DUE", "AGE", "TOOK", "RESULT", "REASONS"});
    for (const Dict& backup : backups) {
        const auto due = instant(backup, "due_usec");
        table.add(
            {std::to_string(number(backup, "id")),
             text(backup, "policy"),
             instance_words(backup),
             local_time(due),
             relative(due, now),
             took(backup, now),
             result_cell(state_or_result(backup)),
             joined(texts(backup, "reasons"), "; ")}
        );
    }
    table.print(output);
    print_limit(output, backups, arguments.limit, "backup");
    return ExitCode::ok;
}

ExitCode list_points(Context& context, const ListArguments& arguments) {
    Output& output = context.output;
    Manager& manager = context.session.manager();
    const auto list = [&manager](const Dict& page) { return manager.ListPoints(page); };
    const Rows points = all_rows(list, to_options(arguments), arguments.limit);
    if (output.style().json) {
        output.print(to_json(points));
        return ExitCode::ok;
    }
    if (points.empty()) {
        output.line("No recovery points match.");
        return ExitCode::ok;
    }
    const Instant now = context.session.now();
    Table table(
        {">POINT", "POLICY", "INSTANCE", "DUE", "AGE", ">SIZE", "RESULT", "COPIES", "PINNED"}
    );
    for (const Dict& point : points) {
        const auto due = instant(point, "due_usec");
        table.add(
            {std::to_string(number(point, "id")),
             text(point, "policy"),
             instance_words(point),
             local_time(due),
             relative(due, now),
             gib_words(number(point, "size_gib")),
             result_cell(text(point, "result")),
             copies_words(point),
             pin_words(point)}
        );
    }
    table.print(output);
    print_limit(output, points, arguments.limit, "recovery point");
    return ExitCode::ok;
}

ExitCode show_backup(Context& context, std::uint64_t id) {
    const Dict backup = context.session.manager().Show(id, {});
    if (context.output.style().json) {
        context.output.print(to_json(backup));
    } else {
        print_backup(context.output, backup, context.session.now());
    }
    return ExitCode::ok;
}

}  // namespace cvmbackup::ctl
