#include "rules/regions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace cvmbackup {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Optional;

std::optional<std::string> copy(const char* from, const char* to) {
    return why_not_copy(Region(from), Region(to));
}

TEST(Regions, MayCopyOnOneSideOfTheMainlandBorder) {
    EXPECT_EQ(copy("ap-guangzhou", "ap-shanghai"), std::nullopt);
    EXPECT_EQ(copy("ap-hongkong", "eu-frankfurt"), std::nullopt);
}

TEST(Regions, DoNotCopyAcrossTheMainlandBorder) {
    EXPECT_THAT(
        copy("ap-guangzhou", "ap-hongkong"),
        Optional(AllOf(
            HasSubstr("border"),
            HasSubstr("ap-guangzhou is inside"),
            HasSubstr("ap-hongkong is outside")
        ))
    );
    EXPECT_THAT(copy("ap-singapore", "ap-beijing"), Optional(HasSubstr("border")));
}

TEST(Regions, CopyFinanceImagesAmongFinanceRegionsOnly) {
    EXPECT_EQ(copy("ap-shanghai-fsi", "ap-shenzhen-fsi"), std::nullopt);
    EXPECT_THAT(copy("ap-shanghai", "ap-shanghai-fsi"), Optional(HasSubstr("finance")));
    EXPECT_THAT(copy("ap-shenzhen-fsi", "ap-guangzhou"), Optional(HasSubstr("finance")));
}

TEST(Regions, DoNotCopyFromOrToTaipei) {
    EXPECT_THAT(copy("ap-taipei", "ap-tokyo"), Optional(HasSubstr("ap-taipei")));
    EXPECT_THAT(copy("ap-tokyo", "ap-taipei"), Optional(HasSubstr("ap-taipei")));
}

TEST(Regions, DoNotCopyIntoThemselves) {
    EXPECT_THAT(copy("ap-tokyo", "ap-tokyo"), Optional(HasSubstr("already")));
    EXPECT_THAT(copy("ap-atlantis", "ap-atlantis"), Optional(HasSubstr("already")));
}

TEST(Regions, GuessNoRuleForAnUnknownRegion) {
    EXPECT_FALSE(known_region(Region("ap-atlantis")));
    EXPECT_EQ(copy("ap-guangzhou", "ap-atlantis"), std::nullopt);
    EXPECT_EQ(copy("ap-atlantis", "ap-hongkong"), std::nullopt);
}

TEST(Regions, KnowWhichAreForFinance) {
    EXPECT_TRUE(finance_region(Region("ap-beijing-fsi")));
    EXPECT_FALSE(finance_region(Region("ap-beijing")));
    EXPECT_FALSE(finance_region(Region("ap-atlantis-fsi")));
}

TEST(Regions, AreListedOnceAndInOrder) {
    const std::vector<Region> regions = known_regions();

    EXPECT_TRUE(std::ranges::is_sorted(regions));
    EXPECT_EQ(std::ranges::adjacent_find(regions), regions.end());
    EXPECT_TRUE(std::ranges::all_of(regions, known_region));
}

}  // namespace
}  // namespace cvmbackup
