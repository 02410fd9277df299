// What cvmbackupctl ends with: a contract with scripts, listed in --help and the man page.
#pragma once

#include <string>

namespace cvmbackup::ctl {

enum class ExitCode {
    ok = 0,
    failed = 1,
    usage = 2,
    partial = 3,
    not_found = 4,
    denied = 5,
    busy = 6,
    stale = 7,
    plan_changed = 8,
    unreachable = 69,        // EX_UNAVAILABLE
    bad_configuration = 78,  // EX_CONFIG
};

// Of an error's name on the bus.
ExitCode exit_code_of(const std::string& error_name);
// Of a run's result.
ExitCode exit_code_of_result(const std::string& result);

}  // namespace cvmbackup::ctl
