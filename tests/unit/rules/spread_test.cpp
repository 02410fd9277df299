#include "rules/spread.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace cvmbackup {

namespace {

using std::chrono::hours;
using std::chrono::minutes;

const PolicyName nightly("nightly");

InstanceId instance(int number) {
    return InstanceId("ins-" + std::to_string(number));
}

TEST(Spread, IsNothingWithoutASpread) {
    EXPECT_EQ(spread_offset(nightly, instance(1), Duration(0)), Duration(0));
    EXPECT_EQ(spread_offset(nightly, instance(1), -Duration(1)), Duration(0));
    EXPECT_EQ(spread_offset(nightly, instance(1), Duration(1)), Duration(0));
}

// Figures computed once; a change would move every user's backups by up to the spread.
TEST(Spread, IsTheSameInEveryVersion) {
    const Duration day = hours(24);

    EXPECT_EQ(spread_offset(nightly, InstanceId("ins-abc12345"), day), Duration(28187397359));
    EXPECT_EQ(spread_offset(nightly, InstanceId("ins-abc12346"), day), Duration(11380273256));
    EXPECT_EQ(spread_offset(PolicyName(""), InstanceId(""), day), Duration(65166584608));
}

TEST(Spread, DependsOnPolicyAndInstanceAndOnTheBorderBetweenThem) {
    const Duration day = hours(24);

    const Duration one = spread_offset(PolicyName("ab"), InstanceId("c"), day);

    EXPECT_NE(one, spread_offset(PolicyName("a"), InstanceId("bc"), day));
    EXPECT_NE(one, spread_offset(PolicyName("ab"), InstanceId("d"), day));
    EXPECT_NE(one, spread_offset(PolicyName("ac"), InstanceId("c"), day));
}

TEST(Spread, IsUniformOverTheSpread) {
    constexpr int instances = 20000;
    constexpr std::size_t parts = 20;
    const Duration spread = minutes(45);
    std::array<int, parts> hits{};

    for (int i = 0; i < instances; ++i) {
        const Duration offset = spread_offset(nightly, instance(i), spread);
        ASSERT_GE(offset, Duration(0));
        ASSERT_LT(offset, spread);
        ++hits.at(static_cast<std::size_t>(offset.count()) * parts / 2'700'000'000U);
    }

    // 19 degrees of freedom: 43.8 is passed by 1 in 1000 fair hashes.
    double chi_square = 0;
    for (const int hit : hits) {
        const double off = hit - instances / static_cast<double>(parts);
        chi_square += off * off / (instances / static_cast<double>(parts));
    }
    EXPECT_LT(chi_square, 43.8);
}

}  // namespace

}  // namespace cvmbackup
