#include "telemetry/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace cvmbackup {

namespace {

struct LevelWords {
    LogLevel level;
    const char* word;
    spdlog::level::level_enum spdlog_level;
    int priority;  // syslog(3)
};

constexpr std::array<LevelWords, 5> levels{{
    {LogLevel::trace, "trace", spdlog::level::trace, 7},
    {LogLevel::debug, "debug", spdlog::level::debug, 7},
    {LogLevel::info, "info", spdlog::level::info, 6},
    {LogLevel::warning, "warning", spdlog::level::warn, 4},
    {LogLevel::error, "error", spdlog::level::err, 3},
}};

const LevelWords& words_of(LogLevel level) {
    return levels.at(static_cast<std::size_t>(level));
}

class StderrLog : public Log {
public:
    StderrLog(LogLevel lowest, std::function<Instant()> now)
        : logger_("cvmbackupd", std::make_shared<spdlog::sinks::stderr_color_sink_st>())
        , now_(std::move(now)) {
        logger_.set_formatter(std::make_unique<spdlog::pattern_formatter>(
            "%Y-%m-%dT%H:%M:%SZ %^%l%$: %v", spdlog::pattern_time_type::utc
        ));
        logger_.set_level(words_of(lowest).spdlog_level);
        logger_.flush_on(spdlog::level::trace);
    }

    void write(const LogLine& line) override {
        const spdlog::log_clock::time_point now(now_().time_since_epoch());
        const auto level = words_of(line.level).spdlog_level;
        logger_.log(now, spdlog::source_loc{}, level, one_line(line.text));
    }

private:
    spdlog::logger logger_;
    std::function<Instant()> now_;
};

constexpr const char* journald = "/run/systemd/journal/socket";
constexpr std::size_t field_max = 48 * 1024;  // journald keeps no longer lines either

// Straight to journald in its own protocol (systemd's JOURNAL_NATIVE_PROTOCOL), one datagram a
// line. Neither spdlog's sink nor libsystemd will do: the one knows no fields, and both wait until
// a journald that hangs takes the line, while the daemon hangs with it.
class JournalLog : public Log {
public:
    JournalLog(LogLevel lowest, const std::string& path)
        : lowest_(lowest)
        , socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
        address_.sun_family = AF_UNIX;
        path.copy(std::data(address_.sun_path), sizeof(address_.sun_path) - 1);
    }

    JournalLog(const JournalLog&) = delete;
    JournalLog& operator=(const JournalLog&) = delete;

    ~JournalLog() override { ::close(socket_); }

    void write(const LogLine& line) override {
        if (line.level < lowest_) {
            return;
        }
        if (!send(line)) {
            ++lost_;
        } else if (lost_ > 0 && send(told_of(lost_))) {
            lost_ = 0;
        }
    }

private:
    static LogLine told_of(std::size_t lost) {
        const std::string count = std::to_string(lost);
        return {LogLevel::warning, "journald did not take " + count + " lines before this", {}};
    }

    bool send(const LogLine& line) {
        std::string message;
        const auto add = [&message](std::string_view name, std::string_view value) {
            message.append(name).append("=").append(value.substr(0, field_max)).append("\n");
        };
        add("MESSAGE", one_line(line.text));
        add("PRIORITY", std::to_string(words_of(line.level).priority));
        add("SYSLOG_IDENTIFIER", "cvmbackupd");
        for (const auto& [name, value] : line.fields) {
            add(name, one_line(value));
        }
        const void* const where = &address_;
        return ::sendto(
                   socket_,
                   message.data(),
                   message.size(),
                   MSG_NOSIGNAL,
                   static_cast<const ::sockaddr*>(where),
                   sizeof(address_)
               ) >= 0;
    }

    LogLevel lowest_;
    int socket_;
    ::sockaddr_un address_{};
    std::size_t lost_ = 0;
};

// The length of the well-formed UTF-8 sequence at the front that may be shown; 0 if there is none.
std::size_t printable_prefix(std::string_view text) {
    const auto byte = [text](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const auto follows = [&byte](std::size_t i) { return (byte(i) & 0xc0U) == 0x80U; };
    const unsigned first = byte(0);
    if (first < 0x80) {
        return first >= 0x20 && first != 0x7f ? 1 : 0;
    }
    if (first >= 0xc2 && first < 0xe0 && follows(1)) {
        const bool is_control = first == 0xc2 && byte(1) < 0xa0;
        return is_control ? 0 : 2;
    }
    if (first >= 0xe0 && first < 0xf0 && follows(1) && follows(2)) {
        const bool is_overlong = first == 0xe0 && byte(1) < 0xa0;
        const bool is_surrogate = first == 0xed && byte(1) >= 0xa0;
        // U+2028 and U+2029 end a line, U+202A to U+202E turn the direction of writing.
        const bool is_layout =
            first == 0xe2 && byte(1) == 0x80 && byte(2) >= 0xa8 && byte(2) <= 0xae;
        return is_overlong || is_surrogate || is_layout ? 0 : 3;
    }
    if (first >= 0xf0 && first < 0xf5 && follows(1) && follows(2) && follows(3)) {
        const bool is_overlong = first == 0xf0 && byte(1) < 0x90;
        const bool is_too_high = first == 0xf4 && byte(1) >= 0x90;
        return is_overlong || is_too_high ? 0 : 4;
    }
    return 0;
}

std::string escaped(char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    if (c == '\n') {
        return "\\n";
    }
    if (c == '\t') {
        return "\\t";
    }
    const auto byte = static_cast<unsigned char>(c);
    return {'\\', 'x', digits[byte >> 4U], digits[byte & 0xfU]};
}

}  // namespace

const char* to_text(LogLevel level) {
    return words_of(level).word;
}

std::optional<LogLevel> log_level_from(std::string_view word) {
    for (const LevelWords& candidate : levels) {
        if (word == candidate.word) {
            return candidate.level;
        }
    }
    return std::nullopt;
}

std::unique_ptr<Log> open_log(LogLevel lowest, std::function<Instant()> now) {
    if (is_journal_stream(STDERR_FILENO)) {
        return open_journal(lowest, journald);
    }
    return std::make_unique<StderrLog>(lowest, std::move(now));
}

std::unique_ptr<Log> open_journal(LogLevel lowest, const std::string& socket) {
    return std::make_unique<JournalLog>(lowest, socket);
}

bool is_journal_stream(int descriptor) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody changes the environment
    const char* const stream = std::getenv("JOURNAL_STREAM");

    struct ::stat status {};

    if (stream == nullptr || ::fstat(descriptor, &status) != 0) {
        return false;
    }
    return stream == std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
}

std::string one_line(std::string_view text) {
    std::string line;
    line.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = printable_prefix(text);
        if (length == 0) {
            line += escaped(text.front());
            text.remove_prefix(1);
        } else {
            line += text.substr(0, length);
            text.remove_prefix(length);
        }
    }
    return line;
}

}  // namespace cvmbackup
