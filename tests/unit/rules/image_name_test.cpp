#include "rules/image_name.hpp"

#include <gtest/gtest.h>

namespace cvmbackup {
namespace {

const Instant due = *parse_rfc3339("2027-01-04T02:15:00Z");

TEST(ImageName, IsAPureFunctionOfPolicyInstanceDueTimeAndAttempt) {
    EXPECT_EQ(
        image_name(PolicyName("web"), InstanceId("ins-00000001"), due, 1),
        "cb-web-ins-00000001-20270104T021500Z-1"
    );
    EXPECT_NE(
        image_name(PolicyName("web"), InstanceId("ins-00000001"), due, 1),
        image_name(PolicyName("web"), InstanceId("ins-00000001"), due, 2)
    );
}

TEST(ImageName, StaysWithinTheCloudsSixtyCharacters) {
    const PolicyName longest(std::string(64, 'p'));

    EXPECT_LE(image_name(longest, InstanceId("ins-00000001"), due, 999).size(), image_name_max);
}

TEST(ImageName, KeepsLongPoliciesWithACommonBeginningApart) {
    const InstanceId instance("ins-00000001");

    EXPECT_NE(
        image_name(PolicyName("production-databases-east"), instance, due, 1),
        image_name(PolicyName("production-databases-west"), instance, due, 1)
    );
}

}  // namespace
}  // namespace cvmbackup
