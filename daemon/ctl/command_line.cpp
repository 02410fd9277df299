#include "ctl/command_line.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <sstream>
#include <string_view>

namespace cvmbackup::ctl {

namespace {

constexpr const char* footer =
    "Exit codes:\n"
    "  0   ok\n"
    "  1   failed\n"
    "  2   wrong usage\n"
    "  3   partial: some backups could not be made completely\n"
    "  4   not found\n"
    "  5   denied\n"
    "  6   busy\n"
    "  7   stale: a policy has missed its rpo\n"
    "  8   the plan has changed\n"
    "  69  the daemon cannot be reached\n"
    "  78  the configuration has errors\n";

// What the options of all verbs are parsed into.
struct Arguments {
    RunArguments run;
    ListArguments list;
    PauseArguments pause;
    PinArguments pin;
    std::string policy;
    std::string plan;
    std::uint64_t number = 0;
    std::uint32_t count = 5;
    bool all = false;
};

std::string check_until(const std::string& text) {
    if (parse_rfc3339(text) || parse_duration(text)) {
        return {};
    }
    return "'" + text +
           "' is neither a time such as 2027-01-04T08:00:00Z nor a duration such as 2h";
}

class Parser {
public:
    explicit Parser(CommandLine& line)
        : line_(line) {
        app_.require_subcommand(1);
        app_.fallthrough();
        app_.footer(footer);
        app_.set_version_flag("--version", "cvmbackupctl " CVMBACKUP_VERSION);
        app_.add_flag("--json", line_.json, "One JSON document instead of tables");
        app_.add_flag("--no-legend", line_.no_legend, "No headings, no remarks");
        app_.add_option("--bus", line_.bus, "system, session or a D-Bus address")
            ->capture_default_str();
        add_policy_verbs();
        add_job_verbs();
        add_history_verbs();
        add_plan_verbs();
        add("verify", "Compare catalog and cloud, and show where they disagree", verify);
    }

    void parse(int argc, char** argv) {
        try {
            app_.parse(argc, argv);
        } catch (const CLI::ParseError& problem) {
            std::ostringstream text;
            const int code = app_.exit(problem, text, text);
            const auto unknown = app_.remaining();
            if (app_.get_subcommands().empty() && !unknown.empty() && code != 0) {
                text.str("there is no verb '" + unknown.front() + "'; see cvmbackupctl --help");
            }
            line_.done = code == 0 ? ExitCode::ok : ExitCode::usage;
            line_.text = text.str();
        }
    }

private:
    using Verb = std::function<ExitCode(Context&)>;

    CLI::App& add(const char* name, const char* help, Verb verb) {
        CLI::App* const command = app_.add_subcommand(name, help);
        command->callback([this, verb = std::move(verb)] { line_.verb = verb; });
        return *command;
    }

    void add_policy_verbs() {
        const auto a = arguments_;
        add("status", "The daemon, its policies and jobs at a glance", show_status);
        add("policies", "The policies", list_policies);
        add("policy",
            "One policy in detail",
            [a](Context& context) { return show_policy(context, a->policy); })
            .add_option("POLICY", a->policy)
            ->required();
        CLI::App& pause =
            add("pause", "Let a policy begin no scheduled runs", [a](Context& context) {
                return pause_policy(context, a->pause);
            });
        pause.add_option("POLICY", a->pause.policy)->required();
        pause.add_option("--until", a->pause.until, "When it ends: RFC 3339, or a duration")
            ->check(check_until);
        pause.add_option("--reason", a->pause.reason, "Shown to whoever wonders")->required();
        add("resume",
            "End a pause",
            [a](Context& context) { return resume_policy(context, a->policy); })
            .add_option("POLICY", a->policy)
            ->required();
        add("reload", "Read the configuration again", reload);
    }

    void add_job_verbs() {
        const auto a = arguments_;
        CLI::App& run = add("run", "Begin a run of a policy now", [a](Context& context) {
            return run_policy(context, a->run);
        });
        run.add_option("POLICY", a->run.policy)->required();
        run.add_option("--instance", a->run.instances, "Only this instance; may be repeated")
            ->allow_extra_args(false);
        run.add_flag("--wait", a->run.wait, "Show progress, and end with the run's result");
        CLI::App& jobs = add("jobs", "The runs in progress", [a](Context& context) {
            return list_jobs(context, a->all);
        });
        jobs.add_flag("--steps", a->all, "Also the copies being made");
        add("cancel",
            "Cancel a run in progress",
            [a](Context& context) { return cancel_job(context, a->number); })
            .add_option("JOB", a->number)
            ->check(CLI::PositiveNumber)
            ->required();
    }

    void add_list_options(CLI::App& command, bool of_instances) {
        const auto a = arguments_;
        command.add_option("--policy", a->list.policy, "Only of this policy");
        if (of_instances) {
            command.add_option("--instance", a->list.instance, "Only of this instance");
        }
        command.add_option("--limit", a->list.limit, "At most so many, 0 for all")
            ->check(CLI::NonNegativeNumber)
            ->capture_default_str();
    }

    void add_history_verbs() {
        const auto a = arguments_;
        CLI::App& runs = add("runs", "Runs, newest first", [a](Context& context) {
            return list_runs(context, a->list);
        });
        add_list_options(runs, false);
        CLI::App& backups = add("backups", "Backups, newest first", [a](Context& context) {
            return list_backups(context, a->list);
        });
        add_list_options(backups, true);
        backups.add_option("--run", a->list.run, "Only of this run")->check(CLI::PositiveNumber);
        backups.add_flag("--failed", a->list.failed, "Only those that failed");
        CLI::App& points = add("points", "Recovery points, newest first", [a](Context& context) {
            return list_points(context, a->list);
        });
        add_list_options(points, true);
        add("show",
            "One backup with its copies",
            [a](Context& context) { return show_backup(context, a->number); })
            .add_option("ID", a->number)
            ->check(CLI::PositiveNumber)
            ->required();
    }

    void add_plan_verbs() {
        const auto a = arguments_;
        CLI::App& plan = add("plan", "What retention would delete, and why", [a](Context& context) {
            return show_plan(context, a->policy, a->all);
        });
        plan.add_option("POLICY", a->policy);
        plan.add_flag("--all", a->all, "Also what is kept");
        add("apply",
            "Let the deletions go that the brake stops",
            [a](Context& context) { return apply_plan(context, a->plan); })
            .add_option("PLAN", a->plan, "As `plan` names it: POLICY@HEX")
            ->required();
        CLI::App& pin =
            add("pin", "Keep a recovery point, whatever the rules say", [a](Context& c) {
                return pin_point(c, a->pin);
            });
        pin.add_option("POINT", a->pin.point)->check(CLI::PositiveNumber)->required();
        pin.add_option("--until", a->pin.until, "When it ends: RFC 3339, or a duration")
            ->check(check_until);
        pin.add_option("--reason", a->pin.reason, "Shown to whoever wonders")->required();
        add("unpin", "End a pin", [a](Context& context) { return unpin_point(context, a->number); })
            .add_option("POINT", a->number)
            ->check(CLI::PositiveNumber)
            ->required();
        CLI::App& calendar = add("calendar", "The next scheduled runs", [a](Context& context) {
            return show_calendar(context, a->policy, a->count);
        });
        calendar.add_option("POLICY", a->policy);
        calendar.add_option("--count", a->count, "How many of each policy")
            ->check(CLI::Range(1, 1000))
            ->capture_default_str();
    }

    CommandLine& line_;
    std::shared_ptr<Arguments> arguments_ = std::make_shared<Arguments>();
    CLI::App app_{"Steers cvmbackupd, which backs up Tencent Cloud CVM instances.", "cvmbackupctl"};
};

}  // namespace

CommandLine parse_command_line(int argc, char** argv) {
    CommandLine line;
    Parser(line).parse(argc, argv);
    for (int i = 1; i < argc && line.done; ++i) {
        line.json = line.json || std::string_view(argv[i]) == "--json";
    }
    return line;
}

}  // namespace cvmbackup::ctl
