#include "engine/alarms.hpp"

#include <algorithm>

namespace cvmbackup {

namespace {

constexpr Duration longest_sleep = std::chrono::minutes(1);

}  // namespace

void Alarms::after(Duration delay, std::function<void()> what) {
    const Duration when = clock_.steady_now() + std::max(delay, Duration(0));
    const bool earliest = due_.empty() || when < due_.begin()->first;
    due_.emplace(when, std::move(what));
    if (earliest) {
        sleeper_->wake();
    }
}

Task<void> Alarms::run() {
    while (true) {
        while (!due_.empty() && due_.begin()->first <= clock_.steady_now()) {
            const auto what = std::move(due_.begin()->second);
            due_.erase(due_.begin());
            what();
        }
        Instant next = Instant::max();
        if (!due_.empty()) {
            const Duration rest = due_.begin()->first - clock_.steady_now();
            next = clock_.now() + std::min(rest, longest_sleep);
        }
        co_await sleeper_->sleep_until(next);
    }
}

}  // namespace cvmbackup
