#include "service/clock_scale.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace cvmbackup::test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;

const Instant monday = *parse_rfc3339("2027-01-04T00:00:00Z");
const Instant real_begin = *parse_rfc3339("2026-01-01T00:00:00Z");

TEST(ClockScale, IsRealByDefault) {
    const ClockScale scale;

    EXPECT_TRUE(scale.is_real());
    EXPECT_EQ(scale.simulated(real_begin), real_begin);
    EXPECT_EQ(scale.real(real_begin), real_begin);
}

TEST(ClockScale, MultipliesWhatHasPassed) {
    const ClockScale scale{monday, real_begin, 1440};

    EXPECT_EQ(scale.simulated(real_begin), monday);
    EXPECT_EQ(scale.simulated(real_begin + 60s), monday + 24h);
    EXPECT_EQ(scale.simulated(real_begin - 1s), monday - 24min);
    EXPECT_EQ(scale.real(monday + 24h), real_begin + 60s);
    EXPECT_FALSE(scale.is_real());
}

TEST(ClockScale, ShiftsTheTimeAtSpeedOne) {
    const ClockScale scale{monday, real_begin, 1};

    EXPECT_EQ(scale.simulated(real_begin + 1us), monday + 1us);
    EXPECT_EQ(scale.real(monday + 1us), real_begin + 1us);
    EXPECT_FALSE(scale.is_real());
}

class ClockScaleRounding : public testing::TestWithParam<double> {};

TEST_P(ClockScaleRounding, NeverWakesEarlyAndHardlyLate) {
    const ClockScale scale{monday, real_begin, GetParam()};
    const Instant deadline = monday + 31h + 1us;

    const Instant real = scale.real(deadline);

    EXPECT_GE(scale.simulated(real), deadline);
    EXPECT_LE(scale.simulated(real), deadline + Duration(std::lround(GetParam() + 1)));
}

INSTANTIATE_TEST_SUITE_P(
    Speeds, ClockScaleRounding, testing::Values(0.001, 0.3, 1.0, 3.0, 7.7, 1440.0, 999'983.0)
);

class ClockScaleLimits : public testing::TestWithParam<double> {};

TEST_P(ClockScaleLimits, StandTheEndsOfTime) {
    const ClockScale scale{monday, real_begin, GetParam()};

    EXPECT_GT(scale.real(Instant::max()), real_begin + std::chrono::years(200));
    EXPECT_LT(scale.real(Instant::min()), real_begin - std::chrono::years(200));
}

INSTANTIATE_TEST_SUITE_P(Speeds, ClockScaleLimits, testing::Values(0.001, 1.0, 3.0));

TEST(ParseClock, ReadsItsThreeParts) {
    const auto scale = parse_clock("from=2027-01-04T00:00:00Z at=1767225600.25 speed=1440");

    ASSERT_TRUE(scale.has_value());
    EXPECT_EQ(*scale, (ClockScale{monday, real_begin + 250ms, 1440}));
}

TEST(ParseClock, TakesThemInAnyOrderAndWithMoreSpaces) {
    const auto scale = parse_clock("  speed=0.5   at=0 from=2027-01-04T08:00:00+08:00 ");

    ASSERT_TRUE(scale.has_value());
    EXPECT_EQ(*scale, (ClockScale{monday, Instant{}, 0.5}));
}

struct BadClock {
    const char* text;
    const char* words;
};

class ParseBadClock : public testing::TestWithParam<BadClock> {};

TEST_P(ParseBadClock, SaysWhatIsWrongAndHowToWriteIt) {
    const auto scale = parse_clock(GetParam().text);

    ASSERT_TRUE(scale.has_error());
    EXPECT_THAT(
        scale.error().text, AllOf(HasSubstr(GetParam().words), HasSubstr("write it like 'from="))
    );
}

INSTANTIATE_TEST_SUITE_P(
    Texts,
    ParseBadClock,
    testing::Values(
        BadClock{"", "all needed"},
        BadClock{"from=2027-01-04T00:00:00Z at=0", "all needed"},
        BadClock{"from=monday at=0 speed=1", "'from' must be a time in RFC 3339, but is 'monday'"},
        BadClock{"from=2027-01-04T00:00:00Z at=now speed=1", "'at' must be seconds since 1970"},
        BadClock{"from=2027-01-04T00:00:00Z at=-1 speed=1", "'at' must be seconds since 1970"},
        BadClock{"from=2027-01-04T00:00:00Z at=1e3 speed=1", "'at' must be seconds since 1970"},
        BadClock{"from=2027-01-04T00:00:00Z at=0 speed=0", "'speed' must be from 0.001"},
        BadClock{"from=2027-01-04T00:00:00Z at=0 speed=-2", "'speed' must be from 0.001"},
        BadClock{"from=2027-01-04T00:00:00Z at=0 speed=nan", "'speed' must be from 0.001"},
        BadClock{"from=2027-01-04T00:00:00Z at=0 speed=2x", "but is '2x'"},
        BadClock{"from=2027-01-04T00:00:00Z at=0 fast", "'fast' is none of"}
    )
);

}  // namespace
}  // namespace cvmbackup::test
