// Where the daemon's words go: to the journal with fields of their own when stderr is the journal
// ($JOURNAL_STREAM), else as one line each to stderr. One event is one line: control characters
// and broken UTF-8 are escaped, so that a name from the cloud cannot forge a line.
#pragma once

#include "model/time.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cvmbackup {

enum class LogLevel { trace, debug, info, warning, error };

const char* to_text(LogLevel level);
std::optional<LogLevel> log_level_from(std::string_view word);

// Journal fields beside MESSAGE and PRIORITY: {"CVMBACKUP_POLICY", "web"}.
using LogFields = std::vector<std::pair<std::string, std::string>>;

struct LogLine {
    LogLevel level = LogLevel::info;
    std::string text;
    LogFields fields;

    bool operator==(const LogLine&) const = default;
};

class Log {
public:
    virtual ~Log() = default;
    virtual void write(const LogLine& line) = 0;

    void info(std::string text) { write({LogLevel::info, std::move(text), {}}); }

    void warning(std::string text) { write({LogLevel::warning, std::move(text), {}}); }

    void error(std::string text) { write({LogLevel::error, std::move(text), {}}); }
};

// Lines below `lowest` are dropped. `now` stamps the lines on stderr: it may be a scaled clock.
std::unique_ptr<Log> open_log(LogLevel lowest, std::function<Instant()> now);

// To the journald behind this socket. What it does not take at once is lost, and counted in a line
// that comes with the first one that it takes again.
std::unique_ptr<Log> open_journal(LogLevel lowest, const std::string& socket);

// True if the file descriptor is the journal's socket that $JOURNAL_STREAM ("device:inode") names.
bool is_journal_stream(int descriptor);

// One printable line: "\n" becomes "\\n", other control characters and invalid bytes "\\xNN".
std::string one_line(std::string_view text);

}  // namespace cvmbackup
