#include "settings/spelling.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvmbackup {
namespace {

TEST(Suggestions, AreTheClosestWordWithinTwoEdits) {
    EXPECT_EQ(nearest("zoen", {"region", "zone", "zones"}), "zone");
    EXPECT_EQ(nearest("regoin", {"region"}), "region");
    EXPECT_EQ(nearest("keeps", {"keep"}), "keep");
    EXPECT_EQ(nearest("retention", {"region"}), std::nullopt);
}

TEST(Suggestions, AreTheFirstOfEquals) {
    EXPECT_EQ(nearest("ab", {"ax", "ay"}), "ax");
}

TEST(Suggestions, AreNotMadeForWordsThatWouldBeReplacedWhole) {
    EXPECT_EQ(nearest("x", {"id"}), std::nullopt);
    EXPECT_EQ(nearest("xy", {"id"}), std::nullopt);
    EXPECT_EQ(nearest("", {"id"}), std::nullopt);
    EXPECT_EQ(nearest(std::string(100'000, 'x'), {"id"}), std::nullopt);
}

TEST(Suggestions, KnowTheZonesOfThisMachine) {
    EXPECT_THAT(zone_names(), testing::Contains("UTC"));
    EXPECT_THAT(zone_names(), testing::Contains("Asia/Shanghai"));
}

}  // namespace
}  // namespace cvmbackup
