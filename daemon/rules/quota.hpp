// How many images may still be begun in an account and region without using up its image quota.
#pragma once

#include <algorithm>

namespace cvmbackup {

// Left free, for images that people make by hand.
constexpr int quota_reserve(int limit) {
    return std::min(10, limit / 20);
}

// `begun`: images begun since `used` was read.
constexpr int quota_room(int limit, int used, int begun) {
    return std::max(0, limit - used - begun - quota_reserve(limit));
}

}  // namespace cvmbackup
