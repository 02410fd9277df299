#include "settings/settings.hpp"

namespace cvmbackup {

std::string to_text(const Problem& problem) {
    std::string text = problem.file;
    if (problem.line != 0) {
        text += ":" + std::to_string(problem.line) + ":" + std::to_string(problem.column);
    }
    text += problem.severity == Severity::error ? ": error: " : ": warning: ";
    return text + problem.text;
}

}  // namespace cvmbackup
