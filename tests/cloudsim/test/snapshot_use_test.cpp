#include "snapshot_fixture.hpp"

namespace cloudsim::test {
namespace {

using SnapshotUse = Snapshots;

TEST_F(SnapshotUse, GoAtTheirDeadlineUnlessAnImageHoldsThem) {
    const auto deadline = [this] { return R"(,"Deadline":")" + to_rfc3339(now + 25h) + "\""; };
    const std::string held = ready("disk-0000sys1", deadline());
    const std::string id = ready("disk-000data1", deadline());
    EXPECT_EQ(field(id, "IsPermanent"), "false");
    EXPECT_EQ(field(id, "DeadlineTime").substr(0, 10), "2027-01-05");
    ASSERT_EQ(image_of(quoted(held)).code, "");
    wait(26h);
    EXPECT_EQ(describe(id).total(), 0);
    EXPECT_EQ(describe(held).total(), 1);
    EXPECT_EQ(
        call("CreateSnapshot", R"({"DiskId":"disk-000data1","Deadline":"2027-01-05T12:00:00Z"})")
            .code,
        "InvalidParameterValue"
    );
}

TEST_F(SnapshotUse, GoWithTheirImageWhenTheirDeadlineHasPassed) {
    const auto held_by_an_image = [this](const std::string& disk) {
        const std::string deadline = R"(,"Deadline":")" + to_rfc3339(now + 25h) + "\"";
        const std::string id = ready(disk, deadline);
        const std::string image = image_of(quoted(id)).text("ImageId");
        wait(26h);
        EXPECT_EQ(describe(id).total(), 1);
        return std::pair{id, image};
    };
    const auto [id, image] = held_by_an_image("disk-0000sys1");
    EXPECT_EQ(call("DeleteImages", R"({"ImageIds":[")" + image + "\"]}").code, "");
    EXPECT_EQ(describe(id).total(), 0);
    const auto [other, its_image] = held_by_an_image("disk-0000sys1");
    EXPECT_EQ(remove(other, R"(,"DeleteBindImages":true)"), "");
    EXPECT_EQ(describe(other).total(), 0);
}

TEST_F(SnapshotUse, GoAfterTheirLastCopyWhenTheirDeadlineHasPassed) {
    const std::string deadline = R"(,"Deadline":")" + to_rfc3339(now + 25h) + "\"";
    const std::string id = ready("disk-000data1", deadline);
    wait(24h + 50min);
    EXPECT_EQ(copy(id, quoted("ap-shanghai")).code, "");
    wait(15min);
    EXPECT_EQ(describe(id).total(), 1);
    wait(10min);
    EXPECT_EQ(describe(id).total(), 0);
}

TEST_F(SnapshotUse, StayCompleteWhileTheirImageIsExported) {
    use(snapshot_world("[behaviour]\nsource_busy_during_export = true\n"));
    const std::string image = ready_image();
    const std::string id = cloud->state().images.at(image).disks.front().snapshot_id;
    const std::string body = R"({"BucketName":"backup-1250000000","ImageIds":[")" + image + "\"]}";
    ASSERT_EQ(call("ExportImages", body).code, "");
    ASSERT_EQ(state_of(image), "SYNCING");
    EXPECT_EQ(field(id, "SnapshotState"), "NORMAL");
    EXPECT_EQ(field(id, "Percent"), "100");
}

TEST_F(SnapshotUse, LeaveTheirImageWhatTheMachineWas) {
    Instance& machine = cloud->state().instances.at("ins-00000001");
    machine.instance_type = "SR1.MEDIUM4";
    machine.license = "BYOL";
    machine.flaw = "no-virtio";
    machine.system_disk.used = 8;
    const std::string copied =
        copy(ready_system(), quoted("ap-shanghai")).first("SnapshotCopyResultSet", "SnapshotId");
    wait(20min);
    const std::string body = R"({"ImageName":"n","SnapshotIds":[")" + copied + "\"]}";
    const Reply made = call_in("ap-shanghai", "CreateImage", body);
    ASSERT_EQ(made.code, "");
    const Image& image = cloud->state().images.at(made.text("ImageId"));
    EXPECT_EQ(image.architecture, "arm");
    EXPECT_EQ(image.license, "BYOL");
    EXPECT_EQ(image.flaw, "no-virtio");
    EXPECT_EQ(image.disks.front().used, 8);
}

TEST_F(SnapshotUse, AreCopiedToSeveralRegionsWithAnIdForEach) {
    const std::string id = ready();
    const Reply copied = copy(id, R"("ap-shanghai","ap-beijing")");
    const auto ids = copied.all("SnapshotCopyResultSet", "SnapshotId");
    EXPECT_THAT(
        copied.all("SnapshotCopyResultSet", "DestinationRegion"),
        ElementsAre("ap-shanghai", "ap-beijing")
    );
    EXPECT_THAT(copied.all("SnapshotCopyResultSet", "Code"), ElementsAre("Success", "Success"));
    ASSERT_THAT(ids, SizeIs(2));
    EXPECT_EQ(field(id, "CopyingToRegions"), R"(["ap-shanghai","ap-beijing"])");
    EXPECT_EQ(field(ids[0], "SnapshotState", "ap-shanghai"), "COPYING_FROM_REMOTE");
    EXPECT_EQ(field(ids[0], "SnapshotName", "ap-shanghai"), "Copied " + id + " from ap-guangzhou");
    wait(19min);
    EXPECT_EQ(field(ids[1], "SnapshotState", "ap-beijing"), "CHECKING_COPIED");
    wait(1min);
    EXPECT_EQ(field(ids[1], "SnapshotState", "ap-beijing"), "NORMAL");
    EXPECT_EQ(field(ids[1], "CopyFromRemote", "ap-beijing"), "true");
    EXPECT_EQ(field(id, "CopyingToRegions"), "[]");
    EXPECT_EQ(describe(ids[0]).total(), 0);
}

TEST_F(SnapshotUse, TellForEachRegionWhyItTakesNoCopy) {
    use(snapshot_world("[limits]\nsnapshots_base = 0\n"));
    const std::string id = ready();
    const Reply copied = copy(id, R"("ap-shanghai","ap-singapore","ap-shanghai-fsi")");
    EXPECT_EQ(copied.code, "");
    EXPECT_THAT(
        copied.all("SnapshotCopyResultSet", "Code"),
        ElementsAre(
            "InsufficientSnapshotQuota",
            "UnsupportedOperation.SnapshotNotSupportCopy",
            "UnsupportedOperation.SnapshotNotSupportCopy"
        )
    );
    EXPECT_THAT(copied.all("SnapshotCopyResultSet", "SnapshotId"), ElementsAre("", "", ""));
    EXPECT_EQ(field(id, "CopyingToRegions"), "[]");
}

TEST_F(SnapshotUse, CrossTheBorderInTheKinderWorld) {
    use(snapshot_world("[behaviour]\nsnapshots_cross_border = true\n"));
    EXPECT_EQ(copy(ready(), R"("ap-singapore")").first("SnapshotCopyResultSet", "Code"), "Success");
}

TEST_F(SnapshotUse, AreCopiedToARegionOnceAtATime) {
    const std::string id = ready();
    copy(id, R"("ap-shanghai")");
    EXPECT_EQ(
        copy(id, R"("ap-shanghai")").first("SnapshotCopyResultSet", "Code"),
        "ResourceInUse.CopySnapshotConflict"
    );
    EXPECT_EQ(remove(id), "ResourceBusy");
    wait(20min);
    EXPECT_EQ(copy(id, R"("ap-shanghai")").first("SnapshotCopyResultSet", "Code"), "Success");
}

TEST_F(SnapshotUse, RefuseACopyThatIsAskedForWrongly) {
    const std::string id = ready();
    EXPECT_EQ(copy(id, R"("ap-guangzhou")").code, "InvalidParameterValue");
    EXPECT_EQ(copy(id, R"("ap-nowhere")").code, "InvalidParameterValue");
    EXPECT_EQ(copy(id, R"("ap-shanghai","ap-shanghai")").code, "InvalidParameterValue");
    EXPECT_EQ(copy(id, "").code, "MissingParameter");
    EXPECT_EQ(copy("snap-99999999", R"("ap-shanghai")").code, "InvalidSnapshotId.NotFound");
    EXPECT_EQ(copy("snap-9", R"("ap-shanghai")").code, "InvalidParameterValue");
    EXPECT_EQ(copy(create(), R"("ap-shanghai")").code, "InvalidSnapshot.NotSupported");
}

TEST_F(SnapshotUse, OfEncryptedDisksAreNotCopied) {
    use(snapshot_world("", R"(
[[account.instance]]
id = "ins-secret01"
region = "ap-guangzhou"
system_disk = { id = "disk-secret01", encrypted = true }
)"));
    const std::string id = ready("disk-secret01");
    EXPECT_EQ(field(id, "Encrypt"), "true");
    EXPECT_EQ(copy(id, R"("ap-shanghai")").code, "UnsupportedOperation.SnapshotNotSupportCopy");
}

TEST_F(SnapshotUse, AreDeletedAllOrNone) {
    const std::string ready_one = ready();
    const std::string creating = create("disk-0000sys1");
    const std::string both = R"({"SnapshotIds":[")" + ready_one + R"(",")" + creating + "\"]}";
    EXPECT_EQ(call("DeleteSnapshots", both).code, "ResourceUnavailable.SnapshotCreating");
    EXPECT_EQ(describe(ready_one).total(), 1);
    wait(3min);
    EXPECT_EQ(call("DeleteSnapshots", both).code, "");
    EXPECT_EQ(call("DescribeSnapshots", "{}").total(), 0);
    EXPECT_EQ(remove(ready_one), "InvalidSnapshotId.NotFound");
    EXPECT_EQ(remove("snap-x"), "InvalidParameterValue");
}

TEST_F(SnapshotUse, ThatAnImageHoldsGoOnlyWithIt) {
    const std::string image = ready_image();
    const std::string id = cloud->state().images.at(image).disks[0].snapshot_id;
    EXPECT_EQ(field(id, "Images"), R"([{"ImageId":")" + image + R"(","ImageName":"nightly"}])");
    EXPECT_EQ(remove(id), "UnsupportedOperation.SnapshotHasBindedImage");
    EXPECT_EQ(remove(id, R"(,"DeleteBindImages":true)"), "");
    EXPECT_EQ(state_of(image), "");
    EXPECT_EQ(describe(id).total(), 0);
}

TEST_F(SnapshotUse, OfAnImageInCreationAreNotReady) {
    call("CreateImage", R"({"ImageName":"n","InstanceId":"ins-00000001"})");
    const Reply reply = call("DescribeSnapshots", "{}");
    EXPECT_EQ(reply.first("SnapshotSet", "SnapshotState"), "CREATING");
    EXPECT_EQ(
        remove(reply.first("SnapshotSet", "SnapshotId"), R"(,"DeleteBindImages":true)"),
        "ResourceUnavailable.SnapshotCreating"
    );
}

TEST_F(SnapshotUse, BecomeAnImageThatHoldsThem) {
    const std::string system = ready_system();
    const std::string data = ready();
    const Reply created = image_of(quoted(data) + "," + quoted(system));
    const std::string image = created.text("ImageId");
    wait(15min);
    EXPECT_THAT(
        call("DescribeImages", R"({"ImageIds":[")" + image + "\"]}")
            .first("ImageSet", "SnapshotSet"),
        testing::AllOf(HasSubstr(system), HasSubstr(data))
    );
    EXPECT_EQ(field(data, "ImageCount"), "1");
    EXPECT_EQ(cloud->state().snapshots.size(), 2U);
    call("DeleteImages", R"({"ImageIds":[")" + image + "\"]}");
    EXPECT_EQ(field(data, "ImageCount"), "0");
    EXPECT_EQ(remove(data), "");
}

TEST_F(SnapshotUse, GoWithTheLastImageThatIsDeletedWithThem) {
    const std::string id = ready_system();
    const std::string first = image_of(quoted(id)).text("ImageId");
    const std::string second = image_of(quoted(id)).text("ImageId");
    wait(15min);
    EXPECT_EQ(field(id, "ImageCount"), "2");
    call("DeleteImages", R"({"DeleteBindedSnap":true,"ImageIds":[")" + first + "\"]}");
    EXPECT_EQ(field(id, "ImageCount"), "1");
    call("DeleteImages", R"({"DeleteBindedSnap":true,"ImageIds":[")" + second + "\"]}");
    EXPECT_EQ(describe(id).total(), 0);
}

TEST_F(SnapshotUse, MakeAnImageOnlyWithOneReadySystemDisk) {
    const std::string data = ready();
    const std::string system = ready_system();
    EXPECT_EQ(image_of(quoted(data)).code, "InvalidParameter.SystemSnapshotNotFound");
    EXPECT_EQ(
        image_of(quoted(system) + "," + quoted(system)).code,
        "InvalidParameter.DuplicateSystemSnapshots"
    );
    EXPECT_EQ(
        image_of(quoted(system) + "," + quoted(data) + "," + quoted(data)).code,
        "InvalidParameterValue"
    );
    EXPECT_EQ(
        image_of(quoted(create("disk-0000sys1"))).code, "ResourceUnavailable.SnapshotCreating"
    );
}

TEST_F(SnapshotUse, KeepTheSystemOfTheirMachineForTheImage) {
    use(snapshot_world("", R"(
[[account.instance]]
id = "ins-windows1"
region = "ap-guangzhou"
os = "Windows Server 2022 Datacenter 64bit"
system_disk = { id = "disk-windows1" }
)"));
    const std::string image = image_of(quoted(ready("disk-windows1"))).text("ImageId");
    wait(15min);
    EXPECT_EQ(
        call("ExportImages", R"({"BucketName":"backup-1250000000","ImageIds":[")" + image + "\"]}")
            .code,
        "UnsupportedOperation.WindowsImageExportUnsupported"
    );
}

TEST_F(SnapshotUse, OutliveAnImageMadeOfThemThatVanishes) {
    use(snapshot_world(), "[[fault]]\naction = \"CreateImage\"\nkind = \"task-vanishes\"\n");
    const std::string id = ready_system();
    const std::string image = image_of(quoted(id)).text("ImageId");
    wait(15min);
    EXPECT_EQ(state_of(image), "");
    EXPECT_EQ(field(id, "ImageCount"), "0");
}

TEST_F(SnapshotUse, WhoseCopyVanishesAreFreeAgain) {
    use(snapshot_world(),
        "[[fault]]\naction = \"CopySnapshotCrossRegions\"\nkind = \"task-vanishes\"\n");
    const std::string id = ready();
    const std::string copied =
        copy(id, R"("ap-shanghai")").first("SnapshotCopyResultSet", "SnapshotId");
    wait(20min);
    EXPECT_EQ(describe(copied, "ap-shanghai").total(), 0);
    EXPECT_EQ(remove(id), "");
}

}  // namespace
}  // namespace cloudsim::test
