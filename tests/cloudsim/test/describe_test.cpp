#include "client.hpp"

namespace cloudsim::test {
namespace {

std::string filter(const std::string& name, const std::string& values) {
    return R"({"Filters":[{"Name":")" + name + R"(","Values":[)" + values + "]}]}";
}

class DescribeInstances : public CloudTest {
protected:
    void SetUp() override { use(small_world()); }

    Reply ask(const std::string& body) { return call("DescribeInstances", body); }
};

TEST_F(DescribeInstances, GivesTwentyUnlessToldOtherwise) {
    const Reply reply = ask("{}");
    EXPECT_EQ(reply.total(), 31);
    EXPECT_THAT(reply.set("InstanceSet"), SizeIs(20));
}

TEST_F(DescribeInstances, PagesWithoutGapOrRepetition) {
    const auto first = ask(R"({"Limit":16})").all("InstanceSet", "InstanceId");
    const auto second = ask(R"({"Offset":16,"Limit":16})").all("InstanceSet", "InstanceId");

    EXPECT_THAT(first, SizeIs(16));
    EXPECT_THAT(second, SizeIs(15));
    EXPECT_EQ(first.front(), "ins-00000001");
    EXPECT_EQ(second.front(), "ins-w0000016");
    EXPECT_THAT(ask(R"({"Offset":99})").set("InstanceSet"), IsEmpty());
}

TEST_F(DescribeInstances, RefusesMoreThanAHundredAPage) {
    EXPECT_EQ(ask(R"({"Limit":101})").code, "InvalidParameterValue.LimitExceeded");
    EXPECT_EQ(ask(R"({"Limit":0})").code, "InvalidParameterValue");
    EXPECT_EQ(ask(R"({"Offset":-1})").code, "InvalidParameterValue");
}

TEST_F(DescribeInstances, LeavesOutAMissingIdAndRefusesAMalformedOne) {
    const Reply reply = ask(R"({"InstanceIds":["ins-00000001","ins-99999999"]})");
    EXPECT_THAT(reply.all("InstanceSet", "InstanceId"), ElementsAre("ins-00000001"));
    EXPECT_EQ(ask(R"({"InstanceIds":["web-1"]})").code, "InvalidInstanceId.Malformed");
}

TEST_F(DescribeInstances, TakesIdsOrFiltersButNotBoth) {
    const Reply reply =
        ask(R"({"InstanceIds":["ins-00000001"],"Filters":[{"Name":"zone","Values":["z"]}]})");
    EXPECT_EQ(reply.code, "InvalidParameter");
}

TEST_F(DescribeInstances, FiltersByTag) {
    EXPECT_EQ(ask(filter("tag:tier", R"("web")")).total(), 1);
    EXPECT_EQ(ask(filter("tag:tier", R"("web","load")")).total(), 31);
    EXPECT_EQ(ask(filter("tag-key", R"("tier")")).total(), 31);
    EXPECT_EQ(ask(filter("tag-value", R"("web")")).total(), 1);
    EXPECT_EQ(ask(filter("tag:tier", R"("none")")).total(), 0);
}

TEST_F(DescribeInstances, FiltersByEveryFactThatItTells) {
    Instance& machine = cloud->state().instances.at("ins-00000001");
    machine.charge_type = "PREPAID";
    machine.security_groups = {"sg-00000001", "sg-00000002"};
    machine.public_ip = "198.18.0.7";
    machine.project_id = 7;
    const boost::json::object shown =
        ask(R"({"InstanceIds":["ins-00000001"]})").set("InstanceSet").at(0).as_object();
    const auto finds_it = [&](const std::string& name, const std::string& value) {
        const Reply reply = ask(filter(name, "\"" + value + "\""));
        return reply.all("InstanceSet", "InstanceId") == std::vector<std::string>{"ins-00000001"};
    };
    const auto text = [](const boost::json::value& value) {
        return std::string{value.as_string().c_str()};
    };
    EXPECT_TRUE(finds_it("uuid", text(shown.at("Uuid"))));
    EXPECT_TRUE(finds_it("private-ip-address", text(shown.at("PrivateIpAddresses").at(0))));
    EXPECT_TRUE(finds_it("public-ip-address", "198.18.0.7"));
    EXPECT_TRUE(finds_it("security-group-id", "sg-00000002"));
    EXPECT_TRUE(finds_it("instance-charge-type", "PREPAID"));
    EXPECT_TRUE(finds_it("project-id", "7"));
    EXPECT_TRUE(finds_it("instance-name", "web-1"));
    EXPECT_FALSE(finds_it("instance-name", "web"));
    // The network of the zone, and that of the region.
    EXPECT_TRUE(finds_it("subnet-id", text(shown.at("VirtualPrivateCloud").at("SubnetId"))));
    const std::string vpc = text(shown.at("VirtualPrivateCloud").at("VpcId"));
    EXPECT_EQ(ask(filter("vpc-id", "\"" + vpc + "\"")).total(), 31);
    EXPECT_EQ(ask(filter("dedicated-cluster-id", R"("cluster-1")")).total(), 0);
}

TEST_F(DescribeInstances, FiltersByTimeInEitherForm) {
    EXPECT_EQ(ask(filter("creation-start-time", R"("2020-01-02 00:00:00")")).total(), 0);
    EXPECT_EQ(ask(filter("creation-start-time", R"("2020-01-01 00:00:00")")).total(), 31);
    EXPECT_EQ(ask(filter("creation-end-time", R"("2020-01-02T00:00:00Z")")).total(), 31);
}

TEST_F(DescribeInstances, RefusesMalformedValuesOfFilters) {
    EXPECT_EQ(ask(filter("vpc-id", R"("x")")).code, "InvalidParameterValue.VpcIdMalformed");
    EXPECT_EQ(ask(filter("subnet-id", R"("x")")).code, "InvalidParameterValue.SubnetIdMalformed");
    EXPECT_EQ(ask(filter("uuid", R"("x")")).code, "InvalidParameterValue.UuidMalformed");
    EXPECT_EQ(ask(filter("security-group-id", R"("x")")).code, "InvalidSgId.Malformed");
    EXPECT_EQ(ask(filter("host-id", R"("x")")).code, "InvalidHostId.Malformed");
    EXPECT_EQ(
        ask(filter("private-ip-address", R"("10.0.0.256")")).code,
        "InvalidParameterValue.IPAddressMalformed"
    );
    EXPECT_EQ(ask(filter("zone", R"("ap-shanghai-1")")).code, "InvalidZone.MismatchRegion");
    EXPECT_EQ(ask(filter("tag:", R"("x")")).code, "InvalidParameterValue.TagKeyNotFound");
}

TEST_F(DescribeInstances, TellsNothingOfOperationsThatNeverWere) {
    EXPECT_EQ(ask("{}").first("InstanceSet", "LatestOperation"), "null");
    EXPECT_EQ(ask("{}").first("InstanceSet", "LatestOperationState"), "null");
    EXPECT_EQ(ask("{}").first("InstanceSet", "CPU"), "2");
    EXPECT_EQ(ask("{}").first("InstanceSet", "IsolatedSource"), "NOTISOLATED");
}

TEST_F(DescribeInstances, WantsEveryFilterToMatch) {
    const Reply reply = ask(R"({"Filters":[{"Name":"tag:tier","Values":["web"]},)"
                            R"({"Name":"zone","Values":["ap-guangzhou-1"]}]})");
    EXPECT_EQ(reply.total(), 0);
}

TEST_F(DescribeInstances, RefusesUnknownFiltersAndTooManyValues) {
    EXPECT_EQ(ask(filter("colour", R"("red")")).code, "InvalidFilter");
    EXPECT_EQ(
        ask(filter("zone", R"("1","2","3","4","5","6")")).code, "InvalidFilterValue.LimitExceeded"
    );
}

TEST_F(DescribeInstances, ShowsNothingOfOtherAccountsAndRegions) {
    EXPECT_EQ(call_as_other("DescribeInstances", "{}").total(), 0);
    EXPECT_EQ(call_in("ap-shanghai", "DescribeInstances", "{}").total(), 0);
}

TEST_F(DescribeInstances, TellsStatesInTheShorterAction) {
    const Reply reply = call("DescribeInstancesStatus", R"({"InstanceIds":["ins-00000001"]})");
    EXPECT_EQ(reply.first("InstanceStatusSet", "InstanceState"), "RUNNING");
}

class DescribeImages : public CloudTest {
protected:
    void SetUp() override {
        use(parse_small_world("", R"(
[[account.image]]
id = "img-00000001"
name = "nightly-web"
region = "ap-guangzhou"
created = 2026-12-01T00:00:00Z
tags = { job = "a" }
[[account.image]]
id = "img-00000002"
name = "nightly-web-2"
region = "ap-guangzhou"
created = 2026-12-02T00:00:00Z
shared_with = ["100000000002"]
)"));
    }

    std::vector<std::string> ids(const std::string& body) {
        return call("DescribeImages", body).all("ImageSet", "ImageId");
    }
};

TEST_F(DescribeImages, ListsPublicImagesTooUnlessFiltered) {
    EXPECT_EQ(call("DescribeImages", "{}").total(), 5);
    EXPECT_THAT(
        ids(filter("image-type", R"("PRIVATE_IMAGE")")), ElementsAre("img-00000002", "img-00000001")
    );
}

TEST_F(DescribeImages, TakesANameFilterAsAPartOfTheName) {
    EXPECT_THAT(
        ids(filter("image-name", R"("nightly-web")")), ElementsAre("img-00000002", "img-00000001")
    );
    EXPECT_THAT(ids(filter("image-name", R"("web-2")")), ElementsAre("img-00000002"));
}

TEST_F(DescribeImages, LeavesOutAMissingIdAndRefusesAMalformedOne) {
    EXPECT_THAT(ids(R"({"ImageIds":["img-99999999"]})"), IsEmpty());
    EXPECT_EQ(call("DescribeImages", R"({"ImageIds":["img-1"]})").code, "InvalidImageId.Malformed");
    EXPECT_EQ(
        call("DescribeImages", filter("image-id", R"("img-1")")).code, "InvalidImageId.Malformed"
    );
}

TEST_F(DescribeImages, TakesIdsOrFiltersButNotBoth) {
    const Reply reply = call(
        "DescribeImages",
        R"({"ImageIds":["img-00000001"],"Filters":[{"Name":"platform","Values":["D"]}]})"
    );
    EXPECT_EQ(reply.code, "InvalidParameter.InvalidParameterCoexistImageIdsFilters");
}

TEST_F(DescribeImages, ShowsASharedImageToItsReceiverWithoutTagsAndSnapshots) {
    const Reply reply = call_as_other("DescribeImages", filter("image-type", R"("SHARED_IMAGE")"));
    EXPECT_EQ(reply.first("ImageSet", "ImageId"), "img-00000002");
    EXPECT_EQ(reply.first("ImageSet", "SnapshotSet"), "[]");
}

TEST_F(DescribeImages, HasAllFieldsOfTheModelAndNoOther) {
    const Reply reply = call("DescribeImages", R"({"ImageIds":["img-00000001"]})");
    std::vector<std::string> names;
    for (const auto& member : reply.set("ImageSet").at(0).as_object()) {
        names.emplace_back(member.key());
    }
    EXPECT_THAT(
        names,
        testing::UnorderedElementsAre(
            "ImageId",
            "OsName",
            "ImageType",
            "CreatedTime",
            "ImageName",
            "ImageDescription",
            "ImageSize",
            "Architecture",
            "ImageState",
            "Platform",
            "ImageCreator",
            "ImageSource",
            "SyncPercent",
            "IsSupportCloudinit",
            "SnapshotSet",
            "Tags",
            "LicenseType",
            "ImageFamily",
            "ImageDeprecated"
        )
    );
}

TEST_F(DescribeImages, FiltersByTag) {
    EXPECT_THAT(ids(filter("tag:job", R"("a")")), ElementsAre("img-00000001"));
    EXPECT_EQ(
        call("DescribeImages", filter("tag:", R"("a")")).code, "FailedOperation.IllegalTagKey"
    );
}

}  // namespace
}  // namespace cloudsim::test
