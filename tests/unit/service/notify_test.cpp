// A real socket plays systemd's part.
#include "service/notify.hpp"

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace cvmbackup::test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;

class NotifyTest : public testing::Test {
protected:
    void SetUp() override {
        socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        ::sockaddr_un address{};
        address.sun_family = AF_UNIX;
        // The kernel chooses an abstract name; systemd writes its leading zero as '@'.
        ::socklen_t length = sizeof address.sun_family;
        auto* any = reinterpret_cast<::sockaddr*>(&address);
        ASSERT_EQ(::bind(socket, any, length), 0);
        length = sizeof address;
        ASSERT_EQ(::getsockname(socket, any, &length), 0);
        const std::size_t name = length - offsetof(::sockaddr_un, sun_path) - 1;
        const std::string path = "@" + std::string(address.sun_path + 1, name);
        ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    }

    void TearDown() override {
        ::unsetenv("NOTIFY_SOCKET");
        ::unsetenv("WATCHDOG_USEC");
        ::close(socket);
    }

    // Empty if nothing was sent.
    std::string received() {
        std::string text(1000, '\0');
        const ssize_t size = ::recv(socket, text.data(), text.size(), 0);
        text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
        return text;
    }

    int socket = -1;
    boost::asio::io_context io{1};
};

TEST_F(NotifyTest, TellsTheStatesOfAService) {
    Notify notify(io.get_executor());

    notify.ready("3 policies");
    EXPECT_EQ(received(), "READY=1\nSTATUS=3 policies");
    notify.status("2 backups in flight");
    EXPECT_EQ(received(), "STATUS=2 backups in flight");
    notify.reloading();
    EXPECT_THAT(received(), AllOf(HasSubstr("RELOADING=1\n"), HasSubstr("MONOTONIC_USEC=")));
    notify.stopping("told to");
    EXPECT_EQ(received(), "STOPPING=1\nSTATUS=told to");
}

TEST_F(NotifyTest, FeedsTheWatchdogTwicePerInterval) {
    ::setenv("WATCHDOG_USEC", "4000", 1);
    Notify notify(io.get_executor());
    ASSERT_EQ(notify.keep_alive_every(), 2ms);

    notify.start();
    EXPECT_EQ(received(), "WATCHDOG=1");
    EXPECT_EQ(received(), "");
    io.run_one();
    EXPECT_EQ(received(), "WATCHDOG=1");

    notify.stop();
    io.run();
    EXPECT_EQ(received(), "");
}

TEST_F(NotifyTest, DoesNothingWithoutAWatchdog) {
    Notify notify(io.get_executor());

    notify.start();
    io.run();

    EXPECT_EQ(notify.keep_alive_every(), 0s);
    EXPECT_EQ(received(), "");
}

TEST_F(NotifyTest, IsSilentWithoutSystemd) {
    ::unsetenv("NOTIFY_SOCKET");
    Notify notify(io.get_executor());

    notify.ready("");

    EXPECT_EQ(received(), "");
}

}  // namespace
}  // namespace cvmbackup::test
