#include "rules/quota.hpp"

#include <gtest/gtest.h>

namespace cvmbackup {
namespace {

TEST(Quota, LeavesATwentiethFreeButNotMoreThanTen) {
    EXPECT_EQ(quota_room(500, 400, 0), 90);
    EXPECT_EQ(quota_room(100, 0, 0), 95);
    EXPECT_EQ(quota_room(10, 9, 0), 1);
}

TEST(Quota, CountsWhatWasBegunSinceItWasRead) {
    EXPECT_EQ(quota_room(500, 400, 90), 0);
    EXPECT_EQ(quota_room(500, 600, 0), 0);
}

}  // namespace
}  // namespace cvmbackup
