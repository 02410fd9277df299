#include "engine/alarms.hpp"

namespace cvmbackup {

void Alarms::at(Instant when, std::function<void()> what) {
    const bool earliest = due_.empty() || when < due_.begin()->first;
    due_.emplace(when, std::move(what));
    if (earliest) {
        sleeper_->wake();
    }
}

Task<void> Alarms::run() {
    while (true) {
        while (!due_.empty() && due_.begin()->first <= clock_.now()) {
            const auto what = std::move(due_.begin()->second);
            due_.erase(due_.begin());
            what();
        }
        const Instant next = due_.empty() ? Instant::max() : due_.begin()->first;
        co_await sleeper_->sleep_until(next);
    }
}

}  // namespace cvmbackup
