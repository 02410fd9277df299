#include "service/signals.hpp"

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <string>
#include <vector>

namespace cvmbackup::test {
namespace {

using testing::ElementsAre;

class SignalsTest : public testing::Test {
protected:
    void SetUp() override { signals.start(); }

    // What the loop makes of a signal to this very process.
    void deliver(int number) {
        const std::size_t before = said.size();
        std::raise(number);
        while (said.size() == before && io.run_one_for(std::chrono::seconds(10)) > 0) {
        }
    }

    boost::asio::io_context io{1};
    std::vector<std::string> said;
    Signals signals{
        io.get_executor(),
        [this] { said.push_back("stop"); },
        [this] { said.push_back("reload"); }};
};

TEST_F(SignalsTest, AsksForAStopOrAReload) {
    deliver(SIGTERM);
    deliver(SIGHUP);
    deliver(SIGINT);

    EXPECT_THAT(said, ElementsAre("stop", "reload", "stop"));
}

TEST_F(SignalsTest, IgnoresABrokenPipe) {
    std::raise(SIGPIPE);
    io.poll();

    EXPECT_THAT(said, testing::IsEmpty());
}

TEST_F(SignalsTest, LetsTheLoopEndOnceStopped) {
    signals.stop();

    io.run();

    EXPECT_TRUE(io.stopped());
}

}  // namespace
}  // namespace cvmbackup::test
