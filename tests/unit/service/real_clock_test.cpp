// The real clock on a real loop, with sleeps of a few milliseconds at most.
#include "service/real_clock.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <exception>

namespace cvmbackup::test {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

void rethrow(std::exception_ptr error) {
    if (error) {
        std::rethrow_exception(error);
    }
}

Task<void> sleep_until_then_note(Clock& clock, Instant deadline, std::vector<Instant>& woken) {
    co_await clock.sleep_until(deadline);
    woken.push_back(clock.now());
}

Task<void> sleep_for_then_note(Clock& clock, Duration duration, std::vector<Duration>& slept) {
    const Duration begin = clock.steady_now();
    co_await clock.sleep_for(duration);
    slept.push_back(clock.steady_now() - begin);
}

Task<void> sleep_then_count(Sleeper& sleeper, Instant deadline, int& count) {
    co_await sleeper.sleep_until(deadline);
    ++count;
}

class RealClockTest : public testing::Test {
protected:
    void spawn(Task<void> task) { asio::co_spawn(io, std::move(task), rethrow); }

    asio::io_context io{1};
    RealClock clock{io.get_executor()};
};

TEST_F(RealClockTest, SleepsUntilTheDeadlineAndNotLess) {
    const Instant deadline = clock.now() + 5ms;
    std::vector<Instant> woken;
    spawn(sleep_until_then_note(clock, deadline, woken));

    io.run();

    ASSERT_EQ(woken.size(), 1U);
    EXPECT_GE(woken[0], deadline);
    EXPECT_LT(woken[0], deadline + 10s);
}

TEST_F(RealClockTest, SleepsForADurationOfTheSteadyClock) {
    std::vector<Duration> slept;
    spawn(sleep_for_then_note(clock, 3ms, slept));

    io.run();

    ASSERT_EQ(slept.size(), 1U);
    EXPECT_GE(slept[0], 3ms);
}

TEST_F(RealClockTest, ReturnsAtOnceWhenTheDeadlineHasPassed) {
    std::vector<Instant> woken;
    spawn(sleep_until_then_note(clock, Instant::min(), woken));

    io.poll();

    EXPECT_EQ(woken.size(), 1U);
}

TEST_F(RealClockTest, WakesManySleepersInTheOrderOfTheirDeadlines) {
    const Instant begin = clock.now();
    std::vector<Instant> woken;
    for (int i = 2000; i > 0; --i) {
        spawn(sleep_until_then_note(clock, begin + 1ms + Duration(i), woken));
    }

    io.run();

    EXPECT_EQ(woken.size(), 2000U);
    EXPECT_TRUE(std::is_sorted(woken.begin(), woken.end()));
}

TEST_F(RealClockTest, IsCalledAwayFromASleepWithoutEnd) {
    const auto sleeper = clock.sleeper();
    int count = 0;
    spawn(sleep_then_count(*sleeper, Instant::max(), count));
    io.poll();
    ASSERT_EQ(count, 0);

    sleeper->wake();
    io.run();

    EXPECT_EQ(count, 1);
}

TEST_F(RealClockTest, RemembersOneWakeForTheNextSleep) {
    const auto sleeper = clock.sleeper();
    int count = 0;
    sleeper->wake();
    sleeper->wake();
    spawn(sleep_then_count(*sleeper, Instant::max(), count));
    io.poll();
    ASSERT_EQ(count, 1);

    spawn(sleep_then_count(*sleeper, Instant::max(), count));
    io.restart();
    io.poll();

    EXPECT_EQ(count, 1);
}

TEST_F(RealClockTest, KeepsTheLoopBusyUntilItIsStopped) {
    clock.start();
    io.poll();
    ASSERT_FALSE(io.stopped());

    clock.stop();
    io.run();

    EXPECT_TRUE(io.stopped());
}

TEST_F(RealClockTest, CanBeStoppedBeforeTheLoopHasBegun) {
    clock.start();
    clock.stop();

    io.run();

    EXPECT_TRUE(io.stopped());
}

TEST(RealClockLifetime, StandsTheLoopGoingFirst) {
    auto io = std::make_unique<asio::io_context>(1);
    RealClock clock(io->get_executor());
    const auto sleeper = clock.sleeper();
    int count = 0;
    std::vector<Instant> woken;
    clock.start();
    asio::co_spawn(*io, sleep_then_count(*sleeper, Instant::max(), count), rethrow);
    asio::co_spawn(*io, sleep_until_then_note(clock, Instant::max(), woken), rethrow);
    io->poll();

    io.reset();
    sleeper->wake();
    clock.stop();

    EXPECT_EQ(count, 0);
}

TEST(RealClockLifetime, StandsTheSleepersGoingFirst) {
    asio::io_context io(1);
    auto clock = std::make_unique<RealClock>(io.get_executor());
    auto sleeper = clock->sleeper();
    int count = 0;
    asio::co_spawn(io, sleep_then_count(*sleeper, Instant::max(), count), rethrow);
    clock->start();
    io.poll();

    sleeper.reset();
    clock.reset();
    io.poll();

    EXPECT_EQ(count, 0);
}

TEST(ScaledClock, RunsADayInMilliseconds) {
    asio::io_context io(1);
    const Instant real = RealClock(io.get_executor()).now();
    const Instant monday = *parse_rfc3339("2027-01-04T00:00:00Z");
    RealClock clock(io.get_executor(), ClockScale{monday, real, 1'000'000});
    std::vector<Instant> woken;
    asio::co_spawn(io, sleep_until_then_note(clock, monday + 24h, woken), rethrow);
    std::vector<Duration> slept;
    asio::co_spawn(io, sleep_for_then_note(clock, 1h, slept), rethrow);

    io.run();

    EXPECT_EQ(clock.speed(), 1'000'000);
    ASSERT_EQ(woken.size(), 1U);
    EXPECT_GE(woken[0], monday + 24h);
    ASSERT_EQ(slept.size(), 1U);
    EXPECT_GE(slept[0], 1h);
    EXPECT_LT(RealClock(io.get_executor()).now() - real, 60s);
}

}  // namespace
}  // namespace cvmbackup::test
