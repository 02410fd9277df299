#include "client.hpp"

namespace cloudsim::test {
namespace {

constexpr const char* special_images = R"(
[[account.image]]
id = "img-00000win"
name = "windows"
os = "Windows Server 2022 Datacenter 64bit"
region = "ap-guangzhou"
[[account.image]]
id = "img-0000rhel"
name = "redhat"
os = "Red Hat Enterprise Linux 9.2 64bit"
region = "ap-guangzhou"
[[account.image]]
id = "img-0000mark"
name = "market"
marketplace = true
region = "ap-guangzhou"
[[account.image]]
id = "img-0000encr"
name = "encrypted"
encrypted = true
region = "ap-guangzhou"
[[account.image]]
id = "img-00000big"
name = "big"
data_disks = [501]
region = "ap-guangzhou"
[[account.image]]
id = "img-0000many"
name = "many"
data_disks = [1, 1, 1, 1, 1, 1]
region = "ap-guangzhou"
[[account.bucket]]
name = "closed-1250000000"
region = "ap-guangzhou"
export_allowed = false
[[account.bucket]]
name = "far-1250000000"
region = "ap-shanghai"
)";

class ExportImages : public CloudTest {
protected:
    void SetUp() override { use(parse_small_world("", special_images)); }

    Reply export_to(
        const std::string& bucket, const std::string& image, const std::string& more = ""
    ) {
        return call(
            "ExportImages",
            R"({"BucketName":")" + bucket + R"(","ImageIds":[")" + image + "\"]" + more + "}"
        );
    }

    Reply export_image(const std::string& image, const std::string& more = "") {
        return export_to("backup-1250000000", image, more);
    }

    std::string path_of(const Reply& reply) {
        return reply.set("CosPaths").at(0).as_string().c_str();
    }

    std::string snapshot_of(const std::string& image) {
        return cloud->state().images.at(image).disks[0].snapshot_id;
    }
};

TEST_F(ExportImages, PutsTheObjectIntoTheBucketWhenItEndsAndNotBefore) {
    const std::string id = ready_image();
    const std::string path =
        path_of(export_image(id, R"(,"ExportFormat":"RAW","FileNamePrefixList":["web/a"])"));

    EXPECT_EQ(path, "web/a_" + id + "_system_" + snapshot_of(id) + ".raw");
    EXPECT_EQ(cos("HEAD", "/" + path).status, 404);
    wait(15min);
    const HttpAnswer head = cos("HEAD", "/" + path);
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.content_length, 50ULL << 30U);
}

TEST_F(ExportImages, AreRefusedToAnAccountInArrears) {
    const std::string id = ready_image();
    cloud->state().accounts.at("100000000001").in_arrears = true;
    EXPECT_EQ(export_image(id).code, "InvalidAccount.InsufficientBalance");
    EXPECT_EQ(cloud->state().images.at(id).exports_running, 0);
}

TEST_F(ExportImages, TellsAPathWithLeadingSlashWithoutPrefix) {
    const std::string id = ready_image();
    EXPECT_EQ(path_of(export_image(id)), "/" + id + "_system_" + snapshot_of(id) + ".raw");
}

TEST_F(ExportImages, LeavesALeadingSlashOutOfTheKeyAndOneOfThemInThePath) {
    const std::string id = ready_image();
    const std::string name = "_" + id + "_system_" + snapshot_of(id) + ".raw";
    EXPECT_EQ(path_of(export_image(id, R"(,"FileNamePrefixList":["/lead/"])")), "/lead/" + name);
    wait(16min);
    const std::string listed = cos("GET", "/?prefix=lead/").body;
    EXPECT_THAT(listed, HasSubstr("<Key>lead/" + name + "</Key>"));
}

TEST_F(ExportImages, NamesObjectsAsTheConsoleDoesInThatWorld) {
    use(small_world("[behaviour]\nexport_names = \"console-objects\"\n"));
    const std::string id = ready_image();
    const std::string told = path_of(export_image(id, R"(,"FileNamePrefixList":["web"])"));
    wait(16min);

    EXPECT_EQ(told, "web_" + id + "_system_" + snapshot_of(id) + ".raw");
    EXPECT_EQ(cos("HEAD", "/" + told).status, 404);
    EXPECT_EQ(cos("HEAD", "/web_xvda.raw").status, 200);
}

TEST_F(ExportImages, ExportsEveryDiskUnlessOnlyTheRootDiskIsWanted) {
    use(parse_small_world("", R"(
[[account.image]]
id = "img-0000whol"
name = "whole"
data_disks = [100]
region = "ap-guangzhou"
)"));
    EXPECT_THAT(export_image("img-0000whol").set("CosPaths"), SizeIs(2));
    EXPECT_THAT(
        export_image("img-0000whol", R"(,"OnlyExportRootDisk":true)").set("CosPaths"), SizeIs(1)
    );
}

TEST_F(ExportImages, RefusesKindsThatCannotBeExported) {
    const std::string start = "UnsupportedOperation.";
    EXPECT_EQ(export_image("img-00000win").code, start + "WindowsImageExportUnsupported");
    EXPECT_EQ(export_image("img-0000rhel").code, start + "RedHatImageExportUnsupported");
    EXPECT_EQ(export_image("img-0000mark").code, start + "MarketImageExportUnsupported");
    EXPECT_EQ(export_image("img-debian12").code, start + "PublicImageExportUnsupported");
    EXPECT_EQ(export_image("img-0000encr").code, start + "EncryptedImagesNotSupported");
    EXPECT_EQ(export_image("img-00000big").code, start + "ImageTooLargeExportUnsupported");
    EXPECT_EQ(export_image("img-0000many").code, start + "ImageTooLargeExportUnsupported");
}

TEST_F(ExportImages, IsPossibleForTheRootDiskOfAnImageWithALargeDataDisk) {
    EXPECT_EQ(export_image("img-00000big", R"(,"OnlyExportRootDisk":true)").code, "");
}

TEST_F(ExportImages, RefusesASharedImage) {
    const std::string id = ready_image();
    call(
        "ModifyImageSharePermission",
        R"({"ImageId":")" + id + R"(","AccountIds":["100000000002"],"Permission":"SHARE"})"
    );
    const Reply reply = call_as_other(
        "ExportImages", R"({"BucketName":"backup-1250000002","ImageIds":[")" + id + "\"]}"
    );
    EXPECT_EQ(reply.code, "UnsupportedOperation.SharedImageExportUnsupported");
}

TEST_F(ExportImages, WantsABucketOfTheAccountInTheRegionOfTheImage) {
    const std::string id = ready_image();
    const std::string missing = "InvalidParameterValue.BucketNotFound";
    EXPECT_EQ(export_to("nowhere-1250000000", id).code, missing);
    EXPECT_EQ(export_to("far-1250000000", id).code, missing);
    EXPECT_EQ(export_to("backup-1250000002", id).code, missing);
    EXPECT_EQ(export_to("backup", id).code, missing);
    EXPECT_EQ(
        export_to("closed-1250000000", id).code,
        "InvalidParameterValue.InvalidBucketPermissionForExport"
    );
}

TEST_F(ExportImages, WantsTheServiceRole) {
    const std::string refused = "AuthFailure.CamRoleNameAuthenticateFailed";
    EXPECT_EQ(export_image(ready_image(), R"(,"RoleName":"Mine")").code, refused);

    World world = small_world();
    world.accounts[0].cvm_role = false;
    use(world);
    EXPECT_EQ(export_image(ready_image()).code, refused);
}

TEST_F(ExportImages, RefusesBadParameters) {
    const std::string id = ready_image();
    EXPECT_EQ(export_image(id, R"(,"ExportFormat":"qcow2")").code, "InvalidParameterValue");
    EXPECT_EQ(
        export_image(id, R"(,"FileNamePrefixList":["a","b"])").code,
        "InvalidParameterValue.InvalidFileNamePrefixList"
    );
    EXPECT_EQ(export_image("img-1").code, "InvalidImageId.Malformed");
    EXPECT_EQ(export_image("img-99999999").code, "InvalidImageId.NotFound");
    EXPECT_EQ(
        call("ExportImages", R"({"BucketName":"backup-1250000000"})").code,
        "InvalidParameter.ImageIdsSnapshotIdsMustOne"
    );
}

TEST_F(ExportImages, RefusesAnImageInCreation) {
    const Reply created = call("CreateImage", R"({"ImageName":"n","InstanceId":"ins-00000001"})");
    EXPECT_EQ(
        export_image(created.text("ImageId")).code, "InvalidParameterValue.InvalidImageState"
    );
}

TEST_F(ExportImages, LimitsHowManyRunAtOnce) {
    use(small_world("[limits]\nexports_running = 1\n"));
    const std::string id = ready_image();
    EXPECT_EQ(export_image(id).code, "");
    EXPECT_EQ(export_image(id).code, "LimitExceeded.ExportImageTaskLimitExceeded");
    wait(15min);
    EXPECT_EQ(export_image(id).code, "");
}

TEST_F(ExportImages, LosesTheExportOfAnImageThatIsDeletedMeanwhile) {
    const std::string id = ready_image();
    const std::string path = path_of(export_image(id));
    EXPECT_EQ(call("DeleteImages", R"({"ImageIds":[")" + id + "\"]}").code, "");
    wait(15min);
    EXPECT_EQ(cos("HEAD", path).status, 404);
}

TEST_F(ExportImages, MayRefuseTheDeletionInstead) {
    use(small_world("[behaviour]\ndelete_during_export = \"refused\"\n"));
    const std::string id = ready_image();
    export_image(id);
    EXPECT_EQ(
        call("DeleteImages", R"({"ImageIds":[")" + id + "\"]}").code,
        "InvalidImageId.IncorrectState"
    );
}

}  // namespace
}  // namespace cloudsim::test
