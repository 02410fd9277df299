#include "rules/export_cap.hpp"

#include <gtest/gtest.h>

namespace cvmbackup {
namespace {

using namespace std::chrono_literals;

TEST(ExportCapTest, LetsAllGoUntilTheCloudRefuses) {
    EXPECT_TRUE(ExportCap().has_room(1000, 0s));
}

TEST(ExportCapTest, IsAsManyAsRanWhenTheCloudRefused) {
    ExportCap cap;
    cap.refused(4, 10s);

    EXPECT_FALSE(cap.has_room(4, 20s));
    EXPECT_TRUE(cap.has_room(3, 20s));
}

TEST(ExportCapTest, GrowsWhenTheCloudTakesMoreAfterAll) {
    ExportCap cap;
    cap.refused(3, 10s);

    cap.taken(5);

    EXPECT_TRUE(cap.has_room(4, 20s));
    EXPECT_FALSE(cap.has_room(5, 20s));
}

TEST(ExportCapTest, IsForgottenAfterAWhile) {
    ExportCap cap;
    cap.refused(4, 10s);

    EXPECT_FALSE(cap.has_room(4, 10s + export_cap_valid - 1s));
    EXPECT_TRUE(cap.has_room(4, 10s + export_cap_valid));
}

TEST(ExportCapTest, IsNotLearnedFromExportsOfOthers) {
    ExportCap cap;
    cap.refused(4, 10s);

    cap.refused(0, 20s);

    EXPECT_TRUE(cap.has_room(0, 20s));
    EXPECT_TRUE(cap.has_room(4, 20s));
}

}  // namespace
}  // namespace cvmbackup
