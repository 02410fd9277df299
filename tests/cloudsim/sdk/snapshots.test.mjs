// Snapshots and groups of them (cbs), the images made of them (cvm), and what is refused.
import assert from "node:assert/strict";
import test from "node:test";

import { refused, startCloud, until } from "./support/cloud.mjs";
import { instanceId, world } from "./support/world.mjs";

const disks = ["disk-00000001", "disk-00000002"];
const top = `
[timing]
create = "5min"
snapshot = "2min"
snapshot_copy = "5min"
[behaviour]
list_delay = "0s"
`;
const cloud = await startCloud({ world: world({ top }), speed: 600 });
const [cbs, cvm] = [cloud.cbs(), cloud.cvm()];

const snapshot = async (id, client = cbs) =>
  (await client.DescribeSnapshots({ SnapshotIds: [id] })).SnapshotSet[0];
const normal = (id, client = cbs) =>
  until(`${id} is NORMAL`, async () => (await snapshot(id, client)).SnapshotState === "NORMAL");

async function group(name) {
  const { SnapshotGroupId } = await cbs.CreateSnapshotGroup({
    DiskIds: disks, SnapshotGroupName: name });
  const Filters = [{ Name: "snapshot-group-id", Values: [SnapshotGroupId] }];
  const told = await until(`${name} is NORMAL`, async () => {
    const { SnapshotGroupSet } = await cbs.DescribeSnapshotGroups({ Filters });
    return SnapshotGroupSet[0].SnapshotGroupState === "NORMAL" && SnapshotGroupSet[0];
  });
  return told;
}

test("a group becomes an image that holds its snapshots", async () => {
  const { SnapshotGroupId, SnapshotIdSet, ContainRootSnapshot } = await group("night");
  assert.equal(ContainRootSnapshot, true);
  const [system, data] = await Promise.all(SnapshotIdSet.map((id) => snapshot(id)));
  assert.deepEqual([system.SnapshotName, data.SnapshotName], ["night_0", "night_1"]);
  assert.deepEqual([system.DiskUsage, data.DiskUsage], ["SYSTEM_DISK", "DATA_DISK"]);

  const { ImageId } = await cvm.CreateImage({ ImageName: "point", SnapshotIds: SnapshotIdSet });
  assert.deepEqual((await snapshot(system.SnapshotId)).Images, [{ ImageId, ImageName: "point" }]);
  await until("the image is NORMAL", async () => {
    const { ImageSet } = await cvm.DescribeImages({ ImageIds: [ImageId] });
    return ImageSet[0].ImageState === "NORMAL";
  });
  await refused("UnsupportedOperation.SnapshotHasBindedImage", () =>
    cbs.DeleteSnapshots({ SnapshotIds: SnapshotIdSet }));
  await cvm.DeleteImages({ ImageIds: [ImageId] });
  await cbs.DeleteSnapshotGroup({ SnapshotGroupId });
  assert.equal((await cbs.DescribeSnapshots({ SnapshotIds: SnapshotIdSet })).TotalCount, 0);
});

test("a snapshot is copied to two regions", async () => {
  const { SnapshotId } = await cbs.CreateSnapshot({ DiskId: disks[1], SnapshotName: "far" });
  await normal(SnapshotId);
  const { SnapshotCopyResultSet } = await cbs.CopySnapshotCrossRegions({
    SnapshotId, DestinationRegions: ["ap-shanghai", "ap-singapore"] });
  assert.deepEqual(SnapshotCopyResultSet.map(({ Code }) => Code),
    ["Success", "UnsupportedOperation.SnapshotNotSupportCopy"]);
  const shanghai = cloud.cbs({ region: "ap-shanghai" });
  const copy = SnapshotCopyResultSet[0].SnapshotId;
  assert.match((await snapshot(copy, shanghai)).SnapshotState, /^(COPYING_FROM|CHECKING)/);
  await normal(copy, shanghai);
  assert.equal((await snapshot(copy, shanghai)).CopyFromRemote, true);
  await shanghai.DeleteSnapshots({ SnapshotIds: [copy] });
  await cbs.DeleteSnapshots({ SnapshotIds: [SnapshotId] });
});

test("an image takes its snapshots with it when asked, and goes with them when asked", async () => {
  const { ImageId } = await cvm.CreateImage({ ImageName: "own", InstanceId: instanceId });
  const { SnapshotSet } = await until("its snapshot is NORMAL", async () => {
    const found = await cbs.DescribeSnapshots({
      Filters: [{ Name: "snapshot-state", Values: ["NORMAL"] }] });
    return found.TotalCount === 1 && found;
  });
  const SnapshotIds = SnapshotSet.map(({ SnapshotId }) => SnapshotId);
  assert.equal((await cbs.DescribeSnapshotOverview()).TotalNums, 1);
  await cbs.DeleteSnapshots({ SnapshotIds, DeleteBindImages: true });
  assert.equal((await cvm.DescribeImages({ ImageIds: [ImageId] })).TotalCount, 0);
});

const nobody = "snap-99999999";
const refusals = [
  ["InvalidParameterValue", "DescribeSnapshots", { SnapshotIds: ["snap-1"] }],
  ["InvalidFilter", "DescribeSnapshots", { Filters: [{ Name: "colour", Values: ["red"] }] }],
  ["InvalidParameter", "DescribeSnapshots",
    { SnapshotIds: [nobody], Filters: [{ Name: "zone", Values: ["ap-guangzhou-3"] }] }],
  ["InvalidFilter", "DescribeSnapshotGroups", { Filters: [{ Name: "zone", Values: ["a"] }] }],
  ["InvalidDiskId.NotFound", "CreateSnapshot", { DiskId: "disk-99999999" }],
  ["InvalidDiskId.NotFound", "CreateSnapshotGroup", { DiskIds: ["disk-99999999"] }],
  ["InvalidSnapshotId.NotFound", "DeleteSnapshots", { SnapshotIds: [nobody] }],
  ["ResourceNotFound.NotFound", "DeleteSnapshotGroup", { SnapshotGroupId: "csnap-99999999" }],
  ["InvalidSnapshotId.NotFound", "CopySnapshotCrossRegions",
    { SnapshotId: nobody, DestinationRegions: ["ap-shanghai"] }],
  ["MissingParameter", "CopySnapshotCrossRegions", { SnapshotId: nobody }],
  ["UnsupportedOperation", "ApplySnapshot", { SnapshotId: nobody, DiskId: disks[0] }],
];
for (const [code, action, request] of refusals) {
  test(`${action} of ${JSON.stringify(request)} is refused: ${code}`, () =>
    refused(code, () => cbs[action](request)));
}

test("an image of snapshots that are not there is refused", () =>
  refused("InvalidParameter.SnapshotNotFound", () =>
    cvm.CreateImage({ ImageName: "n", SnapshotIds: [nobody] })));
