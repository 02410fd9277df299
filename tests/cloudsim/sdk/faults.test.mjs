// Faults as the SDKs feel them, and the keys of an instance's role.
import assert from "node:assert/strict";
import test from "node:test";
import { setTimeout } from "node:timers/promises";

import { refused, startCloud, until } from "./support/cloud.mjs";
import { sdk } from "./support/sdk.mjs";
import {
  bucket, held, image, instance, instanceId as InstanceId, owner, world,
} from "./support/world.mjs";

const fault = (keys) => `[[fault]]\n${keys}\n`;
const inRegion = (region, keys) =>
  fault(`action = "DescribeImages"\nregion = "${region}"\n${keys}`);
const faults = [
  inRegion("ap-bangkok", 'kind = "http-500"\nstatus = 502'),
  inRegion("ap-tokyo", 'kind = "reset"'),
  inRegion("ap-seoul", 'kind = "lost-before"'),
  inRegion("ap-jakarta", 'kind = "garbage"'),
  inRegion("ap-singapore", 'kind = "truncated"'),
  inRegion("na-ashburn", 'kind = "truncated"\nreset = true'),
  inRegion("ap-hongkong", 'kind = "error"\ncode = "ResourceUnavailable"\nmessage = "later"'),
  inRegion("ap-beijing", 'kind = "slow"\ndelay = "300ms"'),
  inRegion("ap-nanjing", 'kind = "error"\ncode = "InternalError"\nnth = [1, 3]'),
  fault('action = "CreateImage"\nkind = "lost-after"\nnth = 1'),
  fault('action = "CreateImage"\nkind = "lost-after"\nreset = true\nnth = 2'),
  fault('action = "CreateImage"\nkind = "lost-late"\ndelay = "2s"\nnth = 3'),
  fault('action = "SyncImages"\nkind = "error-after"\ncode = "InternalError"'),
  fault('action = "StopInstances"\nkind = "task-hangs"'),
  fault('action = "cos:HeadObject"\nkind = "error"\nstatus = 403\ncode = "AccessDenied"'),
  fault('kind = "region-gone"\nregion = "eu-frankfurt"'),
].join("");
const role = '[[account.role]]\nname = "backup"\nlifetime = "6h"\n';
const worker = instance("ins-00000009", 'cam_role = "backup"') + instance("ins-00000008");
const cloud = await startCloud({
  speed: 1,
  faults,
  world: world({ top: held, owner: role + worker + image("img-golden01") }),
});
const inTheRegion = (region) => () => cloud.cvm({ region }).DescribeImages({ Limit: 1 });

test("an answer of HTTP is not one of the cloud", async () => {
  await assert.rejects(inTheRegion("ap-bangkok"), { httpCode: 502 });
});

test("connections break", async () => {
  await assert.rejects(inTheRegion("ap-tokyo"), /ECONNRESET|socket hang up/);
  await assert.rejects(inTheRegion("ap-seoul"), /socket hang up|ECONNRESET/);
  await assert.rejects(inTheRegion("eu-frankfurt"), /socket hang up|ECONNRESET/);
});

test("bodies are spoilt", async () => {
  await assert.rejects(inTheRegion("ap-jakarta"), /invalid json/);
  // The SDK waits for the rest until its time is up, although the connection has ended.
  const profile = { httpProfile: { reqTimeout: 1 } };
  const impatient = cloud.cvm({ region: "ap-singapore", profile });
  await assert.rejects(impatient.DescribeImages(), /timeout|Premature close|aborted/);
  await assert.rejects(
    cloud.cvm({ region: "na-ashburn", profile }).DescribeImages(),
    /ECONNRESET|aborted|timeout|Premature close/);
});

test("any error code is told, for the n-th calls only if so asked", async () => {
  const error = await refused("ResourceUnavailable", inTheRegion("ap-hongkong"));
  assert.equal(error.message, "later");
  await refused("InternalError", inTheRegion("ap-nanjing"));
  await inTheRegion("ap-nanjing")();
  await refused("InternalError", inTheRegion("ap-nanjing"));
  await inTheRegion("ap-nanjing")();
});

test("a slow answer comes late", async () => {
  const began = process.hrtime.bigint();
  await inTheRegion("ap-beijing")();
  assert(process.hrtime.bigint() - began >= 300_000_000n);
});

test("work is done although the answer is lost or an error", async () => {
  const cvm = cloud.cvm();
  const named = async (client, name) =>
    (await client.DescribeImages({ Filters: [{ Name: "image-name", Values: [name] }] })).TotalCount;
  await assert.rejects(cvm.CreateImage({ ImageName: "lost", InstanceId }), /hang up|ECONNRESET/);
  assert.equal(await named(cvm, "lost"), 1);
  const again = { ImageName: "torn", InstanceId: "ins-00000009" };
  await assert.rejects(cvm.CreateImage(again), /ECONNRESET|hang up/);
  assert.equal(await named(cvm, "torn"), 1);
  await refused("InternalError", () => cvm.SyncImages({
    ImageIds: ["img-golden01"], DestinationRegions: ["ap-shanghai"], ImageName: "copied",
  }));
  assert.equal(await named(cloud.cvm({ region: "ap-shanghai" }), "copied"), 1);
});

test("work is done after its answer was lost", async () => {
  const cvm = cloud.cvm();
  const made = async () => (await cvm.DescribeImages(
    { Filters: [{ Name: "image-name", Values: ["late"] }] })).TotalCount;
  const late = { ImageName: "late", InstanceId: "ins-00000008" };
  await assert.rejects(cvm.CreateImage(late), /hang up|ECONNRESET/);
  assert.equal(await made(), 0);
  // Seldom enough for the rate of DescribeImages.
  await until("the image", async () => {
    await setTimeout(100);
    return await made() === 1;
  });
  const records = cloud.requests().filter((record) => record.fault === "lost-late");
  assert.deepEqual(records.map(({ code }) => code), ["fault", ""]);
  assert.equal(records[0].request_id, records[1].request_id);
});

test("neighbouring seeds tell different stories, the same seed the same", async () => {
  const madeWith = async (seed) => {
    const fresh = await startCloud({ speed: 1, seed, world: world({ top: held }) });
    const { ImageId } = await fresh.cvm().CreateImage({ ImageName: "n", InstanceId });
    await fresh.stop();
    return ImageId.slice("img-".length);
  };
  const [fifth, again, sixth] = [await madeWith(5), await madeWith(5), await madeWith(6)];
  assert.equal(again, fifth);
  assert(!sixth.startsWith(fifth.slice(1)), `${fifth} ${sixth}`);
});

test("COS is struck too", async () => {
  const cos = cloud.cos();
  await cos.putObject({ ...bucket, Key: "a", Body: "text" });
  await assert.rejects(cos.headObject({ ...bucket, Key: "a" }), { statusCode: 403 });
  const { Body } = await cos.getObject({ ...bucket, Key: "a" });
  assert.equal(`${Body}`, "text");
});

test("the log names the fault that struck", () => {
  const struck = cloud.requests().filter(({ fault: name }) => name !== "").map((one) => one.fault);
  for (const name of ["http-500", "reset", "lost-after", "error-after", "slow", "region-gone"]) {
    assert(struck.includes(name), name);
  }
});

test("the SDK gets the keys of an instance's role from the metadata service", async () => {
  const common = "tencentcloud-sdk-nodejs-common/tencentcloud/common";
  const fetch = sdk(`${common}/http/fetch.js`);
  const real = fetch.default;
  fetch.default = (url, options) => real(url, { ...options, agent: cloud.agent });
  let key;
  try {
    const CvmRoleCredential = sdk(`${common}/cvm_role_credential.js`).default;
    key = await new CvmRoleCredential().getCredential();
  } finally {
    fetch.default = real;
  }
  const identity = await cloud.sts({ key }).GetCallerIdentity();
  assert.equal(identity.AccountId, owner.uin);
  assert.equal(identity.Type, "CAMRole");
  await cloud.cvm({ key }).DescribeImages();
  await cloud.cos({ key }).headBucket(bucket);
  await refused("AuthFailure.TokenFailure",
    () => cloud.cvm({ key: { ...key, token: undefined } }).DescribeImages());
});
