#include "client.hpp"

namespace cloudsim::test {
namespace {

class CreateImage : public CloudTest {
protected:
    void SetUp() override { use(small_world()); }

    Reply create(const std::string& members) { return call("CreateImage", "{" + members + "}"); }

    Reply create_of(const std::string& instance, const std::string& more = "") {
        return create(R"("ImageName":"nightly","InstanceId":")" + instance + "\"" + more);
    }

    void use_instance(const std::string& keys) {
        use(parse_small_world("", R"(
[[account.instance]]
id = "ins-special1"
region = "ap-guangzhou"
)" + keys));
    }
};

TEST_F(CreateImage, IsCreatingUntilItsTimeIsUp) {
    const std::string id = create_of("ins-00000001").text("ImageId");

    EXPECT_THAT(id, testing::MatchesRegex("img-[0-9a-z]{8}"));
    EXPECT_EQ(state_of(id), "CREATING");
    wait(9min);
    EXPECT_EQ(state_of(id), "CREATING");
    wait(1min);
    EXPECT_EQ(state_of(id), "NORMAL");
}

TEST_F(CreateImage, ShowsSnapshotsOnlyOnceItIsDone) {
    const std::string ids =
        R"({"ImageIds":[")" + create_of("ins-00000001").text("ImageId") + "\"]}";

    EXPECT_EQ(call("DescribeImages", ids).first("ImageSet", "SnapshotSet"), "[]");
    wait(15min);
    EXPECT_THAT(
        call("DescribeImages", ids).first("ImageSet", "SnapshotSet"),
        HasSubstr(R"("DiskUsage":"SYSTEM_DISK","DiskSize":50)")
    );
}

TEST_F(CreateImage, TakesTheChosenDataDisksToo) {
    create_of("ins-00000001", R"(,"DataDiskIds":["disk-000data1"])");
    wait(15min);

    const Reply reply =
        call("DescribeImages", R"({"Filters":[{"Name":"image-name","Values":["nightly"]}]})");

    EXPECT_THAT(
        reply.first("ImageSet", "SnapshotSet"),
        HasSubstr(R"("DiskUsage":"DATA_DISK","DiskSize":100)")
    );
}

TEST_F(CreateImage, RefusesDisksThatCannotBePartOfAnImage) {
    const auto code = [this](const std::string& disk) {
        return create_of("ins-00000001", R"(,"DataDiskIds":[")" + disk + "\"]").code;
    };

    EXPECT_EQ(code("disk-0000sys1"), "InvalidParameter.DataDiskIdContainsRootDisk");
    EXPECT_EQ(code("disk-99999999"), "InvalidParameter.DataDiskNotBelongSpecifiedInstance");
    EXPECT_EQ(code("disk-00local1"), "InvalidParameter.LocalDataDiskNotSupport");
}

TEST_F(CreateImage, RefusesASecondOneOfTheSameInstanceAtATime) {
    create_of("ins-00000001");
    EXPECT_EQ(create_of("ins-00000001").code, "MutexOperation.TaskRunning");
    EXPECT_EQ(create_of("ins-w0000001").code, "");
    wait(15min);
    EXPECT_EQ(create_of("ins-00000001").code, "");
}

TEST_F(CreateImage, MakesTwoImagesOfOneNameUnlessNamesAreUnique) {
    create_of("ins-00000001");
    EXPECT_EQ(create_of("ins-w0000001").code, "");

    use(small_world("[behaviour]\nimage_names_unique = true\n"));
    create_of("ins-00000001");
    EXPECT_EQ(create_of("ins-w0000001").code, "InvalidImageName.Duplicate");
}

TEST_F(CreateImage, TellsMalformedFromMissingInstances) {
    EXPECT_EQ(create_of("ins-1").code, "InvalidInstanceId.Malformed");
    EXPECT_EQ(create_of("ins-99999999").code, "InvalidInstanceId.NotFound");
}

TEST_F(CreateImage, DoesNotReachOtherAccountsAndRegions) {
    const std::string body = R"({"ImageName":"n","InstanceId":"ins-00000001"})";
    EXPECT_EQ(call_as_other("CreateImage", body).code, "InvalidInstanceId.NotFound");
    EXPECT_EQ(call_in("ap-shanghai", "CreateImage", body).code, "InvalidInstanceId.NotFound");
}

TEST_F(CreateImage, LimitsTheLengthOfNameAndDescription) {
    const auto code = [this](std::size_t name, std::size_t description) {
        return create(
                   R"("DryRun":true,"InstanceId":"ins-00000001","ImageName":")" +
                   std::string(name, 'n') + R"(","ImageDescription":")" +
                   std::string(description, 'd') + "\""
        )
            .code;
    };

    EXPECT_EQ(code(60, 256), "");
    EXPECT_EQ(code(61, 0), "InvalidParameterValue.TooLarge");
    EXPECT_EQ(code(1, 257), "InvalidParameterValue.TooLarge");
    EXPECT_EQ(code(0, 0), "InvalidParameterValue");
}

TEST_F(CreateImage, WantsForcePoweroffAsTextOfAnyCase) {
    EXPECT_EQ(create_of("ins-00000001", R"(,"ForcePoweroff":true)").code, "InvalidParameter");
    EXPECT_EQ(create_of("ins-00000001", R"(,"ForcePoweroff":"yes")").code, "InvalidParameterValue");
    EXPECT_EQ(create_of("ins-00000001", R"(,"ForcePoweroff":"FALSE")").code, "");
}

TEST_F(CreateImage, WantsInstanceOrSnapshots) {
    EXPECT_EQ(create(R"("ImageName":"n")").code, "InvalidParameter.SpecifyOneParameter");
    EXPECT_EQ(
        create_of("ins-00000001", R"(,"SnapshotIds":["snap-00000001"])").code,
        "InvalidParameter.SpecifyOneParameter"
    );
    EXPECT_EQ(
        create(R"("ImageName":"n","SnapshotIds":["snap-00000001"])").code,
        "InvalidParameter.SnapshotNotFound"
    );
}

TEST_F(CreateImage, StopsAtTheQuota) {
    use(small_world("[limits]\nimages_per_region = 1\n"));
    create_of("ins-00000001");
    EXPECT_EQ(create_of("ins-w0000001").code, "ImageQuotaLimitExceeded");
}

TEST_F(CreateImage, RefusesAnInstanceStoppedWithoutCharge) {
    use_instance("state = \"STOPPED\"\nstop_charging = true\n");
    EXPECT_EQ(create_of("ins-special1").code, "UnsupportedOperation.StoppedModeStopCharging");
}

TEST_F(CreateImage, TakesAStoppedInstanceThatIsStillCharged) {
    use_instance("state = \"STOPPED\"\n");
    EXPECT_EQ(create_of("ins-special1").code, "");
}

TEST_F(CreateImage, RefusesStatesInBetween) {
    use_instance("state = \"REBOOTING\"\n");
    EXPECT_EQ(create_of("ins-special1").code, "UnsupportedOperation.InstanceStateRebooting");
    use_instance("state = \"RESCUE_MODE\"\n");
    EXPECT_EQ(create_of("ins-special1").code, "UnsupportedOperation.InstanceStateRescueMode");
    use_instance("state = \"PENDING\"\n");
    EXPECT_EQ(create_of("ins-special1").code, "OperationDenied.InstanceOperationInProgress");
}

TEST_F(CreateImage, RefusesAnAccountInArrears) {
    World world = small_world();
    world.accounts[0].in_arrears = true;
    use(world);
    EXPECT_EQ(create_of("ins-00000001").code, "InvalidAccount.InsufficientBalance");
}

TEST_F(CreateImage, DoesNothingInADryRun) {
    EXPECT_EQ(create_of("ins-00000001", R"(,"DryRun":true)").code, "");
    EXPECT_EQ(cloud->state().images.size(), 0U);

    use(small_world("[behaviour]\ndry_run = \"error\"\n"));
    EXPECT_EQ(create_of("ins-00000001", R"(,"DryRun":true)").code, "DryRunOperation");
    EXPECT_EQ(create_of("ins-99999999", R"(,"DryRun":true)").code, "InvalidInstanceId.NotFound");
}

TEST_F(CreateImage, IsMissingFromListsForAWhile) {
    use(small_world("[behaviour]\nlist_delay = \"30s\"\ntags_late = \"60s\"\n"));
    const std::string tags =
        R"(,"TagSpecification":[{"ResourceType":"image","Tags":[{"Key":"j","Value":"7"}]}])";
    const std::string id = create_of("ins-00000001", tags).text("ImageId");

    EXPECT_EQ(state_of(id), "");
    wait(30s);
    const std::string ids = R"({"ImageIds":[")" + id + "\"]}";
    EXPECT_EQ(call("DescribeImages", ids).first("ImageSet", "Tags"), "[]");
    wait(30s);
    EXPECT_EQ(
        call("DescribeImages", ids).first("ImageSet", "Tags"), R"([{"Key":"j","Value":"7"}])"
    );
}

TEST_F(CreateImage, RefusesTagsForAnotherKindOfResource) {
    const std::string tags =
        R"(,"TagSpecification":[{"ResourceType":"instance","Tags":[{"Key":"j","Value":"7"}]}])";
    EXPECT_EQ(create_of("ins-00000001", tags).code, "InvalidParameterValue");
}

TEST_F(CreateImage, ShowsOnTheInstanceWhatIsGoingOn) {
    create_of("ins-00000001");
    const std::string ids = R"({"InstanceIds":["ins-00000001"]})";

    EXPECT_EQ(
        call("DescribeInstances", ids).first("InstanceSet", "LatestOperationState"), "OPERATING"
    );
    wait(15min);
    EXPECT_EQ(
        call("DescribeInstances", ids).first("InstanceSet", "LatestOperationState"), "SUCCESS"
    );
}

TEST_F(CreateImage, ReplacesAnImageFromTheSnapshotsItLeftBehind) {
    const std::string id = ready_image();
    const std::string snapshot = cloud->state().images.at(id).disks[0].snapshot_id;
    call("DeleteImages", R"({"ImageIds":[")" + id + "\"]}");

    EXPECT_EQ(create(R"("ImageName":"again","SnapshotIds":[")" + snapshot + "\"]").code, "");
}

}  // namespace
}  // namespace cloudsim::test
