#include "model/time.hpp"

#include <gtest/gtest.h>

namespace cvmbackup {
namespace {

using namespace std::chrono_literals;

TEST(Rfc3339, WritesAndReadsBackTheSameInstant) {
    const Instant instant = std::chrono::sys_days(std::chrono::January / 4 / 2027) + 2h + 15min;

    EXPECT_EQ(to_rfc3339(instant), "2027-01-04T02:15:00Z");
    EXPECT_EQ(parse_rfc3339("2027-01-04T02:15:00Z"), instant);
}

TEST(Rfc3339, ReadsOffsetsAndFractions) {
    const auto utc = parse_rfc3339("2027-01-03T18:15:00.250Z");

    EXPECT_EQ(parse_rfc3339("2027-01-04T02:15:00.25+08:00"), utc);
    EXPECT_EQ(parse_rfc3339("2027-01-03T18:15:00.25+00:00"), utc);
    EXPECT_EQ(parse_rfc3339("2027-01-03T13:15:00.25-0500"), utc);
}

TEST(Rfc3339, RefusesWhatIsNoInstant) {
    for (const char* text :
         {"",
          "2027-01-04",
          "2027-13-04T00:00:00Z",
          "2027-02-30T00:00:00Z",
          "2027-01-04T24:00:00Z",
          "2027-01-04T00:00:00",
          "2027-01-04T00:00:00Zx",
          "2027-01-04T00:00:00+99:00"}) {
        EXPECT_FALSE(parse_rfc3339(text)) << text;
    }
}

TEST(Rfc3339, WritesInstantsBeforeTheEpoch) {
    EXPECT_EQ(to_rfc3339(Instant(-1s)), "1969-12-31T23:59:59Z");
    EXPECT_EQ(to_rfc3339(std::chrono::sys_days(std::chrono::May / 6 / 42)), "0042-05-06T00:00:00Z");
    EXPECT_EQ(
        to_rfc3339(std::chrono::sys_days(std::chrono::December / 31 / 12345)),
        "12345-12-31T00:00:00Z"
    );
}

TEST(Durations, AreReadInTheUnitsOfTheSettings) {
    EXPECT_EQ(parse_duration("90s"), 90s);
    EXPECT_EQ(parse_duration("45min"), 45min);
    EXPECT_EQ(parse_duration("6h"), 6h);
    EXPECT_EQ(parse_duration("2d"), 48h);
    EXPECT_EQ(parse_duration("1w"), 168h);
    EXPECT_EQ(parse_duration("1h 30min"), 90min);
}

TEST(Durations, RefuseMissingUnitsSignsAndAbsurdLengths) {
    for (const char* text :
         {"", " ", "5", "h", "-5s", "5 hours ago", "5x", "99999999999w", "1.5h"}) {
        EXPECT_FALSE(parse_duration(text)) << text;
    }
}

TEST(Durations, AreWrittenInTheShortestExactForm) {
    EXPECT_EQ(to_text(Duration(90s)), "1min 30s");
    EXPECT_EQ(to_text(Duration(26h)), "1d 2h");
    EXPECT_EQ(to_text(Duration(24h * 14)), "2w");
    EXPECT_EQ(to_text(Duration(0s)), "0s");
}

TEST(Durations, AreReadBackFromWhatIsWritten) {
    for (const Duration duration :
         {Duration(1s), Duration(61s), Duration(26h), Duration(9h * 24)}) {
        EXPECT_EQ(parse_duration(to_text(duration)), duration);
    }
}

}  // namespace
}  // namespace cvmbackup
