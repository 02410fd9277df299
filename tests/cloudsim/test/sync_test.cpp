#include "client.hpp"

namespace cloudsim::test {
namespace {

class SyncImages : public CloudTest {
protected:
    void SetUp() override { use(small_world()); }

    Reply sync(const std::string& id, const std::string& regions, const std::string& more = "") {
        return call(
            "SyncImages",
            R"({"ImageIds":[")" + id + R"("],"DestinationRegions":[)" + regions +
                R"(],"ImageSetRequired":true)" + more + "}"
        );
    }
};

TEST_F(SyncImages, CopiesTheImageUnderItsNameAndANewId) {
    const std::string id = ready_image();
    const Reply reply = sync(id, R"("ap-shanghai","ap-beijing")");
    const std::vector<std::string> copies = reply.all("ImageSet", "ImageId");

    EXPECT_THAT(reply.all("ImageSet", "Region"), ElementsAre("ap-shanghai", "ap-beijing"));
    EXPECT_EQ(state_of(copies.at(0), "ap-shanghai"), "SYNCING");
    wait(20min);
    EXPECT_EQ(state_of(copies.at(0), "ap-shanghai"), "NORMAL");
    EXPECT_EQ(state_of(copies.at(1), "ap-beijing"), "NORMAL");
    EXPECT_EQ(cloud->state().images.at(copies.at(0)).name, "nightly");
}

TEST_F(SyncImages, TellsIdsOnlyWhenAsked) {
    const Reply reply = call(
        "SyncImages",
        R"({"ImageIds":[")" + ready_image() + R"("],"DestinationRegions":["ap-shanghai"]})"
    );
    EXPECT_EQ(reply.code, "");
    EXPECT_THAT(reply.set("ImageSet"), IsEmpty());
    EXPECT_EQ(cloud->state().count_images({"100000000001", "ap-shanghai"}), 1);
}

TEST_F(SyncImages, TellsHowFarItIs) {
    const std::string copy = sync(ready_image(), R"("ap-shanghai")").first("ImageSet", "ImageId");
    wait(10min);
    const Reply reply =
        call_in("ap-shanghai", "DescribeImages", R"({"ImageIds":[")" + copy + "\"]}");
    EXPECT_EQ(reply.first("ImageSet", "SyncPercent"), "50");
}

TEST_F(SyncImages, KeepsTheSourceBusyOnlyWhereTheWorldSaysSo) {
    use(small_world(
        "[behaviour]\nsource_busy_during_copy = false\nsource_busy_during_export = true\n"
    ));
    cloud->state().timing.copy = {1h, 1h};
    const std::string id = ready_image();
    ASSERT_EQ(sync(id, R"("ap-shanghai")").code, "");
    const std::string body = R"({"BucketName":"backup-1250000000","ImageIds":[")" + id + "\"]}";
    ASSERT_EQ(call("ExportImages", body).code, "");
    EXPECT_EQ(state_of(id), "SYNCING");
    wait(15min);
    EXPECT_EQ(state_of(id), "NORMAL");
}

TEST_F(SyncImages, LeavesTheOwnersImageAloneWhenAnotherAccountCopiesIt) {
    use(small_world("[behaviour]\nsource_busy_during_copy = true\n"));
    const std::string id = ready_image();
    cloud->state().share(cloud->state().images.at(id), "100000000002");
    ASSERT_EQ(sync(id, R"("ap-shanghai")").code, "");
    cloud->state().timing.copy = {1h, 1h};
    const std::string theirs = R"({"ImageIds":[")" + id + R"("],"DestinationRegions":)";
    EXPECT_EQ(
        call_as_other("SyncImages", theirs + R"(["ap-guangzhou"]})").code,
        "FailedOperation.InvalidImageState"
    );
    wait(20min);
    ASSERT_EQ(call_as_other("SyncImages", theirs + R"(["ap-guangzhou"]})").code, "");
    EXPECT_EQ(state_of(id), "NORMAL");
    cloud->state().timing.copy = {20min, 20min};
    ASSERT_EQ(sync(id, R"("ap-beijing")").code, "");
    wait(20min);
    EXPECT_EQ(state_of(id), "NORMAL");
}

TEST_F(SyncImages, RefusesRegionsItCannotGoTo) {
    const std::string id = ready_image();
    EXPECT_EQ(sync(id, R"("ap-guangzhou")").code, "InvalidParameterValue.InvalidRegion");
    EXPECT_EQ(sync(id, R"("ap-atlantis")").code, "InvalidRegion.NotFound");
    EXPECT_EQ(sync(id, R"("ap-hongkong")").code, "UnsupportedOperation.Region");
    EXPECT_EQ(sync(id, R"("ap-shanghai-fsi")").code, "UnsupportedOperation.Region");
    EXPECT_EQ(sync(id, R"("ap-taipei")").code, "InvalidRegion.Unavailable");
    EXPECT_EQ(sync(id, R"("ap-beijing-fsi")").code, "InvalidRegion.Unavailable");
    EXPECT_EQ(
        sync(id, R"("ap-shanghai","ap-shanghai")").code, "InvalidParameterValue.InvalidRegion"
    );
}

TEST_F(SyncImages, TakesOneImageAtATime) {
    const Reply reply = call(
        "SyncImages",
        R"({"ImageIds":["img-00000001","img-00000002"],"DestinationRegions":["ap-shanghai"]})"
    );
    EXPECT_EQ(reply.code, "InvalidParameterValue.LimitExceeded");
}

TEST_F(SyncImages, RefusesAnImageThatIsNotReady) {
    const Reply created = call("CreateImage", R"({"ImageName":"n","InstanceId":"ins-00000001"})");
    EXPECT_EQ(
        sync(created.text("ImageId"), R"("ap-shanghai")").code, "InvalidImageId.IncorrectState"
    );
}

TEST_F(SyncImages, RefusesWholeMachineAndEncryptedImages) {
    use(parse_small_world("", R"(
[[account.image]]
id = "img-0000whol"
name = "whole"
region = "ap-guangzhou"
data_disks = [100]
[[account.image]]
id = "img-0000encr"
name = "encrypted"
region = "ap-guangzhou"
encrypted = true
)"));
    EXPECT_EQ(
        sync("img-0000whol", R"("ap-shanghai")").code, "InvalidParameter.InstanceImageNotSupport"
    );
    EXPECT_EQ(
        sync("img-0000encr", R"("ap-shanghai")").code,
        "UnsupportedOperation.EncryptedImagesNotSupported"
    );
}

TEST_F(SyncImages, KeepsTheSourceBusyInTheUnkindWorld) {
    use(small_world("[behaviour]\nsource_busy_during_copy = true\nlist_delay = \"0s\"\n"));
    const std::string id = ready_image();
    sync(id, R"("ap-shanghai")");

    EXPECT_EQ(state_of(id), "SYNCING");
    EXPECT_EQ(
        call("DescribeImages", R"({"ImageIds":[")" + id + "\"]}").first("ImageSet", "SyncPercent"),
        "null"
    );
    EXPECT_EQ(sync(id, R"("ap-beijing")").code, "FailedOperation.InvalidImageState");
    EXPECT_EQ(
        call("DeleteImages", R"({"ImageIds":[")" + id + "\"]}").code,
        "InvalidImageId.IncorrectState"
    );
    wait(20min);
    EXPECT_EQ(state_of(id), "NORMAL");
}

TEST_F(SyncImages, LeavesTheSourceUsableInTheKindWorld) {
    const std::string id = ready_image();
    sync(id, R"("ap-shanghai")");
    EXPECT_EQ(state_of(id), "NORMAL");
    EXPECT_EQ(sync(id, R"("ap-beijing")").code, "");
}

TEST_F(SyncImages, CountsAgainstTheQuotaOfTheDestination) {
    use(small_world("[limits]\nimages_per_region = 1\n"));
    const std::string id = ready_image();
    EXPECT_EQ(sync(id, R"("ap-shanghai")").code, "");
    EXPECT_EQ(sync(id, R"("ap-shanghai")").code, "ImageQuotaLimitExceeded");
}

TEST_F(SyncImages, CopiesASharedImageIntoItsOwnRegionOnly) {
    const std::string id = ready_image();
    call(
        "ModifyImageSharePermission",
        R"({"ImageId":")" + id + R"(","AccountIds":["100000000002"],"Permission":"SHARE"})"
    );
    const auto copy = [&](const std::string& region) {
        return call_as_other(
                   "SyncImages",
                   R"({"ImageIds":[")" + id + R"("],"DestinationRegions":[")" + region + R"("]})"
        )
            .code;
    };

    EXPECT_EQ(copy("ap-shanghai"), "InvalidParameterValue.InvalidRegion");
    EXPECT_EQ(copy("ap-guangzhou"), "");
    EXPECT_EQ(cloud->state().count_images({"100000000002", "ap-guangzhou"}), 1);
}

TEST_F(SyncImages, EncryptsACopyInTheImagesOwnRegion) {
    World world = small_world();
    world.accounts.front().kms_keys = {"key-1"};
    use(world);
    const std::string id = ready_image();
    EXPECT_EQ(
        sync(id, R"("ap-shanghai")", R"(,"Encrypt":true)").code,
        "InvalidParameterValue.InvalidRegion"
    );
    EXPECT_EQ(
        sync(id, R"("ap-guangzhou","ap-shanghai")", R"(,"Encrypt":true)").code,
        "InvalidParameterValue.LimitExceeded"
    );
    EXPECT_EQ(
        sync(id, R"("ap-guangzhou")", R"(,"Encrypt":true,"KmsKeyId":"key-2")").code,
        "InvalidParameter.InvalidKmsKeyId"
    );
    EXPECT_EQ(
        sync(id, R"("ap-shanghai")", R"(,"KmsKeyId":"key-1")").code,
        "InvalidParameter.InvalidKmsKeyId"
    );
    const Reply reply = sync(id, R"("ap-guangzhou")", R"(,"Encrypt":true,"KmsKeyId":"key-1")");
    const std::string copy = reply.first("ImageSet", "ImageId");
    wait(20min);
    EXPECT_EQ(state_of(copy), "NORMAL");
    EXPECT_EQ(
        sync(copy, R"("ap-shanghai")").code, "UnsupportedOperation.EncryptedImagesNotSupported"
    );
    EXPECT_EQ(
        sync(copy, R"("ap-guangzhou")", R"(,"Encrypt":true)").code,
        "UnsupportedOperation.SyncEncryptImageNotSupport"
    );
}

}  // namespace
}  // namespace cloudsim::test
