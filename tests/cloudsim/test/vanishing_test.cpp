// The fault task-done-vanishes: what the task made is gone, and nothing else.
#include "snapshot_fixture.hpp"

namespace cloudsim::test {
namespace {

class Vanishing : public Snapshots {
protected:
    void after(const std::string& action, const std::string& more = "") {
        use(snapshot_world(),
            "[[fault]]\naction = \"" + action +
                "\"\nkind = \"task-done-vanishes\"\ndelay = \"1h\"\n" + more);
    }

    std::string exported_key(const std::string& image) {
        const Reply reply = call(
            "ExportImages",
            R"({"BucketName":"backup-1250000000","ImageIds":[")" + image +
                R"("],"FileNamePrefixList":["p"]})"
        );
        return "/" + std::string{reply.set("CosPaths").at(0).as_string().c_str()};
    }

    int head(const std::string& key) { return cos("HEAD", key).status; }

    std::size_t instances() { return cloud->state().instances.size(); }
};

TEST_F(Vanishing, TakesTheObjectsOfAnExportAndLeavesItsImage) {
    after("ExportImages");
    const std::string image = ready_image();
    const std::string key = exported_key(image);
    wait(15min);
    EXPECT_EQ(head(key), 200);
    wait(1h);
    EXPECT_EQ(head(key), 404);
    EXPECT_EQ(state_of(image), "NORMAL");
}

TEST_F(Vanishing, LeavesAnObjectThatWasPutThereSince) {
    after("ExportImages");
    const std::string key = exported_key(ready_image());
    wait(20min);
    EXPECT_EQ(cos("PUT", key, "mine").status, 200);
    wait(1h);
    EXPECT_EQ(head(key), 200);
}

TEST_F(Vanishing, TakesTheInstanceThatWasLaunched) {
    after("RunInstances");
    const std::size_t before = instances();
    call("RunInstances", R"({"ImageId":"img-debian12","Placement":{"Zone":"ap-guangzhou-3"}})");
    wait(30min);
    EXPECT_EQ(instances(), before + 1);
    wait(1h);
    EXPECT_EQ(call("DescribeInstances", "{}").total(), static_cast<std::int64_t>(before));
}

TEST_F(Vanishing, TakesASnapshotAlsoFromUnderAnImage) {
    after("CreateSnapshot");
    const std::string id = ready_system();
    const std::string image = image_of(quoted(id)).text("ImageId");
    EXPECT_EQ(field(id, "SnapshotState"), "NORMAL");
    wait(1h);
    EXPECT_EQ(describe(id).total(), 0);
    EXPECT_EQ(state_of(image), "NORMAL");
    EXPECT_EQ(call("DeleteImages", R"({"ImageIds":[")" + image + "\"]}").code, "");
}

TEST_F(Vanishing, TakesAllSnapshotsOfAGroup) {
    after("CreateSnapshotGroup");
    create_group(R"("disk-0000sys1","disk-000data1")");
    wait(3min);
    EXPECT_EQ(call("DescribeSnapshots", "{}").total(), 2);
    wait(1h);
    EXPECT_EQ(call("DescribeSnapshots", "{}").total(), 0);
    EXPECT_EQ(call("DescribeSnapshotGroups", "{}").total(), 0);
}

TEST_F(Vanishing, TakesTheCopyOfASnapshotAndLeavesItsSource) {
    after("CopySnapshotCrossRegions");
    const std::string id = ready();
    const std::string copied =
        copy(id, R"("ap-shanghai")").first("SnapshotCopyResultSet", "SnapshotId");
    wait(20min);
    EXPECT_EQ(field(copied, "SnapshotState", "ap-shanghai"), "NORMAL");
    wait(1h);
    EXPECT_EQ(describe(copied, "ap-shanghai").total(), 0);
    EXPECT_EQ(describe(id).total(), 1);
}

TEST_F(Vanishing, TakesTheCopyOfAnImageAndLeavesItsSource) {
    after("SyncImages");
    const std::string id = ready_image();
    const std::string copied =
        call(
            "SyncImages",
            R"({"ImageIds":[")" + id +
                R"("],"DestinationRegions":["ap-shanghai"],"ImageSetRequired":true})"
        )
            .first("ImageSet", "ImageId");
    wait(20min);
    EXPECT_EQ(state_of(copied, "ap-shanghai"), "NORMAL");
    wait(1h);
    EXPECT_EQ(state_of(copied, "ap-shanghai"), "");
    EXPECT_EQ(state_of(id), "NORMAL");
}

TEST_F(Vanishing, SparesWhatOtherRequestsMade) {
    after("CreateImage", "nth = 2\n");
    const std::string spared = ready_image("first");
    const std::string taken = ready_image("second");
    wait(1h);
    EXPECT_EQ(state_of(taken), "");
    EXPECT_EQ(state_of(spared), "NORMAL");
}

TEST_F(Snapshots, AreNotCopiedToARegionThatIsGone) {
    use(snapshot_world(),
        "[[fault]]\nkind = \"region-gone\"\nregion = \"ap-shanghai\"\nbefore = \"1h\"\n");
    const std::string id = ready();
    const auto code = [&] {
        return copy(id, R"("ap-shanghai")").first("SnapshotCopyResultSet", "Code");
    };
    EXPECT_EQ(code(), "ResourceUnavailable");
    wait(1h);
    EXPECT_EQ(code(), "Success");
}

}  // namespace
}  // namespace cloudsim::test
