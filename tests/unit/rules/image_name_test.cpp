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

TEST(ImageName, IsReadBackAsItWasWritten) {
    const InstanceId instance("ins-00000001");
    for (const char* policy :
         {"web", "a-ins-b-1", "production-databases-east", "x-20270104T021500Z-1"}) {
        const std::string name = image_name(PolicyName(policy), instance, due, 12);

        const std::optional<NameParts> parts = parse_image_name(name);

        ASSERT_TRUE(parts) << name;
        EXPECT_TRUE(stands_for(parts->policy, PolicyName(policy))) << name;
        EXPECT_EQ(parts->instance, instance);
        EXPECT_EQ(parts->due, due);
        EXPECT_EQ(parts->attempt, 12);
    }
}

TEST(ImageName, IsNotReadFromWhatTheDaemonWouldNotHaveWritten) {
    for (const char* name :
         {"",
          "cb-",
          "web-1",
          "cb-web-ins-00000001-20270104T021500Z",
          "cb-web-ins-00000001-20270104T021500Z-",
          "cb-web-ins-00000001-20270104T021500Z-0",
          "cb-web-ins-00000001-20270104T021500Z-01",
          "cb-web-ins-00000001-20270104T021500Z-1x",
          "cb-web-ins-00000001-20271304T021500Z-1",
          "cb-web-ins-00000001-20270104T021560Z-1",
          "cb-web-ins-00000001-2027-01-04T02:15-1",
          "cb-web-ins--20270104T021500Z-1",
          "cb--ins-00000001-20270104T021500Z-1",
          "cb-ins-00000001-20270104T021500Z-1",
          "copy of cb-web-ins-00000001-20270104T021500Z-1"}) {
        EXPECT_FALSE(parse_image_name(name)) << name;
    }
}

const ImageOrigin origin{PolicyName("web"), InstanceId("ins-00000001"), due, 2, 3};

TEST(ImageDescription, IsReadBackAsItWasWritten) {
    EXPECT_EQ(parse_image_description(image_description(origin)), origin);
    EXPECT_FALSE(parse_image_description(""));
    EXPECT_FALSE(parse_image_description("made by hand: cvmbackup policy=web"));
    EXPECT_FALSE(parse_image_description("cvmbackup policy=web instance=ins-1"));
}

TEST(ImageDescription, StaysWithinTheCloudsLimit) {
    ImageOrigin longest = origin;
    longest.policy = PolicyName(std::string(64, 'p'));
    longest.instance = InstanceId("ins-" + std::string(32, 'i'));

    EXPECT_LE(image_description(longest).size(), image_description_max);
}

TEST(ImageDescription, ProvesTheImageOursOnlyTogetherWithItsName) {
    const std::string name = image_name(origin.policy, origin.instance, due, 2);
    const std::string description = image_description(origin);
    const std::string other = image_name(origin.policy, InstanceId("ins-00000002"), due, 2);

    EXPECT_EQ(proven_origin(name, description), origin);
    EXPECT_FALSE(proven_origin(name, ""));
    EXPECT_FALSE(proven_origin(other, description));
    EXPECT_FALSE(proven_origin("golden", description));
}

}  // namespace
}  // namespace cvmbackup
