// policies, policy, pause, resume, reload.
#include "ctl/json.hpp"
#include "ctl/listing.hpp"
#include "ctl/verbs.hpp"
#include "ctl/words.hpp"

namespace cvmbackup::ctl {

namespace {

std::string criteria_words(const Dict& criteria) {
    std::vector<std::string> parts;
    for (const char* kind : {"tags", "instances", "names", "zones"}) {
        const auto values = texts(criteria, kind);
        if (!values.empty()) {
            parts.push_back(std::string(kind) + " " + joined(values, ", "));
        }
    }
    return joined(parts, "; ");
}

std::string keep_words(const Dict& keep) {
    std::vector<std::string> parts;
    for (const char* count : {"last", "daily", "weekly", "monthly", "yearly"}) {
        if (number(keep, count) > 0) {
            parts.push_back(std::to_string(number(keep, count)) + " " + count);
        }
    }
    if (number(keep, "within_seconds") > 0) {
        parts.push_back("within " + rough(std::chrono::seconds(number(keep, "within_seconds"))));
    }
    parts.push_back("min_good " + std::to_string(number(keep, "min_good")));
    return joined(parts, ", ");
}

std::string seconds_words(const Dict& row, const std::string& key) {
    const auto value = number(row, key);
    return value <= 0 ? "" : rough(std::chrono::seconds(value));
}

std::string when_words(const Dict& row, const std::string& key, Instant now) {
    const auto at = instant(row, key);
    return at ? local_time(at) + " (" + relative(at, now) + ")" : "";
}

std::string pause_words(const Dict& policy, Instant now) {
    if (!flag(policy, "paused")) {
        return "";
    }
    const std::string until = when_words(policy, "paused_until_usec", now);
    return (until.empty() ? "until resumed" : "until " + until) + ", since " +
           relative(instant(policy, "paused_at_usec"), now) + ": " + text(policy, "pause_reason");
}

void print_policy(Output& output, const Dict& policy, Instant now) {
    const auto last_run = number(policy, "last_run_id");
    print_facts(
        output,
        {{"Policy", text(policy, "name")},
         {"File", text(policy, "file")},
         {"State", policy_state_cell(policy)},
         {"Paused", {pause_words(policy, now), Colour::middling}},
         {"Account", text(policy, "account")},
         {"Region", text(policy, "region")},
         {"Selects", criteria_words(dict(policy, "select"))},
         {"But not", criteria_words(dict(policy, "exclude"))},
         {"Matched",
          counted(static_cast<std::size_t>(number(policy, "matched_instances")), "instance") +
              " at the last run"},
         {"Schedule", joined(texts(policy, "schedule"), "; ") + " (" + text(policy, "zone") + ")"},
         {"Spread", seconds_words(policy, "spread_seconds")},
         {"Catch-up", text(policy, "catch_up")},
         {"Denied", joined(texts(policy, "deny"), "; ")},
         {"Disks", text(policy, "disks")},
         {"Consistency", text(policy, "consistency")},
         {"Rpo",
          {seconds_words(policy, "rpo_seconds") + (flag(policy, "rpo_missed") ? ", missed" : ""),
           flag(policy, "rpo_missed") ? Colour::bad : Colour::none}},
         {"Next run", when_words(policy, "next_run_usec", now)},
         {"Last run", when_words(policy, "last_run_usec", now)},
         {"Last result",
          {text(policy, "last_result") + (last_run > 0 ? ", run " + std::to_string(last_run) : ""),
           colour_of_result(text(policy, "last_result"))}},
         {"Note", text(policy, "last_note")},
         {"Last success", when_words(policy, "last_success_usec", now)}}
    );
    output.line("");
    Table table({"COPY", "WHERE", "EVERY", "FORMAT", "KEEP"});
    for (const Dict& target : rows(policy, "targets")) {
        const std::string bucket = text(target, "bucket");
        table.add(
            {text(target, "kind"),
             bucket.empty() ? text(target, "region") : bucket + "/" + text(target, "prefix"),
             text(target, "every"),
             text(target, "format"),
             keep_words(dict(target, "keep"))}
        );
    }
    table.print(output);
}

}  // namespace

ExitCode list_policies(Context& context) {
    Output& output = context.output;
    Manager& manager = context.session.manager();
    const auto list = [&manager](const Dict& page) { return manager.ListPolicies(page); };
    const Rows policies = all_rows(list, {}, 0);
    if (output.style().json) {
        output.print(to_json(policies));
        return ExitCode::ok;
    }
    if (policies.empty()) {
        output.line("No policies are configured.");
        return ExitCode::ok;
    }
    const Instant now = context.session.now();
    Table table(
        {"POLICY", "STATE", "REGION", "NEXT", "LEFT", "LAST", "PASSED", "RESULT", ">INSTANCES"}
    );
    for (const Dict& policy : policies) {
        const auto next = instant(policy, "next_run_usec");
        const auto last = instant(policy, "last_run_usec");
        table.add(
            {text(policy, "name"),
             policy_state_cell(policy),
             text(policy, "region"),
             local_time(next),
             relative(next, now),
             local_time(last),
             relative(last, now),
             result_cell(text(policy, "last_result")),
             std::to_string(number(policy, "matched_instances"))}
        );
    }
    table.print(output);
    return ExitCode::ok;
}

ExitCode show_policy(Context& context, const std::string& name) {
    const Dict policy = context.session.manager().GetPolicy(name, {});
    if (context.output.style().json) {
        context.output.print(to_json(policy));
    } else {
        print_policy(context.output, policy, context.session.now());
    }
    return ExitCode::ok;
}

// A duration counts from the daemon's now: its clock may not be ours.
std::optional<Instant> until_time(Context& context, const std::string& text) {
    if (const auto time = parse_rfc3339(text)) {
        return time;
    }
    const auto duration = parse_duration(text);
    return duration ? std::optional(context.session.now() + *duration) : std::nullopt;
}

ExitCode pause_policy(Context& context, const PauseArguments& arguments) {
    const std::optional<Instant> until = until_time(context, arguments.until);
    const auto usec = until ? static_cast<std::uint64_t>(until->time_since_epoch().count()) : 0;
    Manager& manager = context.session.manager();
    manager.Pause(arguments.policy, usec, arguments.reason, {});
    if (context.output.style().json) {
        context.output.print(to_json(manager.GetPolicy(arguments.policy, {})));
        return ExitCode::ok;
    }
    const std::string end = until ? "until " + local_time(until) : "until it is resumed";
    context.output.line("Policy " + arguments.policy + " is paused " + end + ".");
    return ExitCode::ok;
}

ExitCode resume_policy(Context& context, const std::string& name) {
    Manager& manager = context.session.manager();
    manager.Resume(name, {});
    const Dict policy = manager.GetPolicy(name, {});
    if (context.output.style().json) {
        context.output.print(to_json(policy));
        return ExitCode::ok;
    }
    const auto next = instant(policy, "next_run_usec");
    context.output.line(
        "Policy " + name + " is active; its next run is due " + local_time(next) + "."
    );
    return ExitCode::ok;
}

ExitCode reload(Context& context) {
    Manager& manager = context.session.manager();
    manager.Reload({});
    const Dict daemon = manager.Status({});
    if (context.output.style().json) {
        context.output.print(to_json(daemon));
        return ExitCode::ok;
    }
    const auto policies = static_cast<std::size_t>(number(daemon, "policies"));
    context.output.line("Configuration read again: " + counted(policies, "policy") + ".");
    return ExitCode::ok;
}

}  // namespace cvmbackup::ctl
