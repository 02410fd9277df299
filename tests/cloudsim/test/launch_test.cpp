#include "client.hpp"

namespace cloudsim::test {
namespace {

namespace json = boost::json;

class Launch : public CloudTest {
protected:
    void SetUp() override { use(small_world()); }

    void use(World world, const std::string& faults = "") {
        world.timing.launch = {1min, 1min};
        CloudTest::use(std::move(world), faults);
    }

    Reply run(const std::string& image, const std::string& more = "") {
        return call(
            "RunInstances",
            R"({"Placement":{"Zone":"ap-guangzhou-3"},"ImageId":")" + image + "\"" + more + "}"
        );
    }

    static std::vector<std::string> ids_of(const Reply& reply) {
        std::vector<std::string> ids;
        for (const json::value& id : reply.set("InstanceIdSet")) {
            ids.emplace_back(id.as_string().c_str());
        }
        return ids;
    }

    json::object instance(const std::string& id) {
        const Reply reply = call("DescribeInstances", R"({"InstanceIds":[")" + id + "\"]}");
        return reply.total() == 0 ? json::object{} : reply.set("InstanceSet").at(0).as_object();
    }

    std::string member(const std::string& id, const std::string& name) {
        const json::object shown = instance(id);
        const json::value* value = shown.if_contains(name);
        if (value == nullptr) {
            return "absent";
        }
        return value->is_string() ? value->as_string().c_str() : json::serialize(*value);
    }

    // A whole-machine image of ins-00000001; its data snapshot has 100 GiB.
    Image& whole_machine() {
        const Reply made = call(
            "CreateImage",
            R"({"InstanceId":"ins-00000001","ImageName":"w","DataDiskIds":["disk-000data1"]})"
        );
        wait(15min);
        return cloud->state().images.at(made.text("ImageId"));
    }
};

TEST_F(Launch, TakesTheSystemOfItsImageAsItIs) {
    Image& image = cloud->state().images.at(ready_image());
    image.flaw = "no-virtio";
    image.disks.front().used = 8;
    const std::string id =
        ids_of(run(image.id, R"(,"SystemDisk":{"DiskType":"CLOUD_PREMIUM","DiskSize":100})")).at(0);
    const Instance& machine = cloud->state().instances.at(id);
    EXPECT_EQ(machine.flaw, "no-virtio");
    EXPECT_EQ(machine.system_disk.used, 8);
}

TEST_F(Launch, IsPendingUntilItRuns) {
    const std::string image = ready_image();
    const std::string id = ids_of(run(image)).at(0);
    EXPECT_THAT(id, testing::MatchesRegex("ins-[0-9a-z]{8}"));
    EXPECT_EQ(member(id, "InstanceState"), "PENDING");
    EXPECT_EQ(member(id, "LatestOperation"), "RunInstances");
    EXPECT_EQ(member(id, "LatestOperationState"), "OPERATING");
    wait(1min);
    EXPECT_EQ(member(id, "InstanceState"), "RUNNING");
    EXPECT_EQ(member(id, "LatestOperationState"), "SUCCESS");
    EXPECT_EQ(member(id, "ImageId"), image);
}

TEST_F(Launch, TakesSystemAndNameFromTheImageAndTheRequest) {
    World world = small_world();
    world.accounts[0].subnets = {{"subnet-12345678", "vpc-12345678", "ap-guangzhou-3", ""}};
    world.accounts[0].security_groups = {"sg-12345678"};
    use(std::move(world));
    const std::string wish =
        R"(,"InstanceName":"drill","InstanceType":"S5.2XLARGE16","CamRoleName":"backup-role")"
        R"(,"SystemDisk":{"DiskType":"CLOUD_SSD","DiskSize":80},"DisableApiTermination":true)"
        R"(,"VirtualPrivateCloud":{"VpcId":"vpc-12345678","SubnetId":"subnet-12345678")"
        R"(,"PrivateIpAddresses":["10.1.2.3"]},"SecurityGroupIds":["sg-12345678"])"
        R"(,"InternetAccessible":{"InternetMaxBandwidthOut":5},"TagSpecification":)"
        R"([{"ResourceType":"instance","Tags":[{"Key":"a","Value":"b"}]}])";
    const std::string id = ids_of(run("img-winsv022", wish)).at(0);
    EXPECT_EQ(member(id, "OsName"), "Windows Server 2022 Datacenter 64bit");
    EXPECT_EQ(member(id, "InstanceName"), "drill");
    EXPECT_EQ(member(id, "CPU"), "8");
    EXPECT_EQ(member(id, "Memory"), "16");
    EXPECT_EQ(member(id, "CamRoleName"), "backup-role");
    EXPECT_EQ(member(id, "DisableApiTermination"), "true");
    EXPECT_EQ(member(id, "PrivateIpAddresses"), R"(["10.1.2.3"])");
    EXPECT_THAT(member(id, "PublicIpAddresses"), HasSubstr("198.1"));
    EXPECT_EQ(member(id, "SecurityGroupIds"), R"(["sg-12345678"])");
    EXPECT_EQ(member(id, "Tags"), R"([{"Key":"a","Value":"b"}])");
    EXPECT_THAT(member(id, "VirtualPrivateCloud"), HasSubstr("vpc-12345678"));
    EXPECT_THAT(member(id, "SystemDisk"), HasSubstr(R"("DiskType":"CLOUD_SSD","DiskSize":80)"));
}

TEST_F(Launch, GivesEveryMachineDisksOfItsOwn) {
    const std::vector<std::string> ids =
        ids_of(run("img-debian12", R"(,"InstanceCount":2,"DataDisks":[{"DiskSize":100}])"));
    ASSERT_THAT(ids, SizeIs(2));
    EXPECT_NE(member(ids[0], "SystemDisk"), member(ids[1], "SystemDisk"));
    EXPECT_NE(member(ids[0], "DataDisks"), member(ids[1], "DataDisks"));
    EXPECT_THAT(member(ids[0], "DataDisks"), HasSubstr(R"("DiskSize":100)"));
}

TEST_F(Launch, CountsNamesUp) {
    const auto names = [this](const std::string& name) {
        std::vector<std::string> result;
        for (const std::string& id :
             ids_of(run("img-debian12", R"(,"InstanceCount":2,"InstanceName":")" + name + "\""))) {
            result.push_back(member(id, "InstanceName"));
        }
        return result;
    };
    EXPECT_THAT(names("web_"), ElementsAre("web_1", "web_2"));
    EXPECT_THAT(names("web_{R:9}"), ElementsAre("web_9", "web_10"));
    EXPECT_THAT(names("web_{R:9,F:3}.x"), ElementsAre("web_009.x", "web_010.x"));
    EXPECT_THAT(names("web{}_"), ElementsAre("web{}_1", "web{}_2"));
}

TEST_F(Launch, IsDoneOnceForOneClientToken) {
    const std::string token = R"(,"ClientToken":"restore-7")";
    const std::vector<std::string> first = ids_of(run("img-debian12", token));
    EXPECT_EQ(ids_of(run("img-debian12", token)), first);
    EXPECT_EQ(
        run("img-debian12", token + R"(,"InstanceName":"other")").code,
        "InvalidParameterCombination"
    );
    EXPECT_NE(ids_of(run("img-debian12")), first);
    EXPECT_EQ(cloud->state().instances.size(), 33U);
}

TEST_F(Launch, RepeatsAlsoWhatWasLostAfterItWasDone) {
    use(small_world(), "[[fault]]\naction=\"RunInstances\"\nkind=\"lost-after\"\nnth=1\n");
    const std::string token = R"(,"ClientToken":"restore-7")";
    EXPECT_EQ(run("img-debian12", token).answer.fate, Fate::closed);
    EXPECT_EQ(run("img-debian12", token).code, "");
    EXPECT_EQ(cloud->state().instances.size(), 32U);
}

TEST_F(Launch, FailsLateWhenItsTaskDoes) {
    use(small_world(), "[[fault]]\naction=\"RunInstances\"\nkind=\"task-fails\"\n");
    const std::string id = ids_of(run("img-debian12")).at(0);
    wait(1min);
    EXPECT_EQ(member(id, "InstanceState"), "LAUNCH_FAILED");
    EXPECT_EQ(member(id, "LatestOperationState"), "FAILED");
    EXPECT_NE(member(id, "LatestOperationErrorMsg"), "null");
}

TEST_F(Launch, VanishesOrHangsWhenItsTaskDoes) {
    use(small_world(), "[[fault]]\naction=\"RunInstances\"\nkind=\"task-vanishes\"\n");
    const std::string gone = ids_of(run("img-debian12")).at(0);
    wait(1min);
    EXPECT_THAT(instance(gone), IsEmpty());

    use(small_world(), "[[fault]]\naction=\"RunInstances\"\nkind=\"task-hangs\"\n");
    const std::string stuck = ids_of(run("img-debian12")).at(0);
    wait(240h);
    EXPECT_EQ(member(stuck, "InstanceState"), "PENDING");
}

TEST_F(Launch, BringsBackDataDisksFromTheirSnapshots) {
    const Image& image = whole_machine();
    const std::string snapshot = image.disks.at(1).snapshot_id;
    const std::string id =
        ids_of(run(image.id,
                   R"(,"DataDisks":[{"DiskType":"CLOUD_SSD","DiskSize":110,"SnapshotId":")" +
                       snapshot + R"(","DeleteWithInstance":false}])"))
            .at(0);
    EXPECT_THAT(member(id, "DataDisks"), HasSubstr(R"("DiskSize":110)"));
    EXPECT_EQ(cloud->state().instances.at(id).data_disks.at(0).snapshot_id, snapshot);
}

TEST_F(Launch, ComparesADataDiskWithItsSnapshotAsTheWorldWants) {
    const auto codes = [this](const std::string& rule) {
        use(small_world("[behaviour]\nsnapshot_disk_size = \"" + rule + "\"\n"));
        const std::string snapshot = whole_machine().disks.at(1).snapshot_id;
        std::vector<std::string> result;
        for (const char* size : {"90", "100", "110"}) {
            result.push_back(run("img-debian12",
                                 std::string{R"(,"DataDisks":[{"DiskSize":)"} + size +
                                     R"(,"SnapshotId":")" + snapshot + "\"}]")
                                 .code);
        }
        return result;
    };
    const std::string too_small = "FailedOperation.SnapshotSizeLargerThanDataSize";
    const std::string too_large = "FailedOperation.SnapshotSizeLessThanDataSize";
    EXPECT_THAT(codes("larger"), ElementsAre(too_small, too_small, ""));
    EXPECT_THAT(codes("at-least"), ElementsAre(too_small, "", ""));
    EXPECT_THAT(codes("equal"), ElementsAre(too_small, "", too_large));
}

TEST_F(Launch, LeavesTheDataDisksOfAnImageOutUnlessTheWorldIsKind) {
    const auto launch = [this](const std::string& rule) {
        use(small_world("[behaviour]\nwhole_machine_launch = \"" + rule + "\"\n"));
        return run(whole_machine().id);
    };
    const Reply alone = launch("system-disk-only");
    EXPECT_EQ(member(ids_of(alone).at(0), "DataDisks"), "[]");
    EXPECT_EQ(launch("refused").code, "InvalidParameter.InstanceImageNotSupport");
    const Reply whole = launch("all-disks");
    EXPECT_THAT(member(ids_of(whole).at(0), "DataDisks"), HasSubstr(R"("DiskSize":100)"));
}

TEST_F(Launch, GetsAsManyAsThereAre) {
    use(small_world("[limits]\nstock = 3\n"));
    EXPECT_EQ(
        run("img-debian12", R"(,"InstanceCount":4)").code,
        "ResourceInsufficient.SpecifiedInstanceType"
    );
    EXPECT_THAT(ids_of(run("img-debian12", R"(,"InstanceCount":4,"MinCount":2)")), SizeIs(3));
    EXPECT_EQ(
        run("img-debian12", R"(,"InstanceCount":4,"MinCount":2)").code,
        "ResourceInsufficient.InsufficientOfferingMinimum"
    );
    EXPECT_EQ(run("img-debian12", R"(,"InstanceType":"S6.LARGE8")").code, "");
}

TEST_F(Launch, EndsAPrepaidContractAfterItsMonths) {
    now = std::chrono::sys_days{std::chrono::January / 31 / 2027};
    const std::string id =
        ids_of(run("img-debian12",
                   R"(,"InstanceChargeType":"PREPAID","InstanceChargePrepaid":{"Period":1})"))
            .at(0);
    EXPECT_EQ(member(id, "InstanceChargeType"), "PREPAID");
    EXPECT_THAT(member(id, "ExpiredTime"), testing::StartsWith("2027-02-28T00:00"));
}

TEST_F(Launch, DoesNothingInADryRun) {
    EXPECT_EQ(run("img-debian12", R"(,"DryRun":true)").code, "");
    EXPECT_EQ(cloud->state().instances.size(), 31U);
    use(small_world("[behaviour]\ndry_run = \"error\"\n"));
    EXPECT_EQ(run("img-debian12", R"(,"DryRun":true)").code, "DryRunOperation");
}

TEST_F(Launch, MakesAnEncryptedMachineOfAnEncryptedImage) {
    Image& image = cloud->state().images.at(ready_image());
    image.encrypted = true;
    const std::string id = ids_of(run(image.id)).at(0);
    EXPECT_TRUE(cloud->state().instances.at(id).system_disk.encrypted);
}

}  // namespace
}  // namespace cloudsim::test
