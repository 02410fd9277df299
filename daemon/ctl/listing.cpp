#include "ctl/listing.hpp"

#include "ctl/words.hpp"

#include <algorithm>

namespace cvmbackup::ctl {

void print_facts(Output& output, const std::vector<std::pair<std::string, Table::Cell>>& facts) {
    std::size_t widest = 0;
    for (const auto& [label, value] : facts) {
        widest = std::max(widest, width(label));
    }
    for (const auto& [label, value] : facts) {
        if (value.text.empty()) {
            continue;
        }
        const std::string space(widest - width(label) + 1, ' ');
        output.line(label + ":" + space + output.coloured(harmless(value.text), value.colour));
    }
}

Table::Cell result_cell(const std::string& result) {
    return {result, colour_of_result(result)};
}

Table::Cell policy_state_cell(const Dict& policy) {
    const bool runs = number(policy, "running_job") > 0;
    if (flag(policy, "paused")) {
        return {runs ? "paused, running" : "paused", Colour::middling};
    }
    return runs ? "running" : "active";
}

std::string instance_words(const Dict& row) {
    const std::string name = text(row, "instance_name");
    const std::string id = text(row, "instance");
    return name.empty() ? id : name + " (" + id + ")";
}

std::string done_words(const Dict& job) {
    return std::to_string(number(job, "done")) + " of " + std::to_string(number(job, "total"));
}

void print_jobs(Output& output, const Rows& jobs, Instant now) {
    Table table({">JOB", "POLICY", "TRIGGER", "BEGUN", "DONE", ">PROGRESS", "STEP"});
    for (const Dict& job : jobs) {
        table.add(
            {std::to_string(number(job, "id")),
             text(job, "policy"),
             text(job, "trigger"),
             relative(instant(job, "started_usec"), now),
             done_words(job),
             percent(real(job, "progress")),
             text(job, "step")}
        );
    }
    table.print(output);
}

void print_steps(Output& output, const Rows& steps, Instant now) {
    Table table({"INSTANCE", "COPY", "REGION", "STATE", ">PERCENT", "ELAPSED", "ENDS", "TEXT"});
    for (const Dict& step : steps) {
        const auto begun = instant(step, "begun_usec");
        const auto share = number(step, "percent");
        table.add(
            {instance_words(step),
             text(step, "kind"),
             text(step, "region"),
             text(step, "state"),
             share < 0 ? "-" : std::to_string(share) + "%",
             begun ? rough(now - *begun) : "-",
             relative(instant(step, "expected_end_usec"), now),
             text(step, "text")}
        );
    }
    table.print(output);
}

void add_option(Dict& options, const std::string& key, const std::string& value) {
    if (!value.empty()) {
        options.emplace(key, value);
    }
}

}  // namespace cvmbackup::ctl
