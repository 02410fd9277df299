// A restore through the SDK: import, launch, reinstall and terminate, image families, and the
// refusals of each.
import assert from "node:assert/strict";
import test from "node:test";

import { refusals, refused, startCloud, until } from "./support/cloud.mjs";
import { bucket, image, instance, instanceId, world } from "./support/world.mjs";

const more = image("img-arm00001", 'architecture = "arm"') +
  image("img-whole001", "data_disks = [20]") + image("img-family01", 'family = "web"') +
  instance("ins-prepaid1", 'charge_type = "PREPAID"') +
  instance("ins-keeper01", "disable_api_termination = true");
const subnet = `
[[account.subnet]]
id = "subnet-home0001"
vpc = "vpc-home0001"
zone = "ap-guangzhou-3"
range = "10.7.0.0/28"
`;
const cloud = await startCloud({ world: world({ owner: more + subnet }) });
const cvm = cloud.cvm();

const url = (key) => `https://${bucket.Bucket}.cos.${bucket.Region}.myqcloud.com/${key}`;
const debian = { Architecture: "x86_64", OsType: "Debian", OsVersion: "12" };
const place = { Placement: { Zone: "ap-guangzhou-3" } };
const launch = { ...place, ImageId: "img-debian12" };
const imageNamed = async (name) => {
  const Filters = [{ Name: "image-name", Values: [name] }];
  const { ImageSet } = await cvm.DescribeImages({ Filters });
  return ImageSet.find(({ ImageName }) => ImageName === name);
};
const machine = async (id) => (await cvm.DescribeInstances({ InstanceIds: [id] })).InstanceSet[0];
const inState = (id, state) => until(`${id} is ${state}`, async () => {
  const found = await machine(id);
  return found?.InstanceState === state && found;
});

test("DescribeImportImageOs lists what ImportImage takes", async () => {
  const answer = await cvm.DescribeImportImageOs();
  const { ImportImageOsListSupported: types, ImportImageOsVersionSet: versions } = answer;
  assert.deepEqual(
    versions.map(({ OsName }) => OsName).sort(), [...types.Windows, ...types.Linux].sort());
});

test("an uploaded disk is imported, launched, reinstalled and destroyed", async () => {
  await cloud.cos().putObject({ ...bucket, Key: "disk.raw", Body: "bytes" });
  await cvm.ImportImage({ ...debian, ImageName: "back", ImageUrl: url("disk.raw") });
  const { ImageId, ImageSource } = await until("the image is NORMAL", async () => {
    const found = await imageNamed("back");
    return found?.ImageState === "NORMAL" && found;
  });
  assert.equal(ImageSource, "EXTERNAL_IMPORT");

  const LoginSettings = { KeepImageLogin: "true" };
  const request = { ...place, ImageId, LoginSettings, ClientToken: "restore-1" };
  const { InstanceIdSet } = await cvm.RunInstances(request);
  assert.deepEqual((await cvm.RunInstances(request)).InstanceIdSet, InstanceIdSet);
  const [id] = InstanceIdSet;
  const before = await inState(id, "RUNNING");
  assert.equal(before.OsName, "Debian 12 64bit");
  assert.equal(before.ImageId, ImageId);

  await cvm.ResetInstance({ InstanceId: id, ImageId: "img-ubuntu22" });
  const after = await until("the machine is reinstalled", async () => {
    const found = await machine(id);
    return found.LatestOperation === "ResetInstance" &&
      found.LatestOperationState === "SUCCESS" && found;
  });
  assert.equal(after.OsName, "Ubuntu 22.04 64bit");
  assert.notEqual(after.SystemDisk.DiskId, before.SystemDisk.DiskId);

  await cvm.TerminateInstances({ InstanceIds: [id] });
  await until("the machine is gone", async () => (await machine(id)) === undefined);
});

test("an object that is not there fails late", async () => {
  await cvm.ImportImage({ ...debian, ImageName: "nothing", ImageUrl: url("missing.raw") });
  await until("the import failed", async () =>
    (await imageNamed("nothing"))?.ImageState === "IMPORTFAILED");
});

test("data disks come back from the snapshots of a whole-machine image", async () => {
  const whole = await imageNamed("whole001");
  const { SnapshotId, DiskSize } =
    whole.SnapshotSet.find(({ DiskUsage }) => DiskUsage === "DATA_DISK");
  const DataDisks = [{ DiskType: "CLOUD_PREMIUM", DiskSize: DiskSize + 10, SnapshotId }];
  const request = { ...place, ImageId: whole.ImageId, DataDisks };
  const { InstanceIdSet } = await cvm.RunInstances(request);
  const { DataDisks: made } = await inState(InstanceIdSet[0], "RUNNING");
  assert.deepEqual(made.map((disk) => disk.DiskSize), [30]);
});

test("a machine is launched in a network of the world, at its old address", async () => {
  const VirtualPrivateCloud = {
    VpcId: "vpc-home0001", SubnetId: "subnet-home0001", PrivateIpAddresses: ["10.7.0.9"],
  };
  const { InstanceIdSet: [id] } = await cvm.RunInstances({ ...launch, VirtualPrivateCloud });
  const { PrivateIpAddresses } = await inState(id, "RUNNING");
  assert.deepEqual(PrivateIpAddresses, ["10.7.0.9"]);
  await refused("VpcIpIsUsed", () => cvm.RunInstances({ ...launch, VirtualPrivateCloud }));
});

test("a prepaid instance is recycled before it is destroyed", async () => {
  await cvm.TerminateInstances({ InstanceIds: ["ins-prepaid1"] });
  const { IsolatedSource } = await inState("ins-prepaid1", "SHUTDOWN");
  assert.equal(IsolatedSource, "MANMADE");
  await cvm.TerminateInstances({ InstanceIds: ["ins-prepaid1"] });
  await until("it is gone", async () => (await machine("ins-prepaid1")) === undefined);
});

test("a family tells its newest image, or null", async () => {
  const { Image } = await cvm.DescribeImageFromFamily({ ImageFamily: "web" });
  assert.equal(Image.ImageId, "img-family01");
  assert.equal((await cvm.DescribeImageFromFamily({ ImageFamily: "none" })).Image, null);
});

test("a dry run launches nothing", async () => {
  const count = async () => (await cvm.DescribeInstances({ Limit: 1 })).TotalCount;
  const before = await count();
  await cvm.RunInstances({ ...launch, DryRun: true });
  assert.equal(await count(), before);
});

const home = { VpcId: "vpc-home0001", SubnetId: "subnet-home0001" };
const inNetwork = (network) => ({ ...launch, VirtualPrivateCloud: { ...home, ...network } });
const imported = { ...debian, ImageName: "n", ImageUrl: url("disk.raw") };
const disk = { DiskSize: 20, SnapshotId: "snap-99999999" };
refusals(cvm, [
  ["InvalidImageOsType.Unsupported", "ImportImage", { ...imported, OsType: "VMS" }],
  ["InvalidImageOsVersion.Unsupported", "ImportImage", { ...imported, OsVersion: "99" }],
  ["InvalidParameter.InvalidParameterUrlError", "ImportImage", { ...imported, ImageUrl: "x" }],
  ["InvalidParameterValue.InvalidBootMode", "ImportImage", { ...imported, BootMode: "x" }],
  ["InvalidParameterValue.InvalidLicenseType", "ImportImage", { ...imported, LicenseType: "x" }],
  ["InvalidParameterValue.ISOMustImportByForce", "ImportImage",
    { ...imported, ImageUrl: url("a.iso") }],
  ["InvalidParameterValue.TooLarge", "ImportImage", { ...imported, ImageName: "n".repeat(61) }],
  ["MissingParameter", "ImportImage", debian],
  ["InvalidParameterValue.InvalidImageFamily", "DescribeImageFromFamily", {}],
  ["InvalidImageId.Malformed", "RunInstances", { ...launch, ImageId: "x" }],
  ["InvalidImageId.NotFound", "RunInstances", { ...launch, ImageId: "img-99999999" }],
  ["InvalidParameterValue.InvalidImageForGivenInstanceType", "RunInstances",
    { ...launch, ImageId: "img-arm00001" }],
  ["InvalidZone.MismatchRegion", "RunInstances",
    { ...launch, Placement: { Zone: "ap-tokyo-1" } }],
  ["InvalidParameter.SnapshotNotFound", "RunInstances", { ...launch, DataDisks: [disk] }],
  ["InvalidParameterValue.VpcIdNotExist", "RunInstances", inNetwork({ VpcId: "vpc-99999999" })],
  ["InvalidParameterValue.SubnetNotExist", "RunInstances",
    inNetwork({ SubnetId: "subnet-99999999" })],
  ["InvalidParameterValue.SubnetIdZoneIdNotMatch", "RunInstances",
    { ...inNetwork({}), Placement: { Zone: "ap-guangzhou-4" } }],
  ["InvalidParameterValue.IPAddressMalformed", "RunInstances",
    inNetwork({ PrivateIpAddresses: ["10.7"] })],
  ["VpcAddrNotInSubNet", "RunInstances", inNetwork({ PrivateIpAddresses: ["10.8.0.9"] })],
  ["FailedOperation.NoAvailableIpAddressCountInSubnet", "RunInstances",
    { ...inNetwork({}), InstanceCount: 14 }],
  ["InvalidSecurityGroupId.NotFound", "RunInstances",
    { ...launch, SecurityGroupIds: ["sg-99999999"] }],
  ["InvalidParameterValue.InstanceTypeNotFound", "RunInstances",
    { ...launch, InstanceType: "S99.HUGE9" }],
  ["InvalidParameterValue.InstanceTypeNotFound", "DescribeImages", { InstanceType: "S99.HUGE9" }],
  ["InvalidParameter.InvalidKmsKeyId", "RunInstances",
    { ...launch, SystemDisk: { Encrypt: true, KmsKeyId: "key-none" } }],
  ["InvalidClientToken.TooLong", "RunInstances", { ...launch, ClientToken: "t".repeat(65) }],
  ["InvalidParameterCombination", "RunInstances", { ...launch, ClientToken: "restore-1" }],
  ["UnsupportedOperation", "RunInstances", { ...launch, HpcClusterId: "hpc-1" }],
  ["InvalidInstanceId.NotFound", "ResetInstance", { InstanceId: "ins-99999999" }],
  ["InvalidParameter.InstanceImageNotSupport", "ResetInstance",
    { InstanceId: instanceId, ImageId: "img-whole001" }],
  ["InvalidParameterValue.Range", "ResetInstance",
    { InstanceId: instanceId, SystemDisk: { DiskSize: 10 } }],
  ["UnsupportedOperation.InstancesProtected", "TerminateInstances",
    { InstanceIds: [instanceId, "ins-keeper01"] }],
  ["InvalidInstanceId.Malformed", "TerminateInstances", { InstanceIds: ["x"] }],
]);
