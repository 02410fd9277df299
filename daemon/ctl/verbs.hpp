// The verbs of cvmbackupctl. Each asks the daemon, prints a table or JSON, and says how it went;
// failures of the bus pass as sdbus::Error.
#pragma once

#include "ctl/exit_code.hpp"
#include "ctl/output.hpp"
#include "ctl/session.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace cvmbackup::ctl {

struct Context {
    Session& session;
    Output& output;
};

struct RunArguments {
    std::string policy;
    std::vector<std::string> instances;
    bool wait = false;
};

struct ListArguments {
    std::string policy;
    std::string instance;
    std::uint64_t run = 0;
    bool failed = false;
    std::size_t limit = 100;  // 0: all
};

struct PauseArguments {
    std::string policy;
    std::string until;  // RFC 3339 or a duration; empty: until resumed
    std::string reason;
};

struct PinArguments {
    std::uint64_t point = 0;
    std::string until;  // RFC 3339 or a duration; empty: until unpinned
    std::string reason;
};

// RFC 3339, or a duration from the daemon's now; nothing for an empty text.
std::optional<Instant> until_time(Context& context, const std::string& text);

ExitCode show_status(Context& context);
ExitCode list_policies(Context& context);
ExitCode show_policy(Context& context, const std::string& name);
ExitCode pause_policy(Context& context, const PauseArguments& arguments);
ExitCode resume_policy(Context& context, const std::string& name);
ExitCode reload(Context& context);
ExitCode run_policy(Context& context, const RunArguments& arguments);
ExitCode list_jobs(Context& context, bool with_steps);
ExitCode cancel_job(Context& context, std::uint64_t job);
ExitCode list_runs(Context& context, const ListArguments& arguments);
ExitCode list_backups(Context& context, const ListArguments& arguments);
ExitCode list_points(Context& context, const ListArguments& arguments);
ExitCode show_backup(Context& context, std::uint64_t backup);
ExitCode pin_point(Context& context, const PinArguments& arguments);
ExitCode unpin_point(Context& context, std::uint64_t point);
ExitCode apply_plan(Context& context, const std::string& plan);
ExitCode show_plan(Context& context, const std::string& policy, bool all);
ExitCode show_calendar(Context& context, const std::string& policy, std::uint32_t count);

// Lets catalog and cloud be compared, waits for the end and shows what was found.
ExitCode verify(Context& context);

// Waits until the job has ended, showing how it goes; ends with a summary.
ExitCode wait_for_job(Context& context, std::uint64_t job, const std::string& path);

}  // namespace cvmbackup::ctl
