#include "client.hpp"

namespace cloudsim::test {
namespace {

struct Case {
    const char* name;
    const char* members;  // instead of or beside the good ones
    const char* code;
};

class LaunchRefusal : public CloudTest, public testing::WithParamInterface<Case> {
protected:
    void SetUp() override {
        World world = parse_small_world(
            "[limits]\nsold_out_types = [\"S5.LARGE8\"]\nsold_out_zones = [\"ap-guangzhou-6\"]\n"
            "sold_out_disks = [\"CLOUD_TSSD\"]\n",
            R"(
[[account.image]]
id = "img-arm00001"
name = "arm"
region = "ap-guangzhou"
architecture = "arm"
[[account.image]]
id = "img-broken01"
name = "broken"
region = "ap-guangzhou"
state = "CREATEFAILED"
[[account.image]]
id = "img-large001"
name = "large"
region = "ap-guangzhou"
size = 200
)"
        );
        world.accounts[0].key_pairs = {"skey-00000001"};
        use(world);
    }
};

TEST_P(LaunchRefusal, IsAnsweredWithItsCode) {
    boost::json::object body =
        boost::json::parse(R"({"Placement":{"Zone":"ap-guangzhou-3"},"ImageId":"img-debian12"})")
            .as_object();
    const boost::json::object members = boost::json::parse(GetParam().members).as_object();
    for (const auto& member : members) {
        body[member.key()] = member.value();
        if (member.value().is_null()) {
            body.erase(member.key());
        }
    }
    EXPECT_EQ(call("RunInstances", boost::json::serialize(body)).code, GetParam().code);
    EXPECT_EQ(cloud->state().instances.size(), 31U);
}

constexpr Case cases[] = {
    {"NoImage", R"({"ImageId":null})", "MissingParameter"},
    {"NoPlacement", R"({"Placement":null})", "MissingParameter"},
    {"NoZone", R"({"Placement":{}})", "MissingParameter"},
    {"MistypedPlacement", R"({"Placement":"ap-guangzhou-3"})", "InvalidParameter"},
    {"MistypedCount", R"({"InstanceCount":"1"})", "InvalidParameter"},
    {"UnknownMember", R"({"Count":1})", "UnknownParameter"},
    {"UnknownNested", R"({"Placement":{"Zone":"ap-guangzhou-3","X":1}})", "UnknownParameter"},
    {"OtherZone", R"({"Placement":{"Zone":"ap-shanghai-3"}})", "InvalidZone.MismatchRegion"},
    {"MalformedImage", R"({"ImageId":"img-1"})", "InvalidImageId.Malformed"},
    {"MissingImage", R"({"ImageId":"img-99999999"})", "InvalidImageId.NotFound"},
    {"FailedImage", R"({"ImageId":"img-broken01"})", "InvalidParameterValue.InvalidImageState"},
    {"OtherArchitecture",
     R"({"ImageId":"img-arm00001"})",
     "InvalidParameterValue.InvalidImageForGivenInstanceType"},
    {"TypeWithoutDot", R"({"InstanceType":"LARGE"})", "InvalidInstanceType.Malformed"},
    {"TypeThatIsNone",
     R"({"InstanceType":"S99.HUGE9"})",
     "InvalidParameterValue.InstanceTypeNotFound"},
    {"FamilyThatIsNone",
     R"({"InstanceType":"S99.LARGE8"})",
     "InvalidParameterValue.InstanceTypeNotFound"},
    {"TypeWithoutMemory",
     R"({"InstanceType":"S5.LARGE0"})",
     "InvalidParameterValue.InstanceTypeNotFound"},
    {"SoldOutSystemDisk",
     R"({"SystemDisk":{"DiskType":"CLOUD_TSSD"}})",
     "ResourceInsufficient.CloudDiskSoldOut"},
    {"SoldOutDataDisk",
     R"({"DataDisks":[{"DiskSize":50,"DiskType":"CLOUD_TSSD"}]})",
     "ResourceInsufficient.CloudDiskSoldOut"},
    {"KeyOfNobody",
     R"({"DataDisks":[{"DiskSize":50,"Encrypt":true,"KmsKeyId":"key-none"}]})",
     "InvalidParameter.InvalidKmsKeyId"},
    {"TokenOfOtherLetters", R"({"ClientToken":"wieder-für-web"})", "InvalidParameterValue"},
    {"ZoneThatIsNone", R"({"Placement":{"Zone":"ap-guangzhou-77"}})", "InvalidZone.MismatchRegion"},
    {"SoldOutType", R"({"InstanceType":"S5.LARGE8"})", "ResourcesSoldOut.SpecifiedInstanceType"},
    {"SoldOutZone",
     R"({"Placement":{"Zone":"ap-guangzhou-6"}})",
     "ResourceInsufficient.AvailabilityZoneSoldOut"},
    {"SmallSystemDisk",
     R"({"ImageId":"img-large001","SystemDisk":{"DiskSize":100}})",
     "InvalidParameterValue.Range"},
    {"SystemDiskOfDefaultSize",
     R"({"ImageId":"img-large001","SystemDisk":{}})",
     "InvalidParameterValue.Range"},
    {"NoDiskType", R"({"SystemDisk":{"DiskType":"TAPE"}})", "InvalidParameterValue"},
    {"DataDiskWithoutSize", R"({"DataDisks":[{}]})", "MissingParameter"},
    {"OddDataDisk",
     R"({"DataDisks":[{"DiskSize":55}]})",
     "ResourceInsufficient.CloudDiskUnavailable"},
    {"TwoLocalDisks",
     R"({"DataDisks":[{"DiskSize":50,"DiskType":"LOCAL_SSD"},)"
     R"({"DiskSize":50,"DiskType":"LOCAL_SSD"}]})",
     "InvalidParameterValue.LimitExceeded"},
    {"MalformedSnapshot",
     R"({"DataDisks":[{"DiskSize":50,"SnapshotId":"snap-1"}]})",
     "InvalidParameterValue.SnapshotIdMalformed"},
    {"MissingSnapshot",
     R"({"DataDisks":[{"DiskSize":50,"SnapshotId":"snap-99999999"}]})",
     "InvalidParameter.SnapshotNotFound"},
    {"TooMany", R"({"InstanceCount":501})", "InvalidParameterValue.Range"},
    {"LeastAboveCount", R"({"InstanceCount":2,"MinCount":3})", "InvalidParameterValue.Range"},
    {"LongToken",
     R"({"ClientToken":"12345678901234567890123456789012345678901234567890123456789012345"})",
     "InvalidClientToken.TooLong"},
    {"TwoLogins",
     R"({"LoginSettings":{"Password":"Secret-99","KeyIds":["skey-00000001"]}})",
     "InvalidParameter.ParameterConflict"},
    {"SimplePassword",
     R"({"LoginSettings":{"Password":"secret"}})",
     "InvalidParameterValue.InvalidPassword"},
    {"MalformedKey", R"({"LoginSettings":{"KeyIds":["key"]}})", "InvalidKeyPairId.Malformed"},
    {"MissingKey",
     R"({"LoginSettings":{"KeyIds":["skey-99999999"]}})",
     "InvalidParameterValue.KeyPairNotFound"},
    {"KeyOnWindows",
     R"({"ImageId":"img-winsv022","LoginSettings":{"KeyIds":["skey-00000001"]}})",
     "UnsupportedOperation.KeyPairUnsupportedWindows"},
    {"LoginOfPublicImage",
     R"({"LoginSettings":{"KeepImageLogin":"true"}})",
     "InvalidParameterValue.InvalidImageId"},
    {"UserDataInClear",
     R"({"UserData":"#!/bin/sh"})",
     "InvalidParameterValue.InvalidUserDataFormat"},
    {"BadHostName", R"({"HostName":"-x"})", "InvalidParameterValue.IllegalHostName"},
    {"BadRoleName", R"({"CamRoleName":"a b"})", "InvalidParameterValue.CamRoleNameMalformed"},
    {"MissingRole", R"({"CamRoleName":"nobody"})", "AuthFailure.CamRoleNameAuthenticateFailed"},
    {"NoChargeType", R"({"InstanceChargeType":"FREE"})", "InvalidParameterValue"},
    {"PrepaidWithoutPeriod", R"({"InstanceChargeType":"PREPAID"})", "MissingParameter"},
    {"OddPeriod", R"({"InstanceChargePrepaid":{"Period":13}})", "InvalidPeriod"},
    {"MalformedVpc",
     R"({"VirtualPrivateCloud":{"VpcId":"v","SubnetId":"s"}})",
     "InvalidParameterValue.VpcIdMalformed"},
    {"MalformedGroup", R"({"SecurityGroupIds":["sg"]})", "InvalidSgId.Malformed"},
    {"TagsOfAnImage",
     R"({"TagSpecification":[{"ResourceType":"image","Tags":[]}]})",
     "InvalidParameterValue"},
    {"Template", R"({"LaunchTemplate":{"LaunchTemplateId":"lt-1"}})", "UnsupportedOperation"},
};

INSTANTIATE_TEST_SUITE_P(Cases, LaunchRefusal, testing::ValuesIn(cases), [](const auto& each) {
    return each.param.name;
});

class LaunchLimits : public CloudTest {
protected:
    Reply run(const std::string& more = "") {
        return call(
            "RunInstances",
            R"({"Placement":{"Zone":"ap-guangzhou-3"},"ImageId":"img-debian12")" + more + "}"
        );
    }
};

TEST_F(LaunchLimits, StopAtTheQuota) {
    use(small_world("[limits]\ninstances_per_region = 32\n"));
    EXPECT_EQ(run(R"(,"InstanceCount":2)").code, "LimitExceeded.InstanceQuota");
    EXPECT_EQ(run().code, "");
    EXPECT_EQ(run().code, "LimitExceeded.InstanceQuota");
}

TEST_F(LaunchLimits, StopAnAccountInArrears) {
    World world = small_world();
    world.accounts[0].in_arrears = true;
    use(world);
    EXPECT_EQ(run().code, "InvalidAccount.InsufficientBalance");
}

TEST_F(LaunchLimits, KeepSystemSnapshotsAndUnfinishedOnesFromBecomingDataDisks) {
    use(small_world());
    const std::string id = ready_image();
    Image& image = cloud->state().images.at(id);
    const std::string disks =
        R"(,"DataDisks":[{"DiskSize":100,"SnapshotId":")" + image.disks[0].snapshot_id + "\"}]";
    EXPECT_EQ(run(disks).code, "UnsupportedOperation.InvalidDisk");
    cloud->state().snapshots.at(image.disks[0].snapshot_id).is_system = false;
    image.state = "CREATING";
    EXPECT_EQ(run(disks).code, "ResourceUnavailable.SnapshotCreating");
}

}  // namespace
}  // namespace cloudsim::test
