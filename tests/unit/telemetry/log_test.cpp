#include "telemetry/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
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

// As journald has it.
class JournalSocket {
public:
    JournalSocket()
        : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
        ::sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(std::data(address.sun_path), sizeof(address.sun_path) - 1);
        const void* const where = &address;
        EXPECT_EQ(::bind(socket_, static_cast<const ::sockaddr*>(where), sizeof(address)), 0);
    }

    JournalSocket(const JournalSocket&) = delete;
    JournalSocket& operator=(const JournalSocket&) = delete;

    ~JournalSocket() {
        ::close(socket_);
        ::unlink(path.c_str());
    }

    // Nothing if there is none.
    std::string read() {
        std::string message(1'000'000, ' ');
        const ssize_t size = ::recv(socket_, message.data(), message.size(), 0);
        return size < 0 ? "" : message.substr(0, static_cast<std::size_t>(size));
    }

    std::string path = testing::TempDir() + "journal-" + std::to_string(::getpid());

private:
    int socket_;
};

TEST(LogToJournal, SendsOneDatagramALine) {
    JournalSocket journal;
    const auto log = open_journal(LogLevel::info, journal.path);

    log->write({LogLevel::debug, "too quiet", {}});
    log->write({LogLevel::warning, "forged\nline", {{"CVMBACKUP_POLICY", "web\nPRIORITY=0"}}});

    EXPECT_EQ(
        journal.read(),
        "MESSAGE=forged\\nline\nPRIORITY=4\nSYSLOG_IDENTIFIER=cvmbackupd\n"
        "CVMBACKUP_POLICY=web\\nPRIORITY=0\n"
    );
    EXPECT_EQ(journal.read(), "");
}

TEST(LogToJournal, CutsWhatIsTooLongForADatagram) {
    JournalSocket journal;
    open_journal(LogLevel::info, journal.path)->error(std::string(10 * 1024 * 1024, 'x'));

    EXPECT_THAT(journal.read(), testing::StartsWith("MESSAGE=xxx"));
}

// It would hang the daemon too, until systemd's watchdog ends it.
TEST(LogToJournal, DoesNotWaitForAJournaldThatHangs) {
    JournalSocket journal;
    const auto log = open_journal(LogLevel::info, journal.path);

    const int lines = 10'000;
    for (int i = 0; i < lines; ++i) {
        log->info(std::to_string(i));
    }
    int taken = 0;
    while (!journal.read().empty()) {
        ++taken;
    }
    log->info("after all");

    EXPECT_GT(taken, 0);
    EXPECT_THAT(journal.read(), testing::StartsWith("MESSAGE=after all\n"));
    const std::string lost = std::to_string(lines - taken);
    EXPECT_THAT(
        journal.read(), testing::StartsWith("MESSAGE=journald did not take " + lost + " lines")
    );
    log->info("as ever");
    EXPECT_THAT(journal.read(), testing::StartsWith("MESSAGE=as ever\n"));
    EXPECT_EQ(journal.read(), "");
}

TEST(LogToJournal, GoesOnWithoutAJournald) {
    std::unique_ptr<Log> log;
    {
        JournalSocket journal;
        log = open_journal(LogLevel::info, journal.path);
    }
    log->info("nobody is there");
    JournalSocket journal;
    log->info("somebody is");

    EXPECT_THAT(journal.read(), testing::StartsWith("MESSAGE=somebody is\n"));
    EXPECT_THAT(journal.read(), testing::HasSubstr("did not take 1 lines"));
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
