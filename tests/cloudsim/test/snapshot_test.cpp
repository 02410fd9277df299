#include "snapshot_fixture.hpp"

namespace cloudsim::test {
namespace {

TEST_F(Snapshots, AreCreatingUntilTheirTimeIsUp) {
    const std::string id = create();

    EXPECT_THAT(id, testing::MatchesRegex("snap-[0-9a-z]{8}"));
    EXPECT_EQ(field(id, "SnapshotState"), "CREATING");
    wait(90s);
    EXPECT_EQ(field(id, "Percent"), "51");
    wait(90s);
    EXPECT_EQ(field(id, "SnapshotState"), "NORMAL");
    EXPECT_EQ(field(id, "Percent"), "100");
}

TEST_F(Snapshots, TellTheirDiskAndOrigin) {
    const std::string id = create("disk-000data1", R"(,"SnapshotName":"db","Tags":[
        {"Key":"job","Value":"7"}])");
    const std::string text = boost::json::serialize(describe(id).set("SnapshotSet"));

    for (const char* part :
         {R"("Zone":"ap-guangzhou-3")",
          R"("SnapshotName":"db")",
          R"("DiskId":"disk-000data1")",
          R"("DiskUsage":"DATA_DISK")",
          R"("DiskSize":100)",
          R"("CopyFromRemote":false)",
          R"("IsPermanent":true)",
          R"("Images":[])",
          R"("Tags":[{"Key":"job","Value":"7"}])"}) {
        EXPECT_THAT(text, HasSubstr(part));
    }
}

TEST_F(Snapshots, TellTimesOfBeijingUnlessTheWorldSaysOtherwise) {
    EXPECT_EQ(field(create(), "CreateTime"), "2027-01-04 08:00:01");

    use(snapshot_world("[behaviour]\nsnapshot_times = \"utc\"\n"));
    EXPECT_EQ(field(create(), "CreateTime").substr(0, 13), "2027-01-04 00");
}

TEST_F(Snapshots, AreOneAtATimeForADisk) {
    create();
    EXPECT_EQ(
        call("CreateSnapshot", R"({"DiskId":"disk-000data1"})").code, "InvalidDisk.SnapshotCreating"
    );
    EXPECT_NE(create("disk-0000sys1"), "");
    wait(3min);
    EXPECT_NE(create(), "");
}

TEST_F(Snapshots, RefuseDisksByTheirKind) {
    const auto code = [this](const std::string& disk) {
        return call("CreateSnapshot", R"({"DiskId":")" + disk + "\"}").code;
    };
    EXPECT_EQ(code("disk-1"), "InvalidParameterValue");
    EXPECT_EQ(code("disk-99999999"), "InvalidDiskId.NotFound");
    EXPECT_EQ(code("disk-00local1"), "InvalidDisk.NotSupportSnapshot");
    EXPECT_EQ(
        call_as_other("CreateSnapshot", R"({"DiskId":"disk-000data1"})").code,
        "InvalidDiskId.NotFound"
    );
    EXPECT_EQ(
        call("CreateSnapshot", R"({"DiskId":"disk-000data1","LocalSnap":true})").code,
        "UnsupportedOperation"
    );
}

TEST_F(Snapshots, StopAtTheQuotaOfTheRegion) {
    use(snapshot_world("[limits]\nsnapshots_base = 1\nsnapshots_per_disk = 0\n"));
    const std::string system = ready_system();
    EXPECT_EQ(
        call("CreateSnapshot", R"({"DiskId":"disk-000data1"})").code, "InsufficientSnapshotQuota"
    );
    EXPECT_EQ(remove(system), "");
    EXPECT_NE(create(), "");
}

TEST_F(Snapshots, MadeForImagesUseTheQuotaUpUnlessTheWorldSaysOtherwise) {
    const std::string limits = "[limits]\nsnapshots_base = 1\nsnapshots_per_disk = 0\n";
    use(snapshot_world(limits));
    ready_image();
    EXPECT_EQ(create(), "");
    use(snapshot_world(limits + "[behaviour]\nimage_snapshots_count = false\n"));
    ready_image();
    EXPECT_NE(create(), "");
}

TEST_F(Snapshots, GrowTheirQuotaWithTheDisks) {
    // 33 disks: three of ins-00000001 and one of each of the thirty others.
    use(
        snapshot_world("[limits]\nsnapshots_base = 0\nsnapshots_per_disk = 1\n"
                       "snapshots_creating = 1000\n")
    );
    for (int i = 0; i < 33; ++i) {
        ASSERT_NE(ready(), "") << i;
    }
    EXPECT_EQ(create(), "");
}

TEST_F(Snapshots, AreOnlySoManyInCreation) {
    use(snapshot_world("[limits]\nsnapshots_creating = 1\n"));
    create();
    EXPECT_EQ(
        call("CreateSnapshot", R"({"DiskId":"disk-0000sys1"})").code,
        "ResourceUnavailable.TooManyCreatingSnapshot"
    );
}

TEST_F(Snapshots, OfAGroupAreNumberedAndOfOneMoment) {
    const Reply created =
        create_group(R"("disk-0000sys1","disk-000data1")", R"(,"SnapshotGroupName":"night")");
    const std::string id = created.text("SnapshotGroupId");
    EXPECT_THAT(id, testing::MatchesRegex("csnap-[0-9a-z]{8}"));
    const std::string filter =
        R"({"Filters":[{"Name":"snapshot-group-id","Values":[")" + id + "\"]}]}";
    Reply groups = call("DescribeSnapshotGroups", filter);
    EXPECT_EQ(groups.first("SnapshotGroupSet", "SnapshotGroupState"), "CREATING");
    EXPECT_EQ(groups.first("SnapshotGroupSet", "ContainRootSnapshot"), "true");
    const Reply snapshots = call("DescribeSnapshots", R"({"Order":"ASC"})");
    EXPECT_THAT(snapshots.all("SnapshotSet", "SnapshotName"), ElementsAre("night_0", "night_1"));
    EXPECT_THAT(snapshots.all("SnapshotSet", "DiskUsage"), ElementsAre("SYSTEM_DISK", "DATA_DISK"));
    wait(3min);
    groups = call("DescribeSnapshotGroups", filter);
    EXPECT_EQ(groups.first("SnapshotGroupSet", "SnapshotGroupState"), "NORMAL");
    EXPECT_EQ(groups.first("SnapshotGroupSet", "Percent"), "100");
}

TEST_F(Snapshots, OfAGroupAreOfOneInstance) {
    use(snapshot_world("", R"(
[[account.instance]]
id = "ins-other001"
region = "ap-guangzhou"
system_disk = { id = "disk-other001" }
)"));
    EXPECT_EQ(create_group(R"("disk-0000sys1","disk-other001")").code, "InvalidParameterValue");
    EXPECT_EQ(create_group(R"("disk-0000sys1","disk-0000sys1")").code, "InvalidParameterValue");
    EXPECT_EQ(create_group("").code, "MissingParameter");
    EXPECT_EQ(
        create_group(R"("disk-0000sys1","disk-00local1")").code, "InvalidDisk.NotSupportSnapshot"
    );
    EXPECT_EQ(cloud->state().snapshots.size(), 0U);
}

TEST_F(Snapshots, TakeTheirGroupWithThem) {
    const std::string group =
        create_group(R"("disk-0000sys1","disk-000data1")").text("SnapshotGroupId");
    const std::string body = R"({"SnapshotGroupId":")" + group + "\"}";
    EXPECT_EQ(call("DeleteSnapshotGroup", body).code, "ResourceUnavailable.SnapshotCreating");
    wait(3min);
    EXPECT_EQ(call("DeleteSnapshotGroup", body).code, "");
    EXPECT_EQ(call("DescribeSnapshots", "{}").total(), 0);
    EXPECT_EQ(call("DescribeSnapshotGroups", "{}").total(), 0);
    EXPECT_EQ(call("DeleteSnapshotGroup", body).code, "ResourceNotFound.NotFound");
}

TEST_F(Snapshots, ThatFailAreGoneWithTheirGroup) {
    use(snapshot_world(), "[[fault]]\naction = \"CreateSnapshotGroup\"\nkind = \"task-fails\"\n");
    create_group(R"("disk-0000sys1","disk-000data1")");
    wait(3min);
    EXPECT_EQ(call("DescribeSnapshots", "{}").total(), 0);
    EXPECT_EQ(call("DescribeSnapshotGroups", "{}").total(), 0);
}

TEST_F(Snapshots, MayHangInCreation) {
    use(snapshot_world(), "[[fault]]\naction = \"CreateSnapshot\"\nkind = \"task-hangs\"\n");
    const std::string id = create();
    wait(24h * 30);
    EXPECT_EQ(field(id, "SnapshotState"), "CREATING");
    EXPECT_EQ(field(id, "Percent"), "99");
}

TEST_F(Snapshots, AreChosenByFilters) {
    ready_system();
    const std::string data = create();
    const auto found = [this](const std::string& name, const std::string& value) {
        return call(
                   "DescribeSnapshots",
                   R"({"Filters":[{"Name":")" + name + R"(","Values":[")" + value + "\"]}]}"
        )
            .total();
    };
    EXPECT_EQ(found("snapshot-id", data), 1);
    EXPECT_EQ(found("snapshot-state", "NORMAL"), 1);
    EXPECT_EQ(found("disk-usage", "DATA_DISK"), 1);
    EXPECT_EQ(found("disk-id", "disk-0000sys1"), 1);
    EXPECT_EQ(found("encrypt", "FALSE"), 2);
    EXPECT_EQ(found("snapshot-type", "SHARED_SNAPSHOT"), 0);
    EXPECT_EQ(found("zone", "ap-guangzhou-3"), 2);
    EXPECT_EQ(found("project-id", "0"), 2);
    EXPECT_EQ(found("snapshot-name", "nobody"), 0);
}

TEST_F(Snapshots, RefuseWrongSelectors) {
    const auto code = [this](const std::string& body) {
        return call("DescribeSnapshots", body).code;
    };
    EXPECT_EQ(code(R"({"Filters":[{"Name":"state","Values":["a"]}]})"), "InvalidFilter");
    EXPECT_EQ(
        code(R"({"SnapshotIds":["snap-00000001"],
            "Filters":[{"Name":"zone","Values":["a"]}]})"),
        "InvalidParameter"
    );
    EXPECT_EQ(code(R"({"SnapshotIds":["snap-1"]})"), "InvalidParameterValue");
    EXPECT_EQ(code(R"({"Limit":101})"), "InvalidParameterValue.LimitExceeded");
    EXPECT_EQ(code(R"({"Order":"UP"})"), "InvalidParameterValue");
    EXPECT_EQ(code(R"({"SnapshotIds":["snap-00000001"]})"), "");
}

TEST_F(Snapshots, AreSummedUp) {
    ready_system();
    ready();
    create();
    const Reply reply = call("DescribeSnapshotOverview", "{}");
    EXPECT_EQ(reply.response.at("TotalNums"), 2);
    EXPECT_EQ(reply.response.at("TotalSize"), 150);
    EXPECT_EQ(reply.response.at("RealTradeSize"), 100);
}

TEST_F(Snapshots, HaveARateOfTwentyASecond) {
    pace = 0s;
    std::string code;
    int answered = 0;
    while (code.empty() && answered < 100) {
        code = call("DescribeSnapshots", "{}").code;
        answered += code.empty() ? 1 : 0;
    }
    EXPECT_EQ(answered, 20);
    EXPECT_EQ(code, "RequestLimitExceeded");
}

TEST_F(Snapshots, LeaveOtherActionsOfTheServiceLoudlyUnsupported) {
    HttpRequest request = api_request("DescribeSnapshots", "{}", "ap-guangzhou", now);
    for (auto& [name, value] : request.headers) {
        value = name == "X-TC-Action" ? "ApplySnapshot" : value;
    }
    EXPECT_EQ(send(request).code, "UnsupportedOperation");
}

}  // namespace
}  // namespace cloudsim::test
