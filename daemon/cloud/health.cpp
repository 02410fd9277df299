#include "cloud/health.hpp"

#include <algorithm>
#include <utility>

namespace cvmbackup {

bool RetryBudget::spend() {
    if (tokens_ < cost)
        return false;
    tokens_ -= cost;
    return true;
}

void RetryBudget::earn() {
    tokens_ = std::min(tokens_ + 1, full);
}

bool Breaker::admit(Duration now) {
    if (!open_)
        return true;
    if (probing_ || now < until_)
        return false;
    probing_ = true;
    return true;
}

void Breaker::ended(bool by_outage, Duration now, std::uint64_t chance) {
    if (!by_outage) {
        *this = Breaker();
        return;
    }
    const bool probed = std::exchange(probing_, false);
    failures_ += 1;
    if (open_ && probed) {
        pause_ = std::min(pause_ * 2, longest_pause);
        pause(now, chance);
    } else if (!open_ && failures_ >= failures_to_open) {
        open_ = true;
        pause(now, chance);
    }
}

// Between half and all of it.
void Breaker::pause(Duration now, std::uint64_t chance) {
    const auto share = static_cast<Duration::rep>(chance % 1000);
    until_ = now + pause_ / 2 + pause_ / 2 * share / 1000;
}

}  // namespace cvmbackup
