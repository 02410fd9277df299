// AssumeRole through the SDK: credentials of another account, and the refusals.
import assert from "node:assert/strict";
import test from "node:test";

import { refusals, refused, startCloud } from "./support/cloud.mjs";
import { bucket, other, owner, world } from "./support/world.mjs";

const roles = `
[[account.role]]
name = "restorer"
id = "4611686018400000001"
trusts = ["${other.uin}"]
[[account.role]]
name = "closed"
`;
const cloud = await startCloud({ world: world({ owner: roles }), speed: 1 });
const sts = cloud.sts({ key: other });
const RoleArn = `qcs::cam::uin/${owner.uin}:roleName/restorer`;
const good = { RoleArn, RoleSessionName: "nightly" };

async function assumed(request = good) {
  const { Credentials, ExpiredTime, Expiration } = await sts.AssumeRole(request);
  assert.equal(Date.parse(Expiration), ExpiredTime * 1000);
  const { TmpSecretId: secretId, TmpSecretKey: secretKey, Token: token } = Credentials;
  return { secretId, secretKey, token };
}

test("a trusted account acts as the role's account", async () => {
  const key = await assumed();
  const { TotalCount } = await cloud.cvm({ key }).DescribeInstances();
  assert.equal(TotalCount, 1);
  await cloud.cos({ key }).headBucket(bucket);
});

test("GetCallerIdentity tells the role, its session and who asked for it", async () => {
  const identity = await cloud.sts({ key: await assumed() }).GetCallerIdentity();
  assert.equal(identity.Type, "CAMRole");
  assert.equal(identity.AccountId, owner.uin);
  assert.equal(identity.Arn, `qcs::sts:${owner.uin}:assumed-role/4611686018400000001`);
  assert.equal(identity.UserId, "4611686018400000001:nightly");
  assert.equal(identity.PrincipalId, other.uin);
});

test("the credentials need their token", async () => {
  const key = { ...(await assumed()), token: undefined };
  await refused("AuthFailure.TokenFailure", () => cloud.cvm({ key }).DescribeInstances());
});

test("the credentials expire", async () => {
  const key = await assumed({ ...good, DurationSeconds: 1 });
  await new Promise((resolve) => setTimeout(resolve, 1100));
  await refused("AuthFailure.TokenFailure", () => cloud.cvm({ key }).DescribeInstances());
});

const arn = (rest) => ({ ...good, RoleArn: `qcs::cam::uin/${rest}` });
refusals(sts, [
  ["UnauthorizedOperation", "AssumeRole", arn(`${owner.uin}:roleName/closed`)],
  ["ResourceNotFound.RoleNotFound", "AssumeRole", arn(`${owner.uin}:roleName/none`)],
  ["InvalidParameter.AccountNotAvaliable", "AssumeRole", arn("9:roleName/none")],
  ["InvalidParameter.ParamError", "AssumeRole", { ...good, RoleArn: "restorer" }],
  ["InvalidParameter.ParamError", "AssumeRole", { ...good, RoleSessionName: "a b" }],
  ["InvalidParameter.OverTimeError", "AssumeRole", { ...good, DurationSeconds: 43201 }],
  ["UnsupportedOperation", "AssumeRole", { ...good, Policy: "{}" }],
  ["MissingParameter", "AssumeRole", { RoleArn }],
]);
