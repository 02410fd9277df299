// Instances through the SDK: lists, filters, pages, stopping and starting, and the refusals.
import assert from "node:assert/strict";
import test from "node:test";

import { refusals, startCloud, until } from "./support/cloud.mjs";
import { held, instance, instanceId, other, world } from "./support/world.mjs";

const some = instance("ins-stopped1", 'state = "STOPPED"\nname = "db-1"\ntags = { tier = "db" }') +
  instance("ins-starting", 'state = "STARTING"\nzone = "ap-guangzhou-6"');
const many = `
[[account.instances]]
count = 105
id_prefix = "ins-w"
region = "ap-beijing"
`;
const cloud = await startCloud({ world: world({ owner: some + many }) });
const cvm = cloud.cvm();
const beijing = cloud.cvm({ region: "ap-beijing" });

const filter = (Name, ...Values) => ({ Filters: [{ Name, Values }] });
const idsOf = async (request) =>
  (await cvm.DescribeInstances(request)).InstanceSet.map(({ InstanceId }) => InstanceId);
const stateOf = async (id) => {
  const { InstanceStatusSet } = await cvm.DescribeInstancesStatus({ InstanceIds: [id] });
  return InstanceStatusSet[0].InstanceState;
};

test("an instance tells its disks, tags, zone and state", async () => {
  const { InstanceSet, TotalCount } = await cvm.DescribeInstances({ InstanceIds: [instanceId] });
  assert.equal(TotalCount, 1);
  const [web] = InstanceSet;
  assert.equal(web.InstanceName, "web-1");
  assert.equal(web.InstanceState, "RUNNING");
  assert.equal(web.Placement.Zone, "ap-guangzhou-3");
  assert.deepEqual(web.Tags, [{ Key: "tier", Value: "web" }]);
  assert.equal(web.SystemDisk.DiskId, "disk-00000001");
  assert.equal(web.SystemDisk.DiskSize, 50);
  assert.deepEqual(web.DataDisks.map(({ DiskId, DiskSize }) => [DiskId, DiskSize]), [
    ["disk-00000002", 100],
  ]);
  assert.match(web.CreatedTime, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
});

test("filters choose", async () => {
  for (const [request, expected] of [
    [filter("instance-id", instanceId, "ins-stopped1"), [instanceId, "ins-stopped1"]],
    [filter("instance-name", "db-1"), ["ins-stopped1"]],
    [filter("instance-state", "STOPPED"), ["ins-stopped1"]],
    [filter("tag-key", "tier"), [instanceId, "ins-stopped1"]],
    [filter("tag-value", "db"), ["ins-stopped1"]],
    [filter("tag:tier", "web", "db"), [instanceId, "ins-stopped1"]],
    [filter("zone", "ap-guangzhou-6"), ["ins-starting"]],
    [filter("instance-charge-type", "PREPAID"), []],
    [{ Filters: [...filter("tag-key", "tier").Filters, ...filter("tag-value", "x").Filters] },
      []],
    [{ InstanceIds: ["ins-zzzzzzzz"] }, []],
  ]) {
    assert.deepEqual((await idsOf(request)).sort(), [...expected].sort(), JSON.stringify(request));
  }
});

test("pages are of 20 unless asked for otherwise, of 100 at most, and complete", async () => {
  const page = async (request) => {
    const { InstanceSet, TotalCount } = await beijing.DescribeInstances(request);
    assert.equal(TotalCount, 105);
    return InstanceSet.map(({ InstanceId }) => InstanceId);
  };
  assert.equal((await page({})).length, 20);
  const all = [...await page({ Limit: 100 }), ...await page({ Offset: 100, Limit: 100 })];
  assert.equal(new Set(all).size, 105);
  assert.deepEqual(await page({ Offset: 105 }), []);
  const { InstanceStatusSet } = await beijing.DescribeInstancesStatus({ Limit: 100 });
  assert.equal(InstanceStatusSet.length, 100);
});

test("another account and another region see nothing of it", async () => {
  const theirs = await cloud.cvm({ key: other }).DescribeInstances();
  assert.deepEqual(theirs.InstanceSet, []);
  const elsewhere = await cloud.cvm({ region: "ap-tokyo" }).DescribeInstances();
  assert.equal(elsewhere.TotalCount, 0);
});

test("an instance is stopped, charged or not, and started again", async () => {
  for (const StoppedMode of ["KEEP_CHARGING", "STOP_CHARGING"]) {
    await cvm.StopInstances({ InstanceIds: [instanceId], StopType: "SOFT_FIRST", StoppedMode });
    await until("it is STOPPED", async () => (await stateOf(instanceId)) === "STOPPED");
    const { InstanceSet } = await cvm.DescribeInstances({ InstanceIds: [instanceId] });
    assert.equal(InstanceSet[0].StopChargingMode, StoppedMode);
    assert.equal(InstanceSet[0].LatestOperation, "StopInstances");
    assert.equal(InstanceSet[0].LatestOperationState, "SUCCESS");
    await cvm.StartInstances({ InstanceIds: [instanceId] });
    await until("it is RUNNING", async () => (await stateOf(instanceId)) === "RUNNING");
  }
});

test("what is begun shows in the state", async () => {
  const heldCloud = await startCloud({ world: world({ top: held, owner: some }) });
  const client = heldCloud.cvm();
  await client.StopInstances({ InstanceIds: [instanceId] });
  await client.StartInstances({ InstanceIds: ["ins-stopped1"] });
  const { InstanceSet } = await client.DescribeInstances();
  const states = new Map(InstanceSet.map((one) => [one.InstanceId, one]));
  assert.equal(states.get(instanceId).InstanceState, "STOPPING");
  assert.equal(states.get("ins-stopped1").InstanceState, "STARTING");
  assert.equal(states.get("ins-stopped1").LatestOperationState, "OPERATING");
});

const ids = Array.from({ length: 101 }, (_, i) => `ins-${10000000 + i}`);
for (const action of ["DescribeInstances", "DescribeInstancesStatus"]) {
  refusals(cvm, [
    ["InvalidInstanceId.Malformed", action, { InstanceIds: ["i-1"] }],
    ["InvalidParameter", action, { InstanceIds: [instanceId], ...filter("zone", "x") }],
    ["InvalidParameterValue.LimitExceeded", action, { InstanceIds: ids }],
    ["InvalidParameterValue.LimitExceeded", action, { Limit: 101 }],
    ["InvalidParameterValue", action, { Limit: 0 }],
    ["InvalidParameter", action, { Offset: "0" }],
    ["InvalidParameter", action, { Limit: 1.5 }],
    ["UnknownParameter", action, { InstanceId: instanceId }],
  ]);
}
refusals(cvm, [
  ["InvalidFilter", "DescribeInstances", filter("colour", "red")],
  ["InvalidFilterValue.LimitExceeded", "DescribeInstances",
    filter("instance-name", "a", "b", "c", "d", "e", "f")],
  ["InvalidParameterValue.InstanceIdMalformed", "DescribeInstances", filter("instance-id", "i-1")],
  ["MissingParameter", "DescribeInstances", { Filters: [{ Name: "zone" }] }],
  ["MissingParameter", "StartInstances", {}],
  ["MissingParameter", "StopInstances", { InstanceIds: [] }],
  ["InvalidInstanceId.Malformed", "StartInstances", { InstanceIds: ["i-1"] }],
  ["InvalidInstanceId.NotFound", "StopInstances", { InstanceIds: ["ins-zzzzzzzz"] }],
  ["InvalidParameterValue.LimitExceeded", "StopInstances", { InstanceIds: ids }],
  ["UnsupportedOperation.InstanceStateRunning", "StartInstances", { InstanceIds: [instanceId] }],
  ["UnsupportedOperation.InstanceStateStopped", "StopInstances",
    { InstanceIds: ["ins-stopped1"] }],
  ["UnsupportedOperation.InstanceStateStarting", "StopInstances",
    { InstanceIds: ["ins-starting"] }],
  ["InvalidParameterValue", "StopInstances", { InstanceIds: [instanceId], StopType: "KICK" }],
  ["InvalidParameterValue", "StopInstances", { InstanceIds: [instanceId], StoppedMode: "FREE" }],
]);
