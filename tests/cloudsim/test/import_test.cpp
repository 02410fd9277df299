#include "client.hpp"

namespace cloudsim::test {
namespace {

constexpr const char* host = "https://backup-1250000000.cos.ap-guangzhou.myqcloud.com/";

class Import : public CloudTest {
protected:
    void SetUp() override { start_over(small_world()); }

    void start_over(World world, const std::string& faults = "") {
        world.timing.import = {20min, 20min};
        use(std::move(world), faults);
    }

    void upload(const std::string& key, Headers metadata = {}) {
        cos("PUT", "/" + key, "bytes", std::move(metadata));
    }

    Reply import(const std::string& url, const std::string& more = "") {
        return call(
            "ImportImage",
            R"({"Architecture":"x86_64","OsType":"Debian","OsVersion":"12","ImageName":"back",)"
            R"("ImageUrl":")" +
                url + "\"" + more + "}"
        );
    }

    // The key of the object that an image of ins-00000001 became; the image is gone.
    std::string exported(const std::string& format) {
        const std::string id = ready_image();
        call(
            "ExportImages",
            R"({"BucketName":"backup-1250000000","ExportFormat":")" + format +
                R"(","ImageIds":[")" + id + "\"]}"
        );
        wait(1h);
        cloud->advance(now);
        cloud->state().remove_image(id, true);
        return cloud->state().buckets.at("backup-1250000000").objects.begin()->first;
    }

    Image& only_image() { return cloud->state().images.begin()->second; }

    // "" for a success, or why the import failed.
    std::string end_of(const std::string& url, const std::string& more = "") {
        EXPECT_EQ(import(url, more).code, "");
        EXPECT_EQ(state_of(only_image().id), "IMPORTING");
        wait(20min);
        const std::string state = state_of(only_image().id);
        const std::string failure = only_image().import_failure;
        EXPECT_EQ(state, failure.empty() ? "NORMAL" : "IMPORTFAILED");
        cloud->state().remove_image(only_image().id, true);
        return failure;
    }
};

TEST_F(Import, IsRefusedToAnAccountInArrears) {
    upload("disk.raw");
    cloud->state().accounts.at("100000000001").in_arrears = true;
    const std::string code = import(std::string{host} + "disk.raw").code;
    EXPECT_EQ(code, "InvalidAccount.InsufficientBalance");
    EXPECT_THAT(cloud->state().images, IsEmpty());
}

TEST_F(Import, IsImportingUntilItsTimeIsUp) {
    upload("disk.raw");
    const Reply reply = import(std::string{host} + "disk.raw", R"(,"LicenseType":"BYOL")");
    EXPECT_EQ(reply.response.size(), 1U);
    const std::string filter = R"({"Filters":[{"Name":"image-name","Values":["back"]}]})";
    EXPECT_EQ(call("DescribeImages", filter).first("ImageSet", "ImageState"), "IMPORTING");
    EXPECT_EQ(call("DescribeImages", filter).first("ImageSet", "SnapshotSet"), "[]");
    wait(20min);
    const Reply done = call("DescribeImages", filter);
    EXPECT_EQ(done.first("ImageSet", "ImageState"), "NORMAL");
    EXPECT_EQ(done.first("ImageSet", "ImageSource"), "EXTERNAL_IMPORT");
    EXPECT_EQ(done.first("ImageSet", "OsName"), "Debian 12 64bit");
    EXPECT_EQ(done.first("ImageSet", "LicenseType"), "BYOL");
    EXPECT_NE(done.first("ImageSet", "SnapshotSet"), "[]");
}

TEST_F(Import, EndsLaterInListsThatAreStale) {
    start_over(small_world("[behaviour]\nlist_delay = \"60s\"\n"));
    upload("disk.raw");
    import(std::string{host} + "disk.raw");
    wait(20min);
    EXPECT_EQ(state_of(only_image().id), "IMPORTING");
    EXPECT_EQ(only_image().state, "NORMAL");
    wait(60s);
    EXPECT_EQ(state_of(only_image().id), "NORMAL");
}

TEST_F(Import, TellsTheIdInTheKinderWorld) {
    start_over(small_world("[behaviour]\nimport_tells_id = true\n"));
    EXPECT_THAT(
        import(std::string{host} + "disk.raw").text("ImageId"),
        testing::MatchesRegex("img-[0-9a-z]{8}")
    );
}

TEST_F(Import, BringsBackWhatWasExported) {
    call(
        "ExportImages",
        R"({"BucketName":"backup-1250000000","FileNamePrefixList":["p"],"ImageIds":[")" +
            ready_image() + "\"]}"
    );
    wait(1h);
    cloud->advance(now);
    const std::string key = cloud->state().buckets.at("backup-1250000000").objects.begin()->first;
    cloud->state().remove_image(only_image().id, true);
    EXPECT_EQ(end_of(host + key), "");
}

TEST_F(Import, FailsLateOfWhatIsInTheObject) {
    const auto end = [this](const char* name, const char* value, const std::string& more = "") {
        upload("disk.raw", {{std::string{"x-cos-meta-sim-"} + name, value}});
        return end_of(std::string{host} + "disk.raw", more);
    };
    EXPECT_EQ(end("used", "50"), "");
    EXPECT_EQ(end("used", "51"), "InvalidFormatSize");
    EXPECT_EQ(end("size", "501"), "InvalidFormatSize");
    EXPECT_EQ(end("flaw", "no-virtio"), "VirtioNotInstall");
    EXPECT_EQ(end("flaw", "no-root"), "RootPartitionNotFound");
    EXPECT_EQ(end("flaw", "no-partition"), "PartitionNotPresent");
    EXPECT_EQ(end("flaw", "gpt"), "PartitionNotPresent");
    EXPECT_EQ(end("flaw", "gpt", R"(,"BootMode":"UEFI")"), "");
    EXPECT_EQ(end("flaw", "no-cloud-init"), "CloudInitNotInstalled");
    EXPECT_EQ(end("flaw", "no-cloud-init", R"(,"Force":true)"), "");
}

TEST_F(Import, FailsOfAMachinesFlawsAfterItsExport) {
    World world = small_world();
    world.accounts[0].instances[0].flaw = "no-virtio";
    start_over(world);
    EXPECT_EQ(end_of(host + exported("RAW")), "VirtioNotInstall");
}

TEST_F(Import, KnowsTheFlawsOfACopiedExport) {
    World world = small_world();
    world.accounts[0].instances[0].flaw = "no-virtio";
    world.accounts[0].instances[0].system_disk.size = 5;
    start_over(world);
    const std::string source = "backup-1250000000.cos.ap-guangzhou.myqcloud.com/";
    const auto copied = cos("PUT", "/copy", "", {{"x-cos-copy-source", source + exported("RAW")}});
    ASSERT_EQ(copied.status, 200);
    EXPECT_EQ(end_of(std::string{host} + "copy"), "VirtioNotInstall");
}

TEST_F(Import, GivesTheDiskItsSizeBackWhateverTheFilesSize) {
    ASSERT_EQ(import(host + exported("QCOW2")).code, "");
    EXPECT_EQ(only_image().disks.front().size, 50);
}

TEST_F(Import, ByForceLeavesTheFlaw) {
    World world = small_world();
    world.accounts[0].instances[0].flaw = "no-cloud-init";
    start_over(world);
    ASSERT_EQ(import(host + exported("RAW"), R"(,"Force":true)").code, "");
    EXPECT_EQ(only_image().flaw, "no-cloud-init");
    EXPECT_FALSE(only_image().cloudinit);
}

TEST_F(Import, ReadsAnArchivedObjectOnceItIsRestored) {
    upload("cold.raw", {{"x-cos-storage-class", "ARCHIVE"}});
    EXPECT_EQ(end_of(std::string{host} + "cold.raw"), "InvalidUrl");
    const std::string wish =
        "<RestoreRequest><Days>2</Days><CASJobParameters><Tier>Expedited</Tier>"
        "</CASJobParameters></RestoreRequest>";
    ASSERT_EQ(cos("POST", "/cold.raw?restore", wish).status, 202);
    wait(5min);
    EXPECT_EQ(end_of(std::string{host} + "cold.raw"), "");
    wait(48h);
    EXPECT_EQ(end_of(std::string{host} + "cold.raw"), "InvalidUrl");
}

TEST_F(Import, FailsOfWhatAFailedExportLeft) {
    start_over(
        small_world("[behaviour]\nfailed_export = \"partial-object\"\n"),
        "[[fault]]\naction = \"ExportImages\"\nkind = \"task-fails\"\n"
    );
    EXPECT_EQ(end_of(host + exported("RAW")), "RootPartitionNotFound");
}

TEST_F(Import, LearnsLateThatItsUrlLeadsNowhere) {
    EXPECT_EQ(end_of(std::string{host} + "missing.raw"), "InvalidUrl");
    EXPECT_EQ(end_of("https://b-1.cos.ap-guangzhou.myqcloud.com/disk.raw"), "InvalidUrl");
    EXPECT_EQ(
        end_of("https://backup-1250000002.cos.ap-guangzhou.myqcloud.com/disk.raw"), "InvalidUrl"
    );
    start_over(small_world("[behaviour]\nbad_import_url = \"refused\"\n"));
    EXPECT_EQ(
        import(std::string{host} + "missing.raw").code, "InvalidParameter.InvalidParameterUrlError"
    );
}

TEST_F(Import, MakesAWholeMachineOfSeveralDisks) {
    upload("a.raw");
    upload("b.raw");
    import(
        std::string{host} + "a.raw",
        R"(,"ImportImageDataDiskList":[{"ImageUrl":")" + std::string{host} + "b.raw\"}]"
    );
    EXPECT_TRUE(only_image().is_whole_machine());
}

TEST_F(Import, RefusesUrlsItCannotFetch) {
    const std::string code = "InvalidParameter.InvalidParameterUrlError";
    for (const char* url :
         {"disk.raw",
          "ftp://backup-1250000000.cos.ap-guangzhou.myqcloud.com/disk.raw",
          "https://example.com/disk.raw",
          "https://backup-1250000000.cos.ap-guangzhou.myqcloud.com/",
          "https://backup-1250000000.cos.ap-hongkong.myqcloud.com/disk.raw",
          "https://backup-1250000000.cos.ap-shanghai-fsi.myqcloud.com/disk.raw"}) {
        EXPECT_EQ(import(url).code, code) << url;
    }
    EXPECT_EQ(
        import("https://b-1.cos.ap-shanghai.myqcloud.com/disk.raw", R"(,"DryRun":true)").code, ""
    );
}

TEST_F(Import, NamesWhatIsWrongWithTheRequest) {
    const std::string url = std::string{host} + "disk.raw";
    const auto code = [&](const std::string& name, const std::string& value) {
        boost::json::object body{
            {"Architecture", "x86_64"},
            {"OsType", "Debian"},
            {"OsVersion", "12"},
            {"ImageName", "back"},
            {"ImageUrl", url}};
        body[name] = boost::json::parse(value);
        return call("ImportImage", boost::json::serialize(body)).code;
    };
    EXPECT_EQ(code("Architecture", R"("vax")"), "InvalidParameterValue");
    EXPECT_EQ(code("OsType", R"("VMS")"), "InvalidImageOsType.Unsupported");
    EXPECT_EQ(code("OsVersion", R"("99")"), "InvalidImageOsVersion.Unsupported");
    EXPECT_EQ(code("BootMode", R"("BIOS")"), "InvalidParameterValue.InvalidBootMode");
    EXPECT_EQ(code("LicenseType", R"("free")"), "InvalidParameterValue.InvalidLicenseType");
    EXPECT_EQ(code("ImageFamily", R"("a b")"), "InvalidParameterValue.InvalidImageFamily");
    EXPECT_EQ(
        code("ImageName", "\"" + std::string(61, 'n') + "\""), "InvalidParameterValue.TooLarge"
    );
    EXPECT_EQ(
        code("ImageUrl", "\"" + std::string{host} + "a.iso\""),
        "InvalidParameterValue.ISOMustImportByForce"
    );
    EXPECT_EQ(code("Force", R"("true")"), "InvalidParameter");
    EXPECT_EQ(code("Url", R"("x")"), "UnknownParameter");
    EXPECT_EQ(call("ImportImage", "{}").code, "MissingParameter");
}

TEST_F(Import, StopsAtQuotasAndClosedRegions) {
    start_over(small_world("[limits]\nimages_per_region = 1\n"));
    EXPECT_EQ(import(std::string{host} + "disk.raw").code, "");
    EXPECT_EQ(import(std::string{host} + "disk.raw").code, "ImageQuotaLimitExceeded");
    start_over(small_world("[behaviour]\nimage_names_unique = true\n"));
    import(std::string{host} + "disk.raw");
    EXPECT_EQ(import(std::string{host} + "disk.raw").code, "InvalidImageName.Duplicate");
    start_over(small_world("[limits]\nimport_closed = [\"ap-guangzhou\"]\n"));
    EXPECT_EQ(
        import(std::string{host} + "disk.raw").code, "RegionAbilityLimit.UnsupportedToImportImage"
    );
}

TEST_F(Import, EndsAsItsTaskDoes) {
    start_over(small_world(), "[[fault]]\naction=\"ImportImage\"\nkind=\"task-fails\"\n");
    upload("disk.raw");
    EXPECT_EQ(end_of(std::string{host} + "disk.raw"), "InternalError");
    start_over(small_world(), "[[fault]]\naction=\"ImportImage\"\nkind=\"task-vanishes\"\n");
    upload("disk.raw");
    import(std::string{host} + "disk.raw");
    wait(20min);
    EXPECT_EQ(call("DescribeImages", "{}").total(), 3);
}

TEST_F(Import, ListsTheSystemsItTakes) {
    const Reply reply = call("DescribeImportImageOs", "{}");
    EXPECT_THAT(reply.all("ImportImageOsVersionSet", "OsName"), testing::Contains("Debian"));
    const auto& types = reply.response.at("ImportImageOsListSupported").as_object();
    EXPECT_THAT(types.at("Windows").as_array(), SizeIs(5));
    EXPECT_THAT(types.at("Linux").as_array(), SizeIs(9));
    EXPECT_EQ(call("DescribeImportImageOs", R"({"X":1})").code, "UnknownParameter");
}

}  // namespace
}  // namespace cloudsim::test
