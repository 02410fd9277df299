// Every action knows every parameter that the SDK's model of its request names, by type and by
// necessity: derived from the model, so that a new version of the SDK shows what is new.
import assert from "node:assert/strict";
import test from "node:test";

import { refused, startCloud } from "./support/cloud.mjs";
import { modelOf, structureOf, wrongValue } from "./support/model.mjs";
import { simulated } from "./support/simulated.mjs";
import { bucket, held, image, instanceId, other, world } from "./support/world.mjs";

const cloud = await startCloud({ world: world({ top: held, owner: image("img-golden01") }) });

const ids = { InstanceIds: [instanceId] };
const imageId = { ImageId: "img-golden01" };
const imageIds = { ImageIds: ["img-golden01"] };
// Of each action a request with all that is necessary.
const requests = {
  cvm: {
    CreateImage: { ImageName: "n", InstanceId: instanceId },
    DeleteImages: imageIds,
    DescribeImageFromFamily: { ImageFamily: "web" },
    DescribeImageQuota: {},
    DescribeImageSharePermission: imageId,
    DescribeImages: {},
    DescribeImportImageOs: {},
    DescribeInstances: {},
    DescribeInstancesStatus: {},
    ExportImages: { BucketName: bucket.Bucket, ...imageIds },
    ImportImage: {
      Architecture: "x86_64", OsType: "Debian", OsVersion: "12", ImageName: "n",
      ImageUrl: `http://${bucket.Bucket}.cos.${bucket.Region}.myqcloud.com/a.raw`,
    },
    ModifyImageAttribute: imageId,
    ModifyImageSharePermission: { ...imageId, AccountIds: [other.uin], Permission: "SHARE" },
    ResetInstance: { InstanceId: instanceId },
    RunInstances: { Placement: { Zone: "ap-guangzhou-3" }, ...imageId },
    StartInstances: ids,
    StopInstances: ids,
    SyncImages: { ...imageIds, DestinationRegions: ["ap-beijing"] },
    TerminateInstances: ids,
  },
  cbs: {
    CopySnapshotCrossRegions: { SnapshotId: "snap-00000001", DestinationRegions: ["ap-beijing"] },
    CreateSnapshot: { DiskId: "disk-00000001" },
    CreateSnapshotGroup: { DiskIds: ["disk-00000001"] },
    DeleteSnapshotGroup: { SnapshotGroupId: "snapgroup-00000001" },
    DeleteSnapshots: { SnapshotIds: ["snap-00000001"] },
    DescribeSnapshotGroups: {},
    DescribeSnapshotOverview: {},
    DescribeSnapshots: {},
  },
  tat: {
    DescribeAutomationAgentStatus: {},
    DescribeInvocationTasks: {},
    RunCommand: { Content: "bHM=", ...ids },
  },
  region: { DescribeRegions: { Product: "cvm" } },
  sts: {
    AssumeRole: { RoleArn: "qcs::cam::uin/100000000001:roleName/b", RoleSessionName: "s" },
    GetCallerIdentity: {},
  },
};

// A parameter that is not simulated may be refused loudly before its type is looked at.
const isRefusal = ({ code }) => code === "InvalidParameter" || code === "UnsupportedOperation";
// A part of a structure besides may be found before another part that is missing.
const isKnown = (error) => isRefusal(error) || error.code === "MissingParameter";

test("no simulated action is forgotten here", () => {
  const forgotten = simulated.filter(({ service, action }) => !requests[service]?.[action]);
  assert.deepEqual(forgotten, []);
});

for (const { service, action } of simulated) {
  const request = requests[service]?.[action];
  const model = modelOf(service);
  const fields = model.get(`${action}Request`) ?? new Map();
  const call = (change) => cloud[service]()[action]({ ...request, ...change });
  const fails = (change, expected) =>
    assert.rejects(call(change), expected, JSON.stringify(change));

  test(`${service} ${action} knows its ${fields.size} parameters`, async () => {
    await refused("UnknownParameter", () => call({ Colour: "red" }));
    for (const [name, field] of fields) {
      await fails({ [name]: wrongValue(field.type) }, isRefusal);
      if (field.optional) continue;
      assert(name in request, `${name} is necessary`);
      await refused("MissingParameter", () => call({ [name]: undefined }));
    }
  });

  test(`${service} ${action} knows the parts of its structures`, async () => {
    for (const [name, field] of fields) {
      const { structure, isList } = structureOf(field.type);
      for (const [part, { type }] of model.get(structure) ?? []) {
        const value = { [part]: wrongValue(type) };
        await fails({ [name]: isList ? [value] : value }, isKnown);
      }
    }
  });
}
