// The life of images through the SDK: create, list, copy, export, share, change, delete.
import assert from "node:assert/strict";
import test from "node:test";

import { refused, startCloud, until } from "./support/cloud.mjs";
import { bucket, held, image, instanceId, other, owner, world } from "./support/world.mjs";

const images = image("img-golden01", 'tags = { tier = "web" }') +
  image("img-whole001", "data_disks = [10]");
const cloud = await startCloud({ world: world({ owner: images }) });
const cvm = cloud.cvm();
// Where nothing ends.
const heldCloud = await startCloud({ world: world({ top: held, owner: images }) });

async function imageOf(client, id) {
  const { ImageSet, TotalCount } = await client.DescribeImages({ ImageIds: [id] });
  assert.equal(ImageSet.length, TotalCount);
  return ImageSet[0];
}

const untilNormal = (client, id) => until(`${id} is NORMAL`, async () => {
  const found = await imageOf(client, id);
  return found?.ImageState === "NORMAL" ? found : undefined;
});

const create = (ImageName, more = {}) =>
  cvm.CreateImage({ ImageName, InstanceId: instanceId, ForcePoweroff: "FALSE", ...more });

test("an image is created, and shows its disks when it is NORMAL", async () => {
  const { ImageId } = await create("web-1 夜间备份", {
    ImageDescription: "nightly", ImageFamily: "web", DataDiskIds: ["disk-00000002"],
    TagSpecification: [{ ResourceType: "image", Tags: [{ Key: "made-by", Value: "sdk" }] }],
  });
  const grown = await untilNormal(cvm, ImageId);
  assert.equal(grown.ImageName, "web-1 夜间备份");
  assert.equal(grown.ImageType, "PRIVATE_IMAGE");
  assert.equal(grown.ImageSource, "CREATE_IMAGE");
  assert.equal(grown.ImageFamily, "web");
  assert.equal(grown.ImageSize, 50);
  assert.match(grown.CreatedTime, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|\+00:00)$/);
  assert.deepEqual(grown.Tags, [{ Key: "made-by", Value: "sdk" }]);
  assert.deepEqual(grown.SnapshotSet.map(({ DiskUsage, DiskSize }) => [DiskUsage, DiskSize]), [
    ["SYSTEM_DISK", 50],
    ["DATA_DISK", 100],
  ]);
});

test("an image of snapshots needs no instance", async () => {
  const { SnapshotSet } = await imageOf(cvm, "img-golden01");
  const { ImageId } = await cvm.CreateImage({
    ImageName: "from snapshots", SnapshotIds: [SnapshotSet[0].SnapshotId],
  });
  assert.equal((await untilNormal(cvm, ImageId)).ImageName, "from snapshots");
});

test("a dry run makes nothing", async () => {
  const { TotalCount } = await cvm.DescribeImages();
  await create("dry", { DryRun: true, DataDiskIds: ["disk-00000002"] });
  await cvm.SyncImages({
    ImageIds: ["img-golden01"], DestinationRegions: ["ap-beijing"], DryRun: true,
  });
  await cvm.ExportImages({ BucketName: bucket.Bucket, ImageIds: ["img-golden01"], DryRun: true });
  await cvm.DeleteImages({ ImageIds: ["img-golden01"], DryRun: true });
  assert.equal((await cvm.DescribeImages()).TotalCount, TotalCount);
});

test("filters, pages and missing ids", async () => {
  const ids = async (Filters, more) =>
    (await cvm.DescribeImages({ Filters, ...more })).ImageSet.map(({ ImageId }) => ImageId);
  const filter = (Name, ...Values) => ({ Name, Values });
  assert.deepEqual(await ids([filter("image-name", "olde")]), ["img-golden01"]);
  assert.deepEqual(await ids([filter("image-id", "img-golden01", "img-00000000")]),
    ["img-golden01"]);
  assert.deepEqual(await ids([filter("tag:tier", "web")]), ["img-golden01"]);
  assert.deepEqual(await ids([filter("tag-key", "tier"), filter("tag-value", "db")]), []);
  assert((await ids([filter("image-type", "PUBLIC_IMAGE")])).length > 0);
  assert((await ids([filter("platform", "Debi")])).includes("img-golden01"));
  assert.equal(await imageOf(cvm, "img-00000000"), undefined);
  const all = await ids([]);
  const paged = [];
  for (let Offset = 0; Offset < all.length; Offset += 2) {
    paged.push(...await ids([], { Offset, Limit: 2 }));
  }
  assert.deepEqual(paged, all);
});

test("an image in creation is CREATING, has no snapshots yet, and keeps the instance", async () => {
  const client = heldCloud.cvm();
  const request = { ImageName: "young", InstanceId: instanceId };
  const { ImageId } = await client.CreateImage(request);
  const young = await imageOf(client, ImageId);
  assert.equal(young.ImageState, "CREATING");
  assert.deepEqual(young.SnapshotSet, []);
  await refused("MutexOperation.TaskRunning", () => client.CreateImage(request));
  await refused("InvalidImageId.IncorrectState",
    () => client.DeleteImages({ ImageIds: [ImageId] }));
});

test("a copy under way is SYNCING at both ends, and its source is busy", async () => {
  const client = heldCloud.cvm();
  const { ImageSet } = await client.SyncImages({
    ImageIds: ["img-golden01"], DestinationRegions: ["ap-beijing"], ImageSetRequired: true,
  });
  const there = heldCloud.cvm({ region: "ap-beijing" });
  const copy = await imageOf(there, ImageSet[0].ImageId);
  assert.equal(copy.ImageState, "SYNCING");
  assert.equal(copy.SyncPercent, 0);
  assert.equal((await imageOf(client, "img-golden01")).ImageState, "SYNCING");
  await refused("FailedOperation.InvalidImageState", () => client.SyncImages({
    ImageIds: ["img-golden01"], DestinationRegions: ["ap-nanjing"],
  }));
  await refused("InvalidImageId.IncorrectState",
    () => client.DeleteImages({ ImageIds: ["img-golden01"] }));
});

test("copies have ids and names of their own", async () => {
  const { ImageSet } = await cvm.SyncImages({
    ImageIds: ["img-golden01"], DestinationRegions: ["ap-beijing", "ap-shanghai"],
    ImageName: "a copy", ImageSetRequired: true,
  });
  assert.deepEqual(ImageSet.map(({ Region }) => Region), ["ap-beijing", "ap-shanghai"]);
  for (const { ImageId, Region } of ImageSet) {
    const done = await untilNormal(cloud.cvm({ region: Region }), ImageId);
    assert.equal(done.ImageName, "a copy");
    assert.equal(done.SyncPercent, null);
  }
  await untilNormal(cvm, "img-golden01");
});

test("the ids of copies are told only when asked for", async () => {
  await untilNormal(cvm, "img-golden01");
  const { ImageSet } = await cvm.SyncImages({
    ImageIds: ["img-golden01"], DestinationRegions: ["ap-chengdu"],
  });
  assert.deepEqual(ImageSet, []);
  await untilNormal(cvm, "img-golden01");
});

test("an export tells its objects, which are there when it is done", async () => {
  const { TaskId, CosPaths } = await cvm.ExportImages({
    BucketName: bucket.Bucket, ImageIds: ["img-whole001"], ExportFormat: "QCOW2",
    FileNamePrefixList: ["nightly/web-1"], RoleName: "CVM_QcsRole",
  });
  assert(Number.isInteger(TaskId));
  assert.equal(CosPaths.length, 2);
  const cos = cloud.cos();
  const keys = CosPaths.map((path) => path.replace(/^\//, ""));
  assert(keys.every((key) => key.startsWith("nightly/web-1_") && key.endsWith(".qcow2")));
  await until("the objects exist", async () => {
    const { Contents } = await cos.getBucket({ ...bucket, Prefix: "nightly/" });
    return Contents.length === 2;
  });
  for (const Key of keys) {
    const { headers } = await cos.headObject({ ...bucket, Key });
    assert(Number(headers["content-length"]) > 0);
    assert.match(headers["x-cos-hash-crc64ecma"], /^\d+$/);
  }
});

test("attributes of an image change", async () => {
  await cvm.ModifyImageAttribute({
    ImageId: "img-whole001", ImageName: "renamed", ImageDescription: "x".repeat(256),
    ImageFamily: "db", ImageDeprecated: true,
  });
  const changed = await imageOf(cvm, "img-whole001");
  assert.equal(changed.ImageName, "renamed");
  assert.equal(changed.ImageDescription.length, 256);
  assert.equal(changed.ImageFamily, "db");
  assert.equal(changed.ImageDeprecated, true);
});

test("a shared image is seen, copied to its own region, and left alone otherwise", async () => {
  await untilNormal(cvm, "img-golden01");
  const share = (Permission) => cvm.ModifyImageSharePermission({
    ImageId: "img-golden01", AccountIds: [other.uin], Permission,
  });
  const theirs = cloud.cvm({ key: other });
  await share("SHARE");
  const { SharePermissionSet } =
    await cvm.DescribeImageSharePermission({ ImageId: "img-golden01" });
  assert.deepEqual(SharePermissionSet.map(({ AccountId }) => AccountId), [other.uin]);
  assert.equal((await imageOf(theirs, "img-golden01")).ImageType, "SHARED_IMAGE");
  assert.equal((await imageOf(theirs, "img-golden01")).ImageCreator, owner.uin);
  await refused("InvalidImageId.InShared", () => cvm.DeleteImages({ ImageIds: ["img-golden01"] }));
  const { ImageSet } = await theirs.SyncImages({
    ImageIds: ["img-golden01"], DestinationRegions: ["ap-guangzhou"], ImageSetRequired: true,
  });
  const own = await untilNormal(theirs, ImageSet[0].ImageId);
  assert.equal(own.ImageType, "PRIVATE_IMAGE");
  assert.equal(own.ImageCreator, other.uin);
  await share("CANCEL");
  assert.equal(await imageOf(theirs, "img-golden01"), undefined);
});

test("deleted images are gone, all of them or none", async () => {
  const { ImageSet } = await cvm.SyncImages({
    ImageIds: ["img-golden01"], DestinationRegions: ["ap-chongqing"], ImageSetRequired: true,
  });
  const there = cloud.cvm({ region: "ap-chongqing" });
  const [{ ImageId }] = ImageSet;
  await untilNormal(there, ImageId);
  await refused("InvalidImageId.NotFound",
    () => there.DeleteImages({ ImageIds: [ImageId, "img-00000000"] }));
  assert.notEqual(await imageOf(there, ImageId), undefined);
  await there.DeleteImages({ ImageIds: [ImageId], DeleteBindedSnap: true });
  assert.equal(await imageOf(there, ImageId), undefined);
});
