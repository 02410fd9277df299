// What every action has in common: who is served, which service, version, region and parameters,
// how often, and how an answer looks. The simulated clock runs as fast as the real one.
import assert from "node:assert/strict";
import test from "node:test";

import { refusals, refused, startCloud } from "./support/cloud.mjs";
import { clientClass, sdk } from "./support/sdk.mjs";
import { simulated } from "./support/simulated.mjs";
import { image, other, owner, world } from "./support/world.mjs";

const cloud = await startCloud({ speed: 1, world: world({ owner: image("img-golden01") }) });
const cvm = cloud.cvm();

// The vendor's client for services it knows only by name.
function commonClient(endpoint, version) {
  const { CommonClient } = sdk("tencentcloud-sdk-nodejs-common");
  return new CommonClient(endpoint, version, {
    credential: owner,
    region: "ap-guangzhou",
    profile: { httpProfile: { protocol: "http://", endpoint, agent: cloud.agent } },
  });
}

test("actions, versions and services that are not there are told apart", async () => {
  const ask = (host, version, action) => () => commonClient(host, version).request(action, {});
  const host = "cvm.tencentcloudapi.com";
  await refused("InvalidAction", ask(host, "2017-03-12", "MakeCoffee"));
  await refused("NoSuchVersion", ask(host, "2017-03-13", "DescribeImages"));
  await refused("NoSuchProduct", ask("tea.tencentcloudapi.com", "2017-03-12", "DescribePots"));
  // Real, and loudly not simulated.
  const loud = await refused("UnsupportedOperation",
    ask("vpc.tencentcloudapi.com", "2017-03-12", "DescribeVpcs"));
  assert.match(loud.message, /the product vpc/);
});

for (const service of ["cvm", "cbs", "tat", "sts", "region"]) {
  test(`every action that the SDK has of ${service} is real here`, async () => {
    const names = Object.getOwnPropertyNames(clientClass(service).prototype)
      .filter((name) => /^[A-Z]/.test(name));
    const known = new Set(simulated.map(({ action }) => action));
    const client = cloud.client(service);
    const strange = [];
    for (const name of names) {
      const code = await client[name]({}).then(() => "", (error) => error.code);
      const isLoud = code === "UnsupportedOperation" || known.has(name);
      if (!isLoud || code === "InvalidAction") strange.push(`${name} answers ${code}`);
    }
    assert.deepEqual(strange, []);
  });
}

test("requests that are not simulated are refused, never answered as if they were", async () => {
  const httpProfile = { reqMethod: "GET" };
  await refused("UnsupportedOperation",
    () => cloud.cvm({ profile: { httpProfile } }).DescribeImages());
  for (const signMethod of ["HmacSHA256", "HmacSHA1"]) {
    await refused("UnsupportedOperation",
      () => cloud.cvm({ profile: { signMethod } }).DescribeImages());
  }
});

test("the region must be given and exist", async () => {
  await refused("MissingParameter", () => cloud.cvm({ region: null }).DescribeImages());
  await refused("UnsupportedRegion", () => cloud.cvm({ region: "ap-moon" }).DescribeImages());
  await cloud.sts({ region: null }).GetCallerIdentity();
});

test("an endpoint of another service is refused", async () => {
  await refused("NoSuchVersion",
    () => cloud.cvm({ host: "sts.tencentcloudapi.com" }).DescribeImages());
});

const nested = (Values) => ({ Filters: [{ Name: "image-name", ...Values }] });
refusals(cvm, [
  ["UnknownParameter", "DescribeImages", { Colour: "red" }],
  ["UnknownParameter", "DescribeImages", { limit: 1 }],
  ["UnknownParameter", "DescribeImages", nested({ Values: ["a"], Exact: true })],
  ["InvalidParameter", "DescribeImages", { Limit: true }],
  ["InvalidParameter", "DescribeImages", { Limit: "5" }],
  ["InvalidParameter", "DescribeImages", { ImageIds: [1] }],
  ["InvalidParameter", "DescribeImages", { Filters: ["image-name"] }],
  ["InvalidParameter", "DescribeImages", nested({ Values: "a" })],
  ["MissingParameter", "DescribeImages", nested({})],
]);

test("a clock that is off by more than five minutes is refused, one by less is not", async () => {
  const real = Date.prototype.getTime;
  const at = async (seconds) => {
    Date.prototype.getTime = () => Date.now() + seconds * 1000;
    try {
      return await cvm.DescribeImages();
    } finally {
      Date.prototype.getTime = real;
    }
  };
  for (const seconds of [-280, 280]) await at(seconds);
  for (const seconds of [-320, 320]) {
    await refused("AuthFailure.SignatureExpire", () => at(seconds));
  }
});

test("the message follows the language, the code does not", async () => {
  const told = async (language) => {
    const client = cloud.cvm({ profile: { language } });
    const error = await refused("InvalidImageId.Malformed",
      () => client.DescribeImages({ ImageIds: ["golden"] }));
    return error.message;
  };
  assert.match(await told("zh-CN"), /\p{Script=Han}/u);
  assert.doesNotMatch(await told("en-US"), /\p{Script=Han}/u);
});

test("every answer has a request id of its own", async () => {
  const ids = new Set();
  for (let i = 0; i < 5; ++i) ids.add((await cvm.DescribeImages({ Limit: 1 })).RequestId);
  assert.equal(ids.size, 5);
});

// So slow that all of a test falls into one simulated second.
const stillCloud = (top) => startCloud({ speed: 0.000001, world: world({ top }) });

async function admitted(client, action, request, tries) {
  let count = 0;
  for (let i = 0; i < tries; ++i) {
    try {
      await client[action](request);
      ++count;
    } catch (error) {
      assert.match(error.code, /^RequestLimitExceeded/);
    }
  }
  return count;
}

test("each action has its own rate, per endpoint and account", async () => {
  const still = await stillCloud();
  const client = still.cvm();
  assert.equal(await admitted(client, "DescribeImageQuota", {}, 15), 10);
  assert.equal(await admitted(client, "DescribeImages", { Limit: 1 }, 45), 40);
  assert.equal(await admitted(still.region(), "DescribeRegions", { Product: "cvm" }, 25), 20);
  await refused("RequestLimitExceeded", () => client.DescribeImageQuota());
  const elsewhere = still.cvm({ host: "cvm.ap-guangzhou.tencentcloudapi.com" });
  assert.equal(await admitted(elsewhere, "DescribeImageQuota", {}, 15), 10);
  assert.equal(await admitted(still.cvm({ key: other }), "DescribeImageQuota", {}, 15), 10);
});

test("a whole account has a rate, and a foreign client may eat a share of it", async () => {
  const limited = (await stillCloud("[limits]\naccount_rate = 24\nforeign_share = 0.5\n")).cvm();
  assert.equal(await admitted(limited, "DescribeImageQuota", {}, 7), 5);
  assert.equal(await admitted(limited, "DescribeInstances", {}, 15), 5);
  await refused("RequestLimitExceeded.UinLimitExceeded", () => limited.DescribeInstances());
});
