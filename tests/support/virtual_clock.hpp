// Time that stands still until a test lets it run: run_until() wakes the sleepers one by one, in
// the order of (deadline, who came first), with everything that is ready done in between. A month
// takes about a millisecond. For single-threaded tests on one io_context without sockets.
//
// The wall clock may be set (jump) while the true time, the cloud's, goes on: sleeps until an
// instant follow the wall clock, sleeps for a duration do not, and sleepers are woken.
//
// The timers belong to the sleeping frames, so a crash is played by destroying the io_context (and
// with it every frame) while the clock and the engine still live.
#pragma once

#include "ports/clock.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace cvmbackup {

class VirtualClock final : public Clock {
public:
    // `wrong`: how far the wall clock is ahead of the true time.
    VirtualClock(boost::asio::io_context& io, Instant start, Duration wrong = Duration(0))
        : io_(io)
        , start_(start)
        , wrong_(wrong) {}

    Instant now() const override { return true_now() + wrong_; }

    Duration steady_now() const override { return passed_; }

    Instant true_now() const { return start_ + passed_; }

    void jump(Duration by) {
        wrong_ += by;
        std::map<Key, Parked*> moved;
        for (const auto& [key, parked] : sleepers_) {
            moved.emplace(parked->rekeyed(), parked);
        }
        sleepers_ = std::move(moved);
        std::vector<Parked*> called_away;
        for (const auto& [key, parked] : sleepers_) {
            if (parked->is_called_away())
                called_away.push_back(parked);
        }
        for (Parked* parked : called_away)
            parked->wake();
    }

    std::unique_ptr<Sleeper> sleeper() override { return std::make_unique<OneSleeper>(*this); }

    Task<void> sleep_until(Instant deadline) override {
        if (deadline <= now())
            co_return;
        Parked parked(*this, deadline);
        co_await parked.wait();
    }

    Task<void> sleep_for(Duration duration) override {
        if (duration <= Duration(0))
            co_return;
        Parked parked(*this, passed_ + duration);
        co_await parked.wait();
    }

    // Called before a sleeper is woken.
    std::function<void()> at_wake;

    // Lets time pass up to and including `horizon`; now() is `horizon` afterwards.
    void run_until(Instant horizon) {
        const Duration last = horizon - start_ - wrong_;
        run_ready();
        while (wake_first(last))
            run_ready();
        passed_ = std::max(passed_, last);
    }

    void run_for(Duration duration) { run_until(now() + duration); }

    // Lets time pass until `done()` holds; false if it does not hold up to `horizon`.
    template <class Done>
    bool run_until(Instant horizon, Done done) {
        const Duration last = horizon - start_ - wrong_;
        run_ready();
        while (!done() && wake_first(last))
            run_ready();
        return done();
    }

    // Who is asleep, those without a deadline included.
    std::size_t sleepers() const { return sleepers_.size(); }

private:
    using Key = std::pair<Duration, std::uint64_t>;  // of steady_now()

    // One sleeping frame; takes itself off the list when it is woken, cancelled or destroyed.
    class Parked {
    public:
        Parked(VirtualClock& clock, Duration deadline)
            : clock_(clock)
            , timer_(clock.io_, boost::asio::steady_timer::time_point::max())
            , key_(deadline, ++clock.sequence_) {
            clock_.sleepers_.emplace(key_, this);
        }

        Parked(VirtualClock& clock, Instant deadline)
            : Parked(clock, clock.passed_at(deadline)) {
            wall_ = deadline;
        }

        Parked(const Parked&) = delete;
        Parked& operator=(const Parked&) = delete;

        ~Parked() { clock_.sleepers_.erase(key_); }

        Task<void> wait() {
            const auto [error] =
                co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
            if (!woken_)
                throw boost::system::system_error(error);  // cancelled from outside
        }

        // For a sleep that ends when the clock is set.
        void stay_callable() { callable_ = true; }

        bool is_called_away() const { return callable_; }

        Key rekeyed() {
            if (wall_)
                key_.first = clock_.passed_at(*wall_);
            return key_;
        }

        void wake() {
            woken_ = true;
            clock_.sleepers_.erase(key_);
            timer_.cancel();
        }

    private:
        VirtualClock& clock_;
        boost::asio::steady_timer timer_;
        Key key_;
        std::optional<Instant> wall_;  // follows the wall clock
        bool callable_ = false;
        bool woken_ = false;
    };

    class OneSleeper final : public Sleeper {
    public:
        explicit OneSleeper(VirtualClock& clock)
            : clock_(clock) {}

        Task<void> sleep_until(Instant deadline) override {
            if (std::exchange(woken_, false) || deadline <= clock_.now())
                co_return;
            Parked parked(clock_, deadline);
            const Bed bed(*this, parked);
            parked.stay_callable();
            co_await parked.wait();
        }

        void wake() override {
            if (asleep_)
                asleep_->wake();
            else
                woken_ = true;
        }

    private:
        struct Bed {
            Bed(OneSleeper& owner, Parked& parked)
                : owner_(owner) {
                owner_.asleep_ = &parked;
            }

            Bed(const Bed&) = delete;
            Bed& operator=(const Bed&) = delete;

            ~Bed() { owner_.asleep_ = nullptr; }

            OneSleeper& owner_;
        };

        VirtualClock& clock_;
        Parked* asleep_ = nullptr;
        bool woken_ = false;
    };

    void run_ready() {
        io_.restart();
        io_.poll();
    }

    Duration passed_at(Instant deadline) const {
        return deadline == Instant::max() ? Duration::max() : deadline - start_ - wrong_;
    }

    bool wake_first(Duration last) {
        if (sleepers_.empty() || sleepers_.begin()->first.first > last)
            return false;
        const auto [key, parked] = *sleepers_.begin();
        passed_ = std::max(passed_, key.first);
        if (at_wake)
            at_wake();
        parked->wake();
        return true;
    }

    boost::asio::io_context& io_;
    Instant start_;
    Duration wrong_;
    Duration passed_{0};
    std::uint64_t sequence_ = 0;
    std::map<Key, Parked*> sleepers_;
};

}  // namespace cvmbackup
