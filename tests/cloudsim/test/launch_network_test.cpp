#include "client.hpp"

namespace cloudsim::test {
namespace {

constexpr const char* networks = R"(
[[account.subnet]]
id = "subnet-narrow01"
vpc = "vpc-stated01"
zone = "ap-guangzhou-3"
range = "10.9.0.0/29"
[[account.subnet]]
id = "subnet-wide0001"
vpc = "vpc-stated01"
zone = "ap-guangzhou-6"
[[account.instance]]
id = "ins-0000net1"
region = "ap-guangzhou"
zone = "ap-guangzhou-3"
vpc = "vpc-lived001"
subnet = "subnet-lived001"
private_ip = "10.1.2.3"
security_groups = ["sg-lived001"]
)";

class LaunchNetwork : public CloudTest {
protected:
    void SetUp() override {
        World world = parse_small_world("", networks);
        world.accounts[0].security_groups = {"sg-stated01"};
        use(std::move(world));
    }

    Reply run(const std::string& more, const std::string& zone = "ap-guangzhou-3") {
        return call(
            "RunInstances",
            R"({"Placement":{"Zone":")" + zone + R"("},"ImageId":"img-debian12")" + more + "}"
        );
    }

    static std::string in(
        const std::string& vpc, const std::string& subnet, const std::string& addresses = ""
    ) {
        return R"(,"VirtualPrivateCloud":{"VpcId":")" + vpc + R"(","SubnetId":")" + subnet +
               R"(","PrivateIpAddresses":[)" + addresses + "]}";
    }

    static std::string narrow(const std::string& addresses = "") {
        return in("vpc-stated01", "subnet-narrow01", addresses);
    }

    std::string address_of(const Reply& launched, std::size_t number = 0) {
        const auto id = launched.set("InstanceIdSet").at(number).as_string();
        return cloud->state().instances.at(id.c_str()).private_ip;
    }
};

TEST_F(LaunchNetwork, MustBeOneThatTheWorldKnows) {
    EXPECT_EQ(
        run(in("vpc-99999999", "subnet-wide0001")).code, "InvalidParameterValue.VpcIdNotExist"
    );
    EXPECT_EQ(
        run(in("vpc-stated01", "subnet-99999999")).code, "InvalidParameterValue.SubnetNotExist"
    );
    EXPECT_EQ(
        run(in("vpc-lived001", "subnet-narrow01")).code,
        "InvalidParameterValue.VpcIdSubnetIdNotMatch"
    );
    EXPECT_EQ(
        run(in("vpc-stated01", "subnet-wide0001")).code,
        "InvalidParameterValue.SubnetIdZoneIdNotMatch"
    );
    EXPECT_EQ(run(in("vpc-stated01", "subnet-wide0001"), "ap-guangzhou-6").code, "");
}

TEST_F(LaunchNetwork, OfAnInstanceOutlivesIt) {
    call("TerminateInstances", R"({"InstanceIds":["ins-0000net1"]})");
    wait(5min);
    const std::string more = R"(,"SecurityGroupIds":["sg-lived001"])";
    EXPECT_EQ(run(in("vpc-lived001", "subnet-lived001", R"("10.1.2.3")") + more).code, "");
}

TEST_F(LaunchNetwork, OfAnotherAccountIsNone) {
    const HttpRequest request = api_request(
        "RunInstances",
        R"({"Placement":{"Zone":"ap-guangzhou-3"},"ImageId":"img-debian12")" + narrow() + "}",
        "ap-guangzhou",
        now,
        other_keys
    );
    EXPECT_EQ(send(request).code, "InvalidParameterValue.VpcIdNotExist");
}

TEST_F(LaunchNetwork, IsTheDefaultOneOfTheZoneAsDescribeInstancesTellsIt) {
    const Reply shown = call("DescribeInstances", R"({"InstanceIds":["ins-00000001"]})");
    const auto network =
        boost::json::parse(shown.first("InstanceSet", "VirtualPrivateCloud")).as_object();
    const std::string told =
        in(network.at("VpcId").as_string().c_str(), network.at("SubnetId").as_string().c_str());
    EXPECT_EQ(run(told).code, "");
    EXPECT_EQ(run(told, "ap-guangzhou-4").code, "InvalidParameterValue.SubnetIdZoneIdNotMatch");
}

TEST_F(LaunchNetwork, HasSecurityGroupsOfItsOwn) {
    const auto with = [this](const std::string& id) {
        return run(R"(,"SecurityGroupIds":[")" + id + "\"]").code;
    };
    EXPECT_EQ(with("sg-lived001"), "");
    EXPECT_EQ(with("sg-stated01"), "");
    EXPECT_EQ(with("sg-99999999"), "InvalidSecurityGroupId.NotFound");
}

TEST_F(LaunchNetwork, GivesAnAddressToOneMachineOnly) {
    const std::string used = R"("10.1.2.3")";
    EXPECT_EQ(run(in("vpc-lived001", "subnet-lived001", used)).code, "VpcIpIsUsed");
    EXPECT_EQ(
        run(in("vpc-lived001", "subnet-lived001", R"("10.1.2.4","10.1.2.4")") +
            R"(,"InstanceCount":2)")
            .code,
        "VpcIpIsUsed"
    );
    EXPECT_EQ(run(narrow(R"("10.1.2.3")")).code, "VpcAddrNotInSubNet");
    EXPECT_EQ(run(narrow(R"("10.9.0.1")")).code, "VpcAddrNotInSubNet");
    EXPECT_EQ(run(narrow(R"("10.9.0")")).code, "InvalidParameterValue.IPAddressMalformed");
    EXPECT_EQ(run(narrow(R"("10.9.0.256")")).code, "InvalidParameterValue.IPAddressMalformed");
    EXPECT_EQ(run(narrow(R"("10.9.0.4")")).code, "");
    EXPECT_EQ(run(narrow(R"("10.9.0.4")")).code, "VpcIpIsUsed");
}

TEST_F(LaunchNetwork, RunsOutOfAddresses) {
    run(narrow(R"("10.9.0.2")"));
    const Reply some = run(narrow() + R"(,"InstanceCount":3)");
    EXPECT_EQ(address_of(some), "10.9.0.3");
    EXPECT_EQ(address_of(some, 2), "10.9.0.5");
    const std::string full = "FailedOperation.NoAvailableIpAddressCountInSubnet";
    EXPECT_EQ(run(narrow() + R"(,"InstanceCount":2)").code, full);
    EXPECT_EQ(address_of(run(narrow())), "10.9.0.6");
    EXPECT_EQ(run(narrow()).code, full);
}

TEST_F(LaunchNetwork, RepeatsALaunchThatTookItsAddress) {
    const std::string once = narrow(R"("10.9.0.4")") + R"(,"ClientToken":"restore-1")";
    EXPECT_EQ(run(once).code, "");
    EXPECT_EQ(run(once).code, "");
}

TEST_F(LaunchNetwork, IsInAZoneThatExists) {
    EXPECT_EQ(run("", "ap-guangzhou-10").code, "");
    EXPECT_EQ(run("", "ap-guangzhou-11").code, "InvalidZone.MismatchRegion");
    EXPECT_EQ(run("", "ap-guangzhou-03").code, "InvalidZone.MismatchRegion");
}

TEST(Networks, AreWrittenCarefully) {
    EXPECT_EQ(to_address(*parse_address("10.0.255.7")), "10.0.255.7");
    EXPECT_FALSE(parse_address("10.0.0.7.1"));
    EXPECT_FALSE(parse_address("10.0.0.x"));
    EXPECT_FALSE(parse_address(""));
    EXPECT_FALSE(parse_range("10.0.0.0"));
    EXPECT_FALSE(parse_range("10.0.0.0/30"));
    EXPECT_FALSE(parse_range("10.0.0.0/15"));
    const AddressRange range = *parse_range("10.0.1.9/24");
    EXPECT_EQ(to_address(range.first), "10.0.1.2");
    EXPECT_EQ(range.count, 253U);
    EXPECT_FALSE(range.contains(*parse_address("10.0.1.255")));
}

}  // namespace
}  // namespace cloudsim::test
