// Reads the configuration directory (cvmbackup.toml and policies.d/*.toml) into plain values. All
// problems of all files are found in one go; the result is complete settings or the reasons why
// there are none. Reads files only: neither the cloud nor the clock is asked.
#pragma once

#include "model/policy.hpp"

#include <compare>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace cvmbackup {

enum class Severity { error, warning };

struct Problem {
    std::string file;        // relative to the directory; the directory itself as it was given
    std::size_t line = 0;    // from 1; 0: the file as a whole
    std::size_t column = 0;  // from 1, in characters
    Severity severity = Severity::error;
    std::string text;

    auto operator<=>(const Problem&) const = default;
};

// "policies.d/web.toml:12:9: error: unknown key 'zoen'; did you mean 'zone'?"
std::string to_text(const Problem& problem);

struct Loaded {
    std::optional<Settings> settings;  // none if any problem is an error
    std::vector<Problem> problems;     // by file, line, column
};

// `now`: schedules must have a firing after it.
Loaded load_settings(const std::filesystem::path& config_dir, Instant now);

// The same, and the secret files too: there, readable, not open to others. They are looked up in
// `credentials_dir` ($CREDENTIALS_DIRECTORY; empty: none) first, then relative to `config_dir`.
Loaded check_settings(
    const std::filesystem::path& config_dir,
    Instant now,
    const std::filesystem::path& credentials_dir
);

// Every problem on a line of its own, then a summary: "3 policies, 1 account: no problems".
std::string check_report(const Loaded& loaded);

}  // namespace cvmbackup
