// How long a refused call waits before it is tried again.
#pragma once

#include "rules/backup_machine.hpp"

#include <algorithm>
#include <cstdint>

namespace cvmbackup {

// The finalizer of MurmurHash3.
constexpr std::uint64_t mixed(std::uint64_t value) {
    value = (value ^ (value >> 33U)) * 0xff51afd7ed558ccdU;
    value = (value ^ (value >> 33U)) * 0xc4ceb9fe1a85ec53U;
    return value ^ (value >> 33U);
}

// Never longer than a third of what was waited already, but for the first half hour: what ends soon
// is noticed soon, and what lasts is not asked for without end.
constexpr Duration retry_bound(Duration waited) {
    return std::clamp<Duration>(waited / 3, retry_long, retry_longest);
}

// Anywhere in the upper half of a bound that doubles up to retry_bound(), and is no shorter for who
// comes later to what was refused for long; by the number of who waits and the try, so that a crowd
// does not come back at once.
constexpr Duration retry_pause(
    int tries, std::int64_t number, Duration waited, Duration refused_for
) {
    const Duration bound = std::max(
        std::min<Duration>(retry_first * (1 << std::min(tries, 10)), retry_bound(waited)),
        std::min<Duration>(refused_for / 3, retry_longest)
    );
    const std::uint64_t chance = mixed(static_cast<std::uint64_t>(number * 65536 + tries));
    const auto share = static_cast<Duration::rep>(chance % 1000);
    return bound * (1000 + share) / 2000;
}

}  // namespace cvmbackup
