#include "cloud/limiter.hpp"

#include "cloud/pace.hpp"
#include "cloud_support.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace cvmbackup {
namespace {

using namespace std::chrono_literals;

// Calls as the cloud sees them: each arrives somewhere between its sending and its answer.
struct Limited {
    Limited() { clock.run_for(1s); }  // past the hold after a start

    static void rethrow(std::exception_ptr error) {
        if (error)
            std::rethrow_exception(error);
    }

    void call(Duration way_there, Duration way_back, bool refused = false) {
        boost::asio::co_spawn(io, one_call(way_there, way_back, refused), rethrow);
    }

    void change(Duration commit) { boost::asio::co_spawn(io, one_change(commit), rethrow); }

    Task<void> one_call(Duration way_there, Duration way_back, bool refused) {
        Limiter::Slot slot(limiter);
        co_await slot.take();
        co_await clock.sleep_for(way_there);
        arrivals.push_back(clock.now());
        co_await clock.sleep_for(way_back);
        slot.answered(refused);
    }

    Task<void> one_change(Duration commit) {
        co_await limiter.turn();
        co_await clock.sleep_for(commit);
        co_await one_call(1ms, 1ms, false);
    }

    // The most arrivals in any one second.
    std::size_t densest_second() {
        std::ranges::sort(arrivals);
        std::size_t most = 0;
        for (std::size_t i = 0; i < arrivals.size(); ++i) {
            const auto end = std::ranges::upper_bound(arrivals, arrivals[i] + 1s);
            most = std::max(most, static_cast<std::size_t>(end - arrivals.begin()) - i);
        }
        return most;
    }

    boost::asio::io_context io;
    VirtualClock clock{io, test_start};
    Limiter limiter{clock, 10, Duration{0}};
    std::vector<Instant> arrivals;
};

TEST(Limiter, NeverLetsMoreThanTheRateArriveInAnySecond) {
    Limited world;
    for (int i = 0; i < 300; ++i)
        world.call(Duration(i * 7919 % 900'000), Duration(i * 104'729 % 300'000));

    world.clock.run_for(10min);

    EXPECT_EQ(world.arrivals.size(), 300U);
    EXPECT_LE(world.densest_second(), 10U);
}

TEST(Limiter, LosesOnlyTheLatencyOfTheAnswers) {
    Limited world;
    for (int i = 0; i < 100; ++i)
        world.call(20ms, 20ms);

    world.clock.run_for(9700ms);

    EXPECT_EQ(world.arrivals.size(), 100U);
}

TEST(Limiter, KeepsTheOrderOfArrival) {
    Limited world;
    for (int i = 0; i < 40; ++i)
        world.call(Duration{0}, Duration(i));

    world.clock.run_for(1min);

    EXPECT_TRUE(std::ranges::is_sorted(world.arrivals));
    EXPECT_EQ(world.arrivals.size(), 40U);
}

TEST(Limiter, CountsAReservedTurnFromTheReservationOn) {
    Limited world;
    for (int i = 0; i < 30; ++i)
        world.change(Duration(i * 31'337 % 700'000));

    world.clock.run_for(5min);

    EXPECT_EQ(world.arrivals.size(), 30U);
    EXPECT_LE(world.densest_second(), 10U);
}

TEST(Limiter, ForgetsATurnNobodyCameFor) {
    Limited world;
    for (int i = 0; i < 10; ++i)
        boost::asio::co_spawn(world.io, world.limiter.turn(), Limited::rethrow);
    world.clock.run_for(1s);
    world.call(1ms, 1ms);
    boost::asio::co_spawn(world.io, world.limiter.turn(), Limited::rethrow);

    world.clock.run_for(2min);

    EXPECT_EQ(world.clock.sleepers(), 0U);
}

TEST(Limiter, SlowsDownAfterARefusalAndRecovers) {
    Limited world;
    world.call(1ms, 1ms, true);
    world.clock.run_for(100ms);
    for (int i = 0; i < 200; ++i)
        world.call(1ms, 1ms);

    const std::size_t refused_only = world.arrivals.size();
    world.clock.run_for(900ms);
    const std::size_t while_closed = world.arrivals.size();
    world.clock.run_for(1s);
    const std::size_t after_the_pause = world.arrivals.size();
    world.clock.run_for(5min);

    EXPECT_EQ(refused_only, 1U);
    EXPECT_EQ(while_closed, 1U);
    EXPECT_EQ(after_the_pause, 6U);  // half the slots
    EXPECT_EQ(world.arrivals.size(), 201U);
    EXPECT_EQ(world.densest_second(), 10U);
}

TEST(Limiter, SurvivesThatEverybodyWhoWaitsIsDestroyed) {
    VirtualClock* clock = nullptr;
    auto io = std::make_unique<boost::asio::io_context>();
    VirtualClock virtual_clock(*io, test_start);
    clock = &virtual_clock;
    Limiter limiter(*clock, 1, Duration{0});
    for (int i = 0; i < 5; ++i)
        boost::asio::co_spawn(*io, limiter.turn(), Limited::rethrow);
    clock->run_for(10ms);

    io.reset();

    EXPECT_EQ(clock->sleepers(), 0U);
}

// Its wall time can be set; sleeps until an instant of it take heed, as those of the real one do.
class SettableClock final : public Clock {
public:
    explicit SettableClock(VirtualClock& clock)
        : clock_(clock) {}

    void set_back(Duration by) { wall_ -= by; }

    Instant now() const override { return clock_.now() + wall_; }

    Duration steady_now() const override { return clock_.steady_now(); }

    std::unique_ptr<Sleeper> sleeper() override { return std::make_unique<WallSleeper>(*this); }

    Task<void> sleep_for(Duration duration) override { return clock_.sleep_for(duration); }

    Task<void> sleep_until(Instant deadline) override {
        while (now() < deadline)
            co_await clock_.sleep_for(deadline - now());
    }

private:
    class WallSleeper final : public Sleeper {
    public:
        explicit WallSleeper(SettableClock& clock)
            : clock_(clock)
            , sleeper_(clock.clock_.sleeper()) {}

        Task<void> sleep_until(Instant deadline) override {
            while (!std::exchange(woken_, false) && clock_.now() < deadline) {
                const bool ends = deadline != Instant::max();
                const Instant until = ends ? deadline - clock_.wall_ : deadline;
                co_await sleeper_->sleep_until(until);
            }
        }

        void wake() override {
            woken_ = true;
            sleeper_->wake();
        }

    private:
        SettableClock& clock_;
        std::unique_ptr<Sleeper> sleeper_;
        bool woken_ = false;
    };

    VirtualClock& clock_;
    Duration wall_{0};
};

Task<void> take_turn(Limiter& limiter, Clock& clock, std::vector<Duration>& turns) {
    co_await limiter.turn();
    turns.push_back(clock.steady_now());
}

TEST(Limiter, KeepsItsPauseWhenTheWallClockIsSetBackMeanwhile) {
    auto io = std::make_unique<boost::asio::io_context>();
    VirtualClock time(*io, test_start);
    SettableClock clock(time);
    Limiter limiter(clock, 1, 30s);
    std::vector<Duration> turns;
    boost::asio::co_spawn(*io, take_turn(limiter, clock, turns), Limited::rethrow);
    time.run_for(10s);

    clock.set_back(3h);
    time.run_for(5min);
    io.reset();

    EXPECT_EQ(turns, std::vector<Duration>{30s});
}

TEST(Limiter, PassesAReturnedSlotOnWhileTheOthersAreReserved) {
    Limited world;
    std::vector<Duration> turns;
    world.call(200ms, 0ms);
    for (int i = 0; i < 9; ++i)
        boost::asio::co_spawn(world.io, world.limiter.turn(), Limited::rethrow);
    boost::asio::co_spawn(world.io, take_turn(world.limiter, world.clock, turns), Limited::rethrow);
    const Duration begin = world.clock.steady_now();

    world.clock.run_for(2s);

    ASSERT_EQ(turns.size(), 1U);
    EXPECT_EQ(turns[0] - begin, 1220ms);
}

TEST(Limiter, DoesNotStirWhileNobodyWaits) {
    Limited world;
    world.call(1ms, 1ms, true);

    world.clock.run_for(100ms);

    EXPECT_EQ(world.clock.sleepers(), 0U);
}

TEST(Pace, HoldsTheFirstSecondAfterAStart) {
    CloudFixture world;
    Pace pace(world.clock);
    Limiter& limiter = pace.limiter(PaceKey{AccountName("a"), "host", "CreateImage"});
    boost::asio::co_spawn(world.io, limiter.turn(), Limited::rethrow);

    world.clock.run_for(999ms);
    const std::size_t waiting_before = world.clock.sleepers();
    world.clock.run_for(1ms);

    EXPECT_EQ(waiting_before, 1U);
    EXPECT_EQ(world.clock.sleepers(), 0U);
}

TEST(Pace, KeepsOneLimiterPerAccountEndpointAndAction) {
    CloudFixture world;
    Pace pace(world.clock);
    const PaceKey key{AccountName("a"), "host", "CreateImage"};
    const PaceKey elsewhere{AccountName("a"), "other", "CreateImage"};

    EXPECT_EQ(&pace.limiter(key), &pace.limiter(key));
    EXPECT_NE(&pace.limiter(key), &pace.limiter(elsewhere));
}

TEST(Pace, KnowsThePublishedRates) {
    EXPECT_EQ(published_rate("CreateImage"), 10U);
    EXPECT_EQ(published_rate("ExportImages"), 20U);
    EXPECT_EQ(published_rate("DescribeImages"), 40U);
    EXPECT_EQ(published_rate("AnActionOfTomorrow"), 10U);
}

}  // namespace
}  // namespace cvmbackup
