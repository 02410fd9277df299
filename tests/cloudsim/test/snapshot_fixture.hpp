// What the tests of snapshots share: a world whose durations are fixed, and short ways to ask.
#pragma once

#include "client.hpp"

namespace cloudsim::test {

class Snapshots : public CloudTest {
protected:
    void SetUp() override { use(snapshot_world()); }

    static World snapshot_world(const std::string& extra = "", const std::string& account = "") {
        return parse_small_world(
            "snapshot = \"3min\"\nsnapshot_copy = \"20min\"\n" + extra, account
        );
    }

    std::string create(const std::string& disk = "disk-000data1", const std::string& more = "") {
        return call("CreateSnapshot", R"({"DiskId":")" + disk + "\"" + more + "}")
            .text("SnapshotId");
    }

    Reply create_group(const std::string& disks, const std::string& more = "") {
        return call("CreateSnapshotGroup", R"({"DiskIds":[)" + disks + "]" + more + "}");
    }

    std::string ready(const std::string& disk = "disk-000data1", const std::string& more = "") {
        const std::string id = create(disk, more);
        wait(3min);
        return id;
    }

    Reply describe(const std::string& id, const std::string& region = "ap-guangzhou") {
        return call_in(region, "DescribeSnapshots", R"({"SnapshotIds":[")" + id + "\"]}");
    }

    std::string field(
        const std::string& id, const std::string& name, const std::string& region = "ap-guangzhou"
    ) {
        return describe(id, region).first("SnapshotSet", name);
    }

    Reply copy(const std::string& id, const std::string& regions, const std::string& more = "") {
        return call(
            "CopySnapshotCrossRegions",
            R"({"SnapshotId":")" + id + R"(","DestinationRegions":[)" + regions + "]" + more + "}"
        );
    }

    std::string remove(const std::string& id, const std::string& more = "") {
        return call("DeleteSnapshots", R"({"SnapshotIds":[")" + id + "\"]" + more + "}").code;
    }

    Reply image_of(const std::string& snapshots) {
        return call("CreateImage", R"({"ImageName":"n","SnapshotIds":[)" + snapshots + "]}");
    }

    std::string ready_system() { return ready("disk-0000sys1"); }

    static std::string quoted(const std::string& text) { return "\"" + text + "\""; }
};

}  // namespace cloudsim::test
