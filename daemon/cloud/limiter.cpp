#include "cloud/limiter.hpp"

#include <algorithm>

namespace cvmbackup {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// The cloud's second, and a little for the drift between two clocks.
constexpr Duration window = milliseconds(1020);
constexpr Duration pause_max = seconds(30);
constexpr Duration recovery_step = seconds(5);
// A reservation nobody came for; longer than a commit may take.
constexpr Duration reservation_max = seconds(60);

}  // namespace

Limiter::Limiter(Clock& clock, std::size_t rate, Duration opens)
    : clock_(clock)
    , line_(clock)
    , rate_(rate)
    , slots_(rate)
    , closed_until_(opens)
    , pause_(window) {}

Limiter::Slot::~Slot() {
    if (taken_)
        limiter_.give_back();
}

Task<Duration> Limiter::Slot::take() {
    limiter_.tidy(limiter_.clock_.steady_now());
    Duration waited{0};
    if (!limiter_.reserved_.empty()) {
        waited = limiter_.reserved_.front().waited;
        limiter_.reserved_.pop_front();
    } else {
        waited = co_await limiter_.enter();
    }
    ++limiter_.under_way_;
    taken_ = true;
    co_return waited;
}

void Limiter::Slot::answered(bool refused_for_rate) {
    taken_ = false;
    limiter_.give_back();
    const Duration now = limiter_.clock_.steady_now();
    if (refused_for_rate)
        limiter_.slow_down(now);
    else
        limiter_.speed_up(now);
}

Task<void> Limiter::turn() {
    const Duration waited = co_await enter();
    reserved_.push_back(Reservation{clock_.steady_now(), waited});
}

Task<Duration> Limiter::enter() {
    const Duration begin = clock_.steady_now();
    if (line_.empty() && has_room(begin))
        co_return Duration{0};
    Line::Place place(line_);
    for (;;) {
        const Duration now = clock_.steady_now();
        if (place.is_first() && has_room(now))
            co_return now - begin;
        const std::optional<Duration> next = next_chance(now);
        const bool is_timed = place.is_first() && next.has_value();
        if (is_timed)
            co_await place.pause(*next);
        else
            co_await place.wait();
    }
}

void Limiter::tidy(Duration now) {
    while (!cooling_.empty() && cooling_.front() <= now)
        cooling_.pop_front();
    while (!reserved_.empty() && reserved_.front().made + reservation_max <= now)
        reserved_.pop_front();
}

bool Limiter::has_room(Duration now) {
    tidy(now);
    return now >= closed_until_ && under_way_ + reserved_.size() + cooling_.size() < slots_;
}

// How long until it is worth looking again; nothing if only a slot given back can change anything.
// Never longer than the window: a slot that is given back meanwhile cools for as long.
std::optional<Duration> Limiter::next_chance(Duration now) const {
    Duration next = Duration::max();
    if (closed_until_ > now)
        next = closed_until_;
    else if (!cooling_.empty())
        next = cooling_.front();
    if (!reserved_.empty())
        next = std::min(next, reserved_.front().made + reservation_max);
    if (next == Duration::max())
        return std::nullopt;
    return std::min(next - now, window);
}

void Limiter::give_back() {
    --under_way_;
    cooling_.push_back(clock_.steady_now() + window);
    line_.wake_first();
}

void Limiter::slow_down(Duration now) {
    closed_until_ = std::max(closed_until_, now + pause_);
    // Answers to requests that were under way together count once.
    if (now < changed_ + window)
        return;
    slots_ = std::max<std::size_t>(slots_ / 2, 1);
    pause_ = std::min(pause_ * 2, pause_max);
    changed_ = now;
}

void Limiter::speed_up(Duration now) {
    if (slots_ == rate_ || now < changed_ + recovery_step)
        return;
    ++slots_;
    pause_ = window;
    changed_ = now;
}

}  // namespace cvmbackup
