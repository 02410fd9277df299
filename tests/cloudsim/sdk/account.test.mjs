// Who we are and where the cloud is: sts GetCallerIdentity, region DescribeRegions; and that the
// clients' signatures and host names are looked at.
import assert from "node:assert/strict";
import test from "node:test";

import { refused, startCloud } from "./support/cloud.mjs";
import { other, owner } from "./support/world.mjs";

const cloud = await startCloud();

test("GetCallerIdentity tells the account of a key", async () => {
  for (const key of [owner, other]) {
    const identity = await cloud.sts({ key }).GetCallerIdentity();
    assert.equal(identity.AccountId, key.uin);
    assert.equal(identity.UserId, key.uin);
    assert.equal(identity.PrincipalId, key.uin);
    assert.equal(identity.Arn, `qcs::cam::uin/${key.uin}:root`);
  }
});

test("DescribeRegions names the regions of cvm", async () => {
  const { RegionSet, TotalCount } = await cloud.region().DescribeRegions({ Product: "cvm" });
  assert.equal(RegionSet.length, TotalCount);
  const guangzhou = RegionSet.find(({ Region }) => Region === "ap-guangzhou");
  assert.equal(guangzhou.RegionState, "AVAILABLE");
  await refused("MissingParameter", () => cloud.region().DescribeRegions());
});

test("an endpoint of one region and the address itself are served too", async () => {
  for (const host of ["cvm.ap-shanghai.tencentcloudapi.com", cloud.url.host]) {
    const { ImageNumQuota } = await cloud.cvm({ host }).DescribeImageQuota();
    assert.equal(ImageNumQuota, 500);
  }
});

test("a wrong key, secret or token is refused", async () => {
  const as = (key) => () => cloud.cvm({ key: { ...owner, ...key } }).DescribeImageQuota();
  await refused("AuthFailure.SignatureFailure", as({ secretKey: "wrong" }));
  await refused("AuthFailure.SecretIdNotFound", as({ secretId: "AKIDnobody" }));
  await refused("AuthFailure.TokenFailure", as({ token: "wrong" }));
});

test("a finance region is reached by its own endpoint only", async () => {
  const finance = { region: "ap-shanghai-fsi" };
  await refused("UnsupportedRegion", () => cloud.cvm(finance).DescribeImageQuota());
  const host = "cvm.ap-shanghai-fsi.tencentcloudapi.com";
  await cloud.cvm({ ...finance, host }).DescribeImageQuota();
  await refused("UnsupportedRegion", () => cloud.cvm({ host }).DescribeImageQuota());
});

test("the requests log tells the vendor's host name and action", async () => {
  await cloud.cvm({ region: "ap-tokyo" }).DescribeImages({ Limit: 1 });
  const record = cloud.requests().findLast(({ action }) => action === "DescribeImages");
  assert.equal(record.region, "ap-tokyo");
  assert.equal(record.account, owner.uin);
});
