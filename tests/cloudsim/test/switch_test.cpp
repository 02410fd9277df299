// More switches of [behaviour]: of metadata, signed dates, roles, snapshots and names.
#include "client.hpp"

namespace cloudsim::test {
namespace {

class Switches : public CloudTest {
protected:
    void behave(const std::string& keys) { use(small_world("[behaviour]\n" + keys + "\n")); }

    Reply export_image(const std::string& id) {
        return call(
            "ExportImages", R"({"BucketName":"backup-1250000000","ImageIds":[")" + id + "\"]}"
        );
    }

    int status_when_dated(Duration ahead) {
        const HttpRequest request = cos_request(
            "GET",
            "/",
            "",
            now,
            owner_keys,
            {{"Date", to_http_date(now + ahead)},
             {"Host", "backup-1250000000.cos.ap-guangzhou.myqcloud.com"}},
            "date;host"
        );
        return cloud->handle(request, now).status;
    }

    int metadata_status() {
        HttpRequest request;
        request.method = "GET";
        request.target = "/latest/meta-data/instance-id";
        request.headers = {{"Host", "metadata.tencentyun.com"}};
        return cloud->handle(request, now).status;
    }

    std::string code_of_image_from_orphan() {
        const std::string id = ready_image();
        const std::string snapshot = cloud->state().images.at(id).disks.front().snapshot_id;
        call("DeleteImages", R"({"ImageIds":[")" + id + "\"]}");
        return call("CreateImage", R"({"ImageName":"n","SnapshotIds":[")" + snapshot + "\"]}").code;
    }
};

TEST_F(Switches, ADateMayBeOffBySoMuch) {
    behave("cos_clock_skew = \"5min\"");
    EXPECT_EQ(status_when_dated(4min), 200);
    EXPECT_EQ(status_when_dated(6min), 403);
    behave("cos_clock_skew = \"15min\"");
    EXPECT_EQ(status_when_dated(14min), 200);
    EXPECT_EQ(status_when_dated(-16min), 403);
}

TEST_F(Switches, HardenedMetadataTellNothingWithoutAToken) {
    behave("hardened_metadata = true");
    EXPECT_EQ(metadata_status(), 401);
    behave("hardened_metadata = false");
    EXPECT_EQ(metadata_status(), 200);
}

TEST_F(Switches, AKeyThatMayNotPassRolesExportsNothing) {
    World world = small_world();
    world.accounts.front().pass_role = false;
    use(world);
    EXPECT_EQ(export_image(ready_image()).code, "AuthFailure.UnauthorizedOperation");
    EXPECT_FALSE(parse_small_world(
                     "",
                     "[[account]]\nuin = \"7\"\napp_id = 7\nsecret_id = \"a\"\n"
                     "secret_key = \"b\"\npass_role = false\n"
    )
                     .accounts.at(1)
                     .pass_role);
}

TEST_F(Switches, OrphanedSnapshotsMakeImagesOrDoNot) {
    behave("orphan_snapshots_usable = false");
    EXPECT_EQ(code_of_image_from_orphan(), "InvalidParameter.SnapshotNotFound");
    behave("orphan_snapshots_usable = true");
    EXPECT_EQ(code_of_image_from_orphan(), "");
}

TEST_F(Switches, AnExportWithoutAPrefixMayKeepItsUnderscore) {
    behave("export_names = \"underscore\"");
    const std::string id = ready_image();
    const Reply reply = export_image(id);
    const std::string path = reply.set("CosPaths").at(0).as_string().c_str();
    EXPECT_THAT(path, testing::StartsWith("_" + id + "_system_snap-"));
    wait(15min);
    EXPECT_EQ(cos("HEAD", "/" + path).status, 200);
}

TEST_F(Switches, StatesThatErrorsNameReachTheirRefusals) {
    for (const auto& [state, suffix] : std::vector<std::pair<std::string, std::string>>{
             {"CORRUPTED", "Corrupted"}, {"BANNING", "Banning"}, {"TERMINATED", "Terminated"}}) {
        use(parse_small_world(
            "",
            "[[account.instance]]\nid = \"ins-odd00001\"\nregion = \"ap-guangzhou\"\nstate = \"" +
                state + "\"\n"
        ));
        EXPECT_EQ(
            call("StopInstances", R"({"InstanceIds":["ins-odd00001"]})").code,
            "UnsupportedOperation.InstanceState" + suffix
        );
    }
    use(parse_small_world(
        "",
        "[[account.image]]\nid = \"img-odd00001\"\nname = \"n\"\nregion = \"ap-guangzhou\"\n"
        "state = \"IMPORTFAILED\"\n"
    ));
    EXPECT_EQ(state_of("img-odd00001"), "IMPORTFAILED");
    EXPECT_EQ(export_image("img-odd00001").code, "InvalidParameterValue.InvalidImageState");
}

}  // namespace
}  // namespace cloudsim::test
