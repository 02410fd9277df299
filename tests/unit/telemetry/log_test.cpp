#include "telemetry/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cvmbackup::test {
namespace {

using testing::internal::CaptureStderr;
using testing::internal::GetCapturedStderr;

Instant fixed_now() {
    return *parse_rfc3339("2027-01-04T02:15:00Z");
}

TEST(LogToStderr, WritesOneStampedLineAnEvent) {
    CaptureStderr();
    const auto log = open_log(LogLevel::info, fixed_now);

    log->info("web: run 1 begins\nand a forged line\x1b[31m");
    log->write({LogLevel::warning, "{} is no format", {{"CVMBACKUP_POLICY", "web"}}});

    EXPECT_EQ(
        GetCapturedStderr(),
        "2027-01-04T02:15:00Z info: web: run 1 begins\\nand a forged line\\x1b[31m\n"
        "2027-01-04T02:15:00Z warning: {} is no format\n"
    );
}

TEST(LogToStderr, DropsWhatIsBelowItsLevel) {
    CaptureStderr();
    const auto log = open_log(LogLevel::warning, fixed_now);

    log->info("quiet");
    log->write({LogLevel::debug, "quieter", {}});
    log->error("loud");

    EXPECT_EQ(GetCapturedStderr(), "2027-01-04T02:15:00Z error: loud\n");
}

TEST(LogLevels, AreReadAsTheyAreWritten) {
    EXPECT_EQ(log_level_from("trace"), LogLevel::trace);
    EXPECT_EQ(log_level_from("debug"), LogLevel::debug);
    EXPECT_EQ(log_level_from("info"), LogLevel::info);
    EXPECT_EQ(log_level_from("warning"), LogLevel::warning);
    EXPECT_EQ(log_level_from("error"), LogLevel::error);
    EXPECT_EQ(log_level_from("loud"), std::nullopt);
    EXPECT_STREQ(to_text(LogLevel::warning), "warning");
}

TEST(JournalStream, IsTheDescriptorThatTheVariableNames) {
    int sockets[2] = {-1, -1};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);

    struct ::stat status {};

    ASSERT_EQ(::fstat(sockets[0], &status), 0);
    const std::string name = std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);

    ::setenv("JOURNAL_STREAM", name.c_str(), 1);
    EXPECT_TRUE(is_journal_stream(sockets[0]));
    EXPECT_FALSE(is_journal_stream(sockets[1]));
    ::unsetenv("JOURNAL_STREAM");
    EXPECT_FALSE(is_journal_stream(sockets[0]));

    ::close(sockets[0]);
    ::close(sockets[1]);
}

struct Line {
    std::string text;
    std::string line;
};

class OneLine : public testing::TestWithParam<Line> {};

TEST_P(OneLine, EscapesWhatCouldForgeOrHideWords) {
    EXPECT_EQ(one_line(GetParam().text), GetParam().line);
}

INSTANTIATE_TEST_SUITE_P(
    Texts,
    OneLine,
    testing::Values(
        Line{"plain words, wéb-1 备份 😀", "plain words, wéb-1 备份 😀"},
        Line{"a\nb\tc\rd", "a\\nb\\tc\\x0dd"},
        Line{std::string("nul\0", 4), "nul\\x00"},
        Line{"\x7f", "\\x7f"},
        Line{"\xc2\x9b", "\\xc2\\x9b"},
        Line{"\xe2\x80\xa8", "\\xe2\\x80\\xa8"},
        Line{"\xe2\x80\xae", "\\xe2\\x80\\xae"},
        Line{"cut \xe5\xa4", "cut \\xe5\\xa4"},
        Line{"\xff", "\\xff"},
        Line{"\xc0\xaf", "\\xc0\\xaf"},
        Line{"\xed\xa0\x80", "\\xed\\xa0\\x80"},
        Line{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"}
    )
);

}  // namespace
}  // namespace cvmbackup::test
