#include "service/real_random.hpp"

#include <gtest/gtest.h>

namespace cvmbackup::test {
namespace {

TEST(RealRandom, DiffersFromNumberToNumberAndFromProcessToProcess) {
    RealRandom one;
    RealRandom other;

    const std::uint64_t first = one.next();

    EXPECT_NE(first, one.next());
    EXPECT_NE(first, other.next());
}

}  // namespace
}  // namespace cvmbackup::test
