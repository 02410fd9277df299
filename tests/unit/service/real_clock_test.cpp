// The real clock on a real loop, with sleeps of a few milliseconds at most.
#include "service/real_clock.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <ctime>
#include <exception>
#include <optional>
#include <sys/timex.h>
#include <utility>

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

// Sets the machine's own wall clock, by one nanosecond only, and puts it back at its end.
class NudgedWallClock {
public:
    NudgedWallClock()
        : error_(move_by(0, 1)) {}

    NudgedWallClock(const NudgedWallClock&) = delete;
    NudgedWallClock& operator=(const NudgedWallClock&) = delete;

    ~NudgedWallClock() {
        if (error_ == 0) {
            EXPECT_EQ(move_by(-1, 999'999'999), 0) << "the clock was not put back";
        }
    }

    int error() const { return error_; }

private:
    static int move_by(std::time_t seconds, int nanoseconds) {
        ::timex change{};
        change.modes = ADJ_SETOFFSET | ADJ_NANO;
        change.time.tv_sec = seconds;
        change.time.tv_usec = nanoseconds;  // by ADJ_NANO
        return ::clock_adjtime(CLOCK_REALTIME, &change) < 0 ? errno : 0;
    }

    int error_;
};

class RealClockTest : public testing::Test {
protected:
    void spawn(Task<void> task) { asio::co_spawn(io, std::move(task), rethrow); }

    void run_until_woken(const int& count) {
        const int before = count;
        while (count == before && io.run_one_for(10s) > 0) {
        }
    }

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

TEST_F(RealClockTest, IsCalledAwayByTheKernelEachTimeTheWallClockIsSet) {
    const auto sleeper = clock.sleeper();
    int count = 0;
    clock.start();
    spawn(sleep_then_count(*sleeper, clock.now() + 5h, count));
    io.poll();
    ASSERT_EQ(count, 0);

    std::optional<NudgedWallClock> nudged(std::in_place);
    if (nudged->error() == EPERM) {
        GTEST_SKIP() << "the wall clock may not be set here (CAP_SYS_TIME)";
    }
    ASSERT_EQ(nudged->error(), 0);
    run_until_woken(count);
    ASSERT_EQ(count, 1);

    spawn(sleep_then_count(*sleeper, clock.now() + 5h, count));
    io.poll();
    ASSERT_EQ(count, 1);
    nudged.reset();
    run_until_woken(count);
    EXPECT_EQ(count, 2);
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
