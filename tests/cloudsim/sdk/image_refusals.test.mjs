// The documented refusals of the image actions, as the SDK tells them. In this world nothing ends.
import assert from "node:assert/strict";
import test from "node:test";

import { refusals, refused, startCloud } from "./support/cloud.mjs";
import {
  bucket, held, image, instance, instanceId as InstanceId, other, owner, world,
} from "./support/world.mjs";

const states = new Map([
  ["PENDING", "OperationDenied.InstanceOperationInProgress"],
  ["LAUNCH_FAILED", "InvalidInstance.NotSupported"],
  ["SHUTDOWN", "InvalidInstance.NotSupported"],
]);
for (const name of [
  "EnterRescueMode", "RescueMode", "ExitRescueMode", "EnterServiceLiveMigrate",
  "ServiceLiveMigrate", "Freezing", "Rebooting", "Starting", "Stopping", "Terminating",
]) {
  const state = name.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
  states.set(state, `UnsupportedOperation.InstanceState${name}`);
}
const inState = [...states].map(([state, code], i) =>
  ({ id: `ins-state${100 + i}`, state, code }));

const mine = [
  '[[account.bucket]]\nname = "far-1250000000"\nregion = "ap-beijing"\n',
  '[[account.bucket]]\nname = "closed-1250000000"\nregion = "ap-guangzhou"\n' +
    "export_allowed = false\n",
  ...inState.map(({ id, state }) => instance(id, `state = "${state}"`)),
  instance("ins-nocharge", 'state = "STOPPED"\nstop_charging = true'),
  instance("ins-local001", 'data_disks = [ { id = "disk-local001", type = "LOCAL_SSD" } ]'),
  instance("ins-busy0001"),
  image("img-golden01"),
  image("img-golden02"),
  image("img-windows1", 'os = "Windows Server 2022 Datacenter 64bit"'),
  image("img-redhat01", 'os = "Red Hat Enterprise Linux 9.2 64bit"'),
  image("img-market01", "marketplace = true"),
  image("img-encrypt1", "encrypted = true"),
  image("img-whole001", "data_disks = [10]"),
  image("img-whole006", "data_disks = [10, 10, 10, 10, 10, 10]"),
  image("img-large001", "size = 501"),
  image("img-failed01", 'state = "CREATEFAILED"'),
  image("img-byol0001", 'license = "BYOL"'),
  image("img-shared01", `shared_with = ["${other.uin}"]`),
  image("img-copied01"),
].join("");
const theirs = [
  "in_arrears = true\n",
  instance("ins-arrears1"),
  image("img-other001", `shared_with = ["${owner.uin}"]`),
  image("img-other002"),
].join("");
const cloud = await startCloud({ world: world({ top: held, owner: mine, other: theirs }) });
const cvm = cloud.cvm();

const long = (characters) => "界".repeat(characters);
const snapshotsOf = async (id) => {
  const { ImageSet } = await cvm.DescribeImages({ ImageIds: [id] });
  return ImageSet[0].SnapshotSet;
};
const [systemA] = await snapshotsOf("img-golden01");
const [systemB, dataB] = await snapshotsOf("img-whole001");
await cvm.CreateImage({ ImageName: "busy", InstanceId: "ins-busy0001" });
const copying = { ImageIds: ["img-copied01"], DestinationRegions: ["ap-beijing"] };
await cvm.SyncImages(copying);

const create = (request) => ({ ImageName: "n", ...request });
refusals(cvm, [
  ["MissingParameter", "CreateImage", { InstanceId }],
  ["InvalidParameter", "CreateImage", create({ InstanceId, DryRun: "true" })],
  ["InvalidParameter", "CreateImage", create({ InstanceId, ForcePoweroff: true })],
  ["UnknownParameter", "CreateImage", create({ InstanceId, Name: "n" })],
  ["InvalidParameterValue.TooLarge", "CreateImage", { ImageName: long(61), InstanceId }],
  ["InvalidParameterValue.TooLarge", "CreateImage",
    create({ InstanceId, ImageDescription: long(257) })],
  ["InvalidParameter.SpecifyOneParameter", "CreateImage", create({})],
  ["InvalidParameter.SpecifyOneParameter", "CreateImage",
    create({ InstanceId, SnapshotIds: [systemA.SnapshotId] })],
  ["InvalidParameter.InvalidDependence", "CreateImage",
    create({ SnapshotIds: [systemA.SnapshotId], DataDiskIds: ["disk-00000002"] })],
  ["InvalidInstanceId.Malformed", "CreateImage", create({ InstanceId: "i-1" })],
  ["InvalidInstanceId.NotFound", "CreateImage", create({ InstanceId: "ins-zzzzzzzz" })],
  ["InvalidInstanceId.NotFound", "CreateImage", create({ InstanceId: "ins-arrears1" })],
  ["InvalidParameter.DataDiskIdContainsRootDisk", "CreateImage",
    create({ InstanceId, DataDiskIds: ["disk-00000001"] })],
  ["InvalidParameter.DataDiskNotBelongSpecifiedInstance", "CreateImage",
    create({ InstanceId, DataDiskIds: ["disk-zzzzzzzz"] })],
  ["InvalidParameter.LocalDataDiskNotSupport", "CreateImage",
    create({ InstanceId: "ins-local001", DataDiskIds: ["disk-local001"] })],
  ["InvalidParameter.SnapshotNotFound", "CreateImage", create({ SnapshotIds: ["snap-zzzzzzzz"] })],
  ["InvalidParameter.SystemSnapshotNotFound", "CreateImage",
    create({ SnapshotIds: [dataB.SnapshotId] })],
  ["InvalidParameter.DuplicateSystemSnapshots", "CreateImage",
    create({ SnapshotIds: [systemA.SnapshotId, systemB.SnapshotId] })],
  ["UnsupportedOperation.StoppedModeStopCharging", "CreateImage",
    create({ InstanceId: "ins-nocharge" })],
  ["MutexOperation.TaskRunning", "CreateImage", create({ InstanceId: "ins-busy0001" })],
  ...inState.map(({ id, code }) => [code, "CreateImage", create({ InstanceId: id })]),
]);

const eleven = Array.from({ length: 11 }, (_, i) => ({ Name: `tag:${i}`, Values: ["x"] }));
const filter = (Name, ...Values) => ({ Filters: [{ Name, Values }] });
const many = Array.from({ length: 101 }, (_, i) => `img-${10000000 + i}`);
refusals(cvm, [
  ["InvalidParameter.InvalidParameterCoexistImageIdsFilters", "DescribeImages",
    { ImageIds: ["img-golden01"], ...filter("image-type", "PRIVATE_IMAGE") }],
  ["InvalidImageId.Malformed", "DescribeImages", { ImageIds: ["golden"] }],
  ["InvalidImageId.Malformed", "DescribeImages", { ImageIds: ["img-GOLDEN01"] }],
  ["InvalidFilter", "DescribeImages", filter("colour", "red")],
  ["InvalidFilterValue.LimitExceeded", "DescribeImages", { Filters: eleven }],
  ["InvalidFilterValue.LimitExceeded", "DescribeImages",
    filter("image-name", "a", "b", "c", "d", "e", "f")],
  ["FailedOperation.IllegalTagKey", "DescribeImages", filter("tag:", "x")],
  ["InvalidInstanceType.Malformed", "DescribeImages", { InstanceType: "big" }],
  ["InvalidParameterValue.LimitExceeded", "DescribeImages", { Limit: 101 }],
  ["InvalidParameterValue.LimitExceeded", "DescribeImages", { ImageIds: many }],
  ["InvalidParameterValue", "DescribeImages", { Offset: -1 }],
  ["InvalidParameter", "DescribeImages", { Limit: "10" }],
  ["InvalidParameter", "DescribeImages", { ImageIds: "img-golden01" }],
  ["InvalidParameter", "DescribeImages", { Filters: { Name: "image-name" } }],
  ["UnknownParameter", "DescribeImages", { Filters: [{ Name: "a", Values: ["b"], Value: "c" }] }],
]);

const sync = (id, ...DestinationRegions) => ({ ImageIds: [id], DestinationRegions });
refusals(cvm, [
  ["MissingParameter", "SyncImages", { ImageIds: ["img-golden01"] }],
  ["InvalidParameterValue.LimitExceeded", "SyncImages",
    { ImageIds: ["img-golden01", "img-golden02"], DestinationRegions: ["ap-beijing"] }],
  ["InvalidImageId.Malformed", "SyncImages", sync("golden", "ap-beijing")],
  ["InvalidImageId.NotFound", "SyncImages", sync("img-zzzzzzzz", "ap-beijing")],
  ["InvalidImageId.NotFound", "SyncImages", sync("img-other002", "ap-guangzhou")],
  ["InvalidImageId.IncorrectState", "SyncImages", sync("img-failed01", "ap-beijing")],
  ["FailedOperation.InvalidImageState", "SyncImages", sync("img-copied01", "ap-shanghai")],
  ["InvalidParameter.InstanceImageNotSupport", "SyncImages", sync("img-whole001", "ap-beijing")],
  ["UnsupportedOperation.EncryptedImagesNotSupported", "SyncImages",
    sync("img-encrypt1", "ap-beijing")],
  ["InvalidParameterValue.InvalidImageId", "SyncImages", sync("img-debian12", "ap-beijing")],
  ["InvalidParameterValue.InvalidRegion", "SyncImages", sync("img-golden01", "ap-guangzhou")],
  ["InvalidParameterValue.InvalidRegion", "SyncImages", sync("img-other001", "ap-beijing")],
  ["InvalidRegion.NotFound", "SyncImages", sync("img-golden01", "ap-moon")],
  ["InvalidRegion.Unavailable", "SyncImages", sync("img-golden01", "ap-taipei")],
  ["UnsupportedOperation.Region", "SyncImages", sync("img-golden01", "ap-hongkong")],
  ["UnsupportedOperation.Region", "SyncImages", sync("img-golden01", "ap-shanghai-fsi")],
  ["InvalidParameterValue.TooLarge", "SyncImages",
    { ...sync("img-golden01", "ap-beijing"), ImageName: long(61) }],
]);

const exported = (id, more = {}) => ({ BucketName: bucket.Bucket, ImageIds: [id], ...more });
refusals(cvm, [
  ["MissingParameter", "ExportImages", { ImageIds: ["img-golden01"] }],
  ["InvalidParameter.ImageIdsSnapshotIdsMustOne", "ExportImages", { BucketName: bucket.Bucket }],
  ["InvalidParameter.ImageIdsSnapshotIdsMustOne", "ExportImages",
    exported("img-golden01", { SnapshotIds: [systemA.SnapshotId] })],
  ["InvalidImageId.Malformed", "ExportImages", exported("golden")],
  ["InvalidImageId.NotFound", "ExportImages", exported("img-zzzzzzzz")],
  ["InvalidParameterValue.BucketNotFound", "ExportImages",
    exported("img-golden01", { BucketName: "none-1250000000" })],
  ["InvalidParameterValue.BucketNotFound", "ExportImages",
    exported("img-golden01", { BucketName: "far-1250000000" })],
  ["InvalidParameterValue.InvalidBucketPermissionForExport", "ExportImages",
    exported("img-golden01", { BucketName: "closed-1250000000" })],
  ["AuthFailure.CamRoleNameAuthenticateFailed", "ExportImages",
    exported("img-golden01", { RoleName: "nobody" })],
  ["InvalidParameterValue.InvalidFileNamePrefixList", "ExportImages",
    exported("img-golden01", { FileNamePrefixList: ["a", "b"] })],
  ["InvalidParameterValue", "ExportImages", exported("img-golden01", { ExportFormat: "ISO" })],
  ["InvalidParameterValue.InvalidImageState", "ExportImages", exported("img-failed01")],
  ["InvalidParameterValue.InvalidImageState", "ExportImages", exported("img-copied01")],
  ["UnsupportedOperation.WindowsImageExportUnsupported", "ExportImages", exported("img-windows1")],
  ["UnsupportedOperation.RedHatImageExportUnsupported", "ExportImages", exported("img-redhat01")],
  ["UnsupportedOperation.MarketImageExportUnsupported", "ExportImages", exported("img-market01")],
  ["UnsupportedOperation.PublicImageExportUnsupported", "ExportImages", exported("img-debian12")],
  ["UnsupportedOperation.SharedImageExportUnsupported", "ExportImages", exported("img-other001")],
  ["UnsupportedOperation.EncryptedImagesNotSupported", "ExportImages", exported("img-encrypt1")],
  ["UnsupportedOperation.ImageTooLargeExportUnsupported", "ExportImages",
    exported("img-large001")],
  ["UnsupportedOperation.ImageTooLargeExportUnsupported", "ExportImages",
    exported("img-whole006")],
]);

const remove = (...ImageIds) => ({ ImageIds });
refusals(cvm, [
  ["MissingParameter", "DeleteImages", {}],
  ["InvalidImageId.Malformed", "DeleteImages", remove("img-golden01", "golden")],
  ["InvalidImageId.NotFound", "DeleteImages", remove("img-golden01", "img-zzzzzzzz")],
  ["InvalidImageId.NotFound", "DeleteImages", remove("img-other002")],
  ["InvalidImageId.InShared", "DeleteImages", remove("img-shared01")],
  ["InvalidImageId.IncorrectState", "DeleteImages", remove("img-copied01")],
  ["InvalidParameterValue.InvalidImageIdIsShared", "DeleteImages", remove("img-other001")],
  ["InvalidParameterValue.InvalidImageId", "DeleteImages", remove("img-debian12")],
  ["InvalidParameterValue.LimitExceeded", "DeleteImages", { ImageIds: many }],
]);

const change = (ImageId, more = { ImageName: "n" }) => ({ ImageId, ...more });
refusals(cvm, [
  ["MissingParameter", "ModifyImageAttribute", { ImageName: "n" }],
  ["InvalidImageId.Malformed", "ModifyImageAttribute", change("golden")],
  ["InvalidImageId.NotFound", "ModifyImageAttribute", change("img-zzzzzzzz")],
  ["InvalidImageId.IncorrectState", "ModifyImageAttribute", change("img-failed01")],
  ["InvalidImageId.IncorrectState", "ModifyImageAttribute", change("img-shared01")],
  ["InvalidParameterValue.TooLarge", "ModifyImageAttribute",
    change("img-golden01", { ImageName: long(61) })],
  ["InvalidParameterValue.TooLarge", "ModifyImageAttribute",
    change("img-golden01", { ImageDescription: long(257) })],
  ["UnsupportedOperation.SharedImageModifyUnsupported", "ModifyImageAttribute",
    change("img-other001")],
  ["InvalidParameter", "ModifyImageAttribute", change("img-golden01", { ImageDeprecated: "yes" })],
]);

const share = (ImageId, uin = other.uin, Permission = "SHARE") =>
  ({ ImageId, AccountIds: [uin], Permission });
refusals(cvm, [
  ["MissingParameter", "ModifyImageSharePermission",
    { ImageId: "img-golden01", Permission: "SHARE" }],
  ["InvalidParameterValue", "ModifyImageSharePermission",
    share("img-golden01", other.uin, "GIVE")],
  ["FailedOperation.AccountAlreadyExists", "ModifyImageSharePermission", share("img-shared01")],
  ["FailedOperation.AccountIsYourSelf", "ModifyImageSharePermission",
    share("img-golden01", owner.uin)],
  ["FailedOperation.BYOLImageShareFailed", "ModifyImageSharePermission", share("img-byol0001")],
  ["InvalidAccountId.NotFound", "ModifyImageSharePermission", share("img-golden01", "999")],
  ["InvalidParameterValue.LimitExceeded", "ModifyImageSharePermission",
    { ImageId: "img-golden01", AccountIds: Array(501).fill("999"), Permission: "SHARE" }],
  ["InvalidParameterValue", "ModifyImageAttribute",
    { ImageId: "img-golden01", ImageName: "two\nlines" }],
  ["InvalidAccountId.NotFound", "ModifyImageSharePermission", share("img-golden01", "me")],
  ["InvalidImageId.Malformed", "ModifyImageSharePermission", share("golden")],
  ["InvalidImageId.NotFound", "ModifyImageSharePermission", share("img-zzzzzzzz")],
  ["InvalidParameter.InstanceImageNotSupport", "ModifyImageSharePermission",
    share("img-whole001")],
  ["InvalidParameterValue.InvalidImageState", "ModifyImageSharePermission",
    share("img-failed01")],
  ["UnsupportedOperation.EncryptedImagesNotSupported", "ModifyImageSharePermission",
    share("img-encrypt1")],
  ["UnauthorizedOperation.ImageNotBelongToAccount", "ModifyImageSharePermission",
    share("img-other001")],
  ["MissingParameter", "DescribeImageSharePermission", {}],
  ["InvalidImageId.Malformed", "DescribeImageSharePermission", { ImageId: "golden" }],
  ["InvalidImageId.NotFound", "DescribeImageSharePermission", { ImageId: "img-zzzzzzzz" }],
  ["UnauthorizedOperation.ImageNotBelongToAccount", "DescribeImageSharePermission",
    { ImageId: "img-other001" }],
  ["UnknownParameter", "DescribeImageQuota", { Zone: "ap-guangzhou-3" }],
]);

test("an account in arrears cannot make images", async () => {
  const theirCvm = cloud.cvm({ key: other });
  await refused("InvalidAccount.InsufficientBalance", () =>
    theirCvm.CreateImage({ ImageName: "n", InstanceId: "ins-arrears1" }));
});

test("what is full takes no more", async () => {
  const limits = "[limits]\nimages_per_region = 1\nexports_running = 1\nshares_per_image = 0";
  const top = `${held}source_busy_during_export = false\n${limits}`;
  const there = image("img-there001").replace("ap-guangzhou", "ap-beijing");
  const full = await startCloud({ world: world({ top, owner: image("img-golden01") + there }) });
  const client = full.cvm();
  await refused("ImageQuotaLimitExceeded", () => client.CreateImage(create({ InstanceId })));
  await refused("ImageQuotaLimitExceeded",
    () => client.SyncImages(sync("img-golden01", "ap-beijing")));
  await client.ExportImages(exported("img-golden01"));
  await refused("LimitExceeded.ExportImageTaskLimitExceeded",
    () => client.ExportImages(exported("img-golden01")));
  await refused("OverQuota", () => client.ModifyImageSharePermission(share("img-golden01")));
});

test("in a world of unique names a name is taken once", async () => {
  const top = `${held}image_names_unique = true\ndry_run = "error"\n`;
  const strict = await startCloud({
    world: world({ top, owner: image("img-golden01") + image("img-golden02") }),
  });
  const client = strict.cvm();
  const ImageName = "golden02";
  await refused("InvalidImageName.Duplicate",
    () => client.CreateImage({ ImageName, InstanceId }));
  await refused("InvalidImageName.Duplicate",
    () => client.ModifyImageAttribute({ ImageId: "img-golden01", ImageName }));
  await client.SyncImages({ ...sync("img-golden01", "ap-beijing"), ImageName });
  await refused("InvalidImageName.Duplicate",
    () => client.SyncImages({ ...sync("img-golden02", "ap-beijing"), ImageName }));
  const error = await refused("DryRunOperation",
    () => client.CreateImage(create({ InstanceId, DryRun: true })));
  assert.notEqual(error.message, "");
});
