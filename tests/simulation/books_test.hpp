// What the tests of the books share.
#pragma once

#include "record.hpp"

namespace cvmbackup::simulation {

constexpr Instant begin = std::chrono::sys_days{std::chrono::March / 1 / 2027};

// The number of the broken promise, or 0.
template <typename Act>
int broken_by(const Act& act) {
    try {
        act();
    } catch (const Broken& broken) {
        return broken.promise;
    }
    return 0;
}

}  // namespace cvmbackup::simulation
