#include "service/real_clock.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <ctime>
#include <exception>
#include <list>
#include <sys/timerfd.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace cvmbackup {

namespace asio = boost::asio;

namespace {

constexpr auto await_tuple = asio::as_tuple(asio::use_awaitable);

Duration read_clock(clockid_t id) {
    ::timespec now{};
    ::clock_gettime(id, &now);
    return std::chrono::seconds(now.tv_sec) +
           std::chrono::duration_cast<Duration>(std::chrono::nanoseconds(now.tv_nsec));
}

// Where wake() finds the sleeping coroutine; lives as long as either of them.
struct Bell {
    bool rung = false;
    asio::steady_timer* timer = nullptr;

    void ring() {
        rung = true;
        if (timer != nullptr) {
            timer->cancel();
        }
    }
};

}  // namespace

// Shared with the sleeping coroutines: they may be destroyed after the clock. Their timers live in
// their frames, so that the io_context takes them along when it goes first.
struct ClockState {
    ClockState(asio::any_io_executor its_executor, ClockScale its_scale)
        : executor(std::move(its_executor))
        , scale(its_scale)
        , steady_begin(read_clock(CLOCK_BOOTTIME)) {}

    Instant now() const {
        const Instant real(read_clock(CLOCK_REALTIME));
        return scale.is_real() ? real : scale.simulated(real);
    }

    Duration steady_now() const {
        const Duration now = read_clock(CLOCK_BOOTTIME);
        if (scale.is_real()) {
            return now;
        }
        const auto elapsed = static_cast<double>((now - steady_begin).count());
        return Duration(static_cast<std::int64_t>(elapsed * scale.speed));
    }

    asio::any_io_executor executor;
    ClockScale scale;
    Duration steady_begin;
    std::list<asio::steady_timer*> asleep;
    bool watching = false;
    asio::posix::stream_descriptor* watch = nullptr;
};

namespace {

// The end of a sleep: an instant of the wall clock, which may jump, or a reading of the steady one.
struct WallGoal {
    Instant deadline;

    Duration real_wait(const ClockState& state) const {
        return state.scale.real(deadline) - Instant(read_clock(CLOCK_REALTIME));
    }
};

struct SteadyGoal {
    Duration deadline;

    Duration real_wait(const ClockState& state) const {
        const auto left = static_cast<double>((deadline - state.steady_now()).count());
        return Duration(static_cast<std::int64_t>(std::ceil(left / state.scale.speed)));
    }
};

// A timer that is known to the clock, and to its sleeper's bell, while it exists.
class KnownTimer {
public:
    KnownTimer(ClockState& state, Bell* bell)
        : timer_(state.executor)
        , state_(state)
        , place_(state.asleep.insert(state.asleep.end(), &timer_))
        , bell_(bell) {
        if (bell_ != nullptr) {
            bell_->timer = &timer_;
        }
    }

    KnownTimer(const KnownTimer&) = delete;
    KnownTimer& operator=(const KnownTimer&) = delete;

    ~KnownTimer() {
        state_.asleep.erase(place_);
        if (bell_ != nullptr) {
            bell_->timer = nullptr;
        }
    }

    asio::steady_timer& get() { return timer_; }

private:
    asio::steady_timer timer_;
    ClockState& state_;
    std::list<asio::steady_timer*>::iterator place_;
    Bell* bell_;
};

// Consumes a ring.
bool has_rung(Bell* bell) {
    return bell != nullptr && std::exchange(bell->rung, false);
}

template <class Goal>
Task<void> sleep(std::shared_ptr<ClockState> state, Goal goal, std::shared_ptr<Bell> bell) {
    constexpr Duration longest = std::chrono::days(365);  // the timer's own clock may not overflow
    KnownTimer timer(*state, bell.get());
    Duration wait = goal.real_wait(*state);
    bool over = has_rung(bell.get()) || wait <= Duration::zero();
    if (over) {
        // A loop of sleeps that are over at once must not starve the others.
        co_await asio::post(state->executor, asio::use_awaitable);
        co_return;
    }
    while (!over) {
        timer.get().expires_after(std::min(wait, longest));
        const auto [error] = co_await timer.get().async_wait(await_tuple);
        wait = goal.real_wait(*state);
        const bool called_away = bell != nullptr && error;  // rung for, or the clock was set
        over = has_rung(bell.get()) || called_away || wait <= Duration::zero();
    }
}

class RealSleeper : public Sleeper {
public:
    explicit RealSleeper(std::shared_ptr<ClockState> state)
        : state_(std::move(state)) {}

    Task<void> sleep_until(Instant deadline) override {
        return sleep(state_, WallGoal{deadline}, bell_);
    }

    void wake() override { bell_->ring(); }

private:
    std::shared_ptr<ClockState> state_;
    std::shared_ptr<Bell> bell_ = std::make_shared<Bell>();
};

// A timer of the kernel that never expires, but is cancelled when somebody sets the wall clock or
// the machine wakes up (timerfd_create(2), TFD_TIMER_CANCEL_ON_SET).
int open_watch() {
    const int file = ::timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
    if (file < 0) {
        throw std::system_error(errno, std::generic_category(), "timerfd_create");
    }
    return file;
}

void arm_watch(int file) {
    ::itimerspec never{};
    never.it_value.tv_sec = std::chrono::seconds(std::chrono::years(200)).count();
    const int flags = TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET;
    // ECANCELED: the clock was set since the last time; the timer is armed all the same.
    if (::timerfd_settime(file, flags, &never, nullptr) != 0 && errno != ECANCELED) {
        throw std::system_error(errno, std::generic_category(), "timerfd_settime");
    }
}

// Where stop() finds the watch while it exists.
class KnownWatch {
public:
    explicit KnownWatch(ClockState& state)
        : descriptor_(state.executor, open_watch())
        , state_(state) {
        state_.watch = &descriptor_;
    }

    KnownWatch(const KnownWatch&) = delete;
    KnownWatch& operator=(const KnownWatch&) = delete;

    ~KnownWatch() { state_.watch = nullptr; }

    asio::posix::stream_descriptor& get() { return descriptor_; }

private:
    asio::posix::stream_descriptor descriptor_;
    ClockState& state_;
};

Task<void> watch_jumps(std::shared_ptr<ClockState> state) {
    KnownWatch watch(*state);
    while (state->watching) {
        arm_watch(watch.get().native_handle());
        co_await watch.get().async_wait(asio::posix::stream_descriptor::wait_read, await_tuple);
        for (asio::steady_timer* timer : state->asleep) {
            timer->cancel();
        }
    }
}

}  // namespace

RealClock::RealClock(asio::any_io_executor executor, ClockScale scale)
    : state_(std::make_shared<ClockState>(std::move(executor), scale)) {}

RealClock::~RealClock() = default;

void RealClock::start() {
    state_->watching = true;
    asio::co_spawn(state_->executor, watch_jumps(state_), [](std::exception_ptr error) {
        if (error) {
            std::rethrow_exception(error);
        }
    });
}

void RealClock::stop() {
    state_->watching = false;
    if (state_->watch != nullptr) {
        state_->watch->cancel();
    }
}

double RealClock::speed() const {
    return state_->scale.speed;
}

Instant RealClock::now() const {
    return state_->now();
}

Duration RealClock::steady_now() const {
    return state_->steady_now();
}

std::unique_ptr<Sleeper> RealClock::sleeper() {
    return std::make_unique<RealSleeper>(state_);
}

Task<void> RealClock::sleep_until(Instant deadline) {
    return sleep(state_, WallGoal{deadline}, nullptr);
}

Task<void> RealClock::sleep_for(Duration duration) {
    constexpr Duration longest = std::chrono::years(1000);  // no sum may overflow
    const Duration bounded = std::clamp(duration, Duration::zero(), longest);
    return sleep(state_, SteadyGoal{state_->steady_now() + bounded}, nullptr);
}

}  // namespace cvmbackup
