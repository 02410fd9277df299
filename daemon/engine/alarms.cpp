#include "engine/alarms.hpp"

#include "engine/crew.hpp"

#include <algorithm>

namespace cvmbackup {

void Alarms::after(Duration delay, std::function<void()> what) {
    const Duration shortest = std::chrono::milliseconds(1);
    begin_task(executor_, ring(std::max(delay, shortest), std::move(what)));
}

Task<void> Alarms::ring(Duration delay, std::function<void()> what) {
    co_await clock_.sleep_for(delay);
    what();
}

}  // namespace cvmbackup
