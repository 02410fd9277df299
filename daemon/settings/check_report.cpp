#include "settings/settings.hpp"

#include <algorithm>

namespace cvmbackup {

namespace {

std::string counted(std::size_t count, const std::string& one, const std::string& many) {
    return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::string count_problems(const std::vector<Problem>& problems) {
    const auto errors =
        static_cast<std::size_t>(std::ranges::count(problems, Severity::error, &Problem::severity));
    const std::size_t warnings = problems.size() - errors;
    if (errors == 0 && warnings == 0) {
        return "no problems";
    }
    std::string text = errors == 0 ? "" : counted(errors, "error", "errors");
    if (warnings != 0) {
        text += (text.empty() ? "" : ", ") + counted(warnings, "warning", "warnings");
    }
    return text;
}

}  // namespace

std::string check_report(const Loaded& loaded) {
    std::string report;
    for (const Problem& problem : loaded.problems) {
        report += to_text(problem) + "\n";
    }
    if (loaded.settings) {
        report += counted(loaded.settings->policies.size(), "policy", "policies") + ", " +
                  counted(loaded.settings->accounts.size(), "account", "accounts") + ": ";
    }
    return report + count_problems(loaded.problems) + "\n";
}

}  // namespace cvmbackup
