// The daemon's signer (daemon/cloud/sign.hpp) gives the Authorization header that the vendor's SDKs
// give, byte for byte, for thousands of random requests.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import test from "node:test";

import { Random } from "./support/random.mjs";
import { build, clientClass, sdk } from "./support/sdk.mjs";

const count = 5000;
const seed = Number(process.env.CVMBACKUP_SEED ?? 20270104);
console.log(`seed ${seed}; CVMBACKUP_SEED=NUMBER chooses another`);

const alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const odd = " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~\t\u007f\u0000\u2028éßÅİ腾讯云名前한국어😀🇯🇵";
const anything = alphanumeric + odd;

// Our signer's Authorization header of each request, in one run of the program.
function ours(requests) {
  const program = path.join(build, "tests/unit/cloud/sign_lines");
  const input = requests.map((request) => JSON.stringify(request)).join("\n");
  const options = { input, encoding: "utf8", maxBuffer: 2 ** 28 };
  return execFileSync(program, options).trimEnd().split("\n");
}

function compare(samples) {
  const signed = ours(samples.map(({ request }) => request));
  assert.equal(signed.length, samples.length);
  samples.forEach(({ request, theirs }, i) => {
    assert.equal(signed[i], theirs, `sample ${i}: ${JSON.stringify(request)}`);
  });
  assert.equal(new Set(signed).size, samples.length);
}

const keyOf = (random) => ({
  secretId: `AKID${random.text(alphanumeric, 10, 40)}`,
  secretKey: random.text(alphanumeric, 16, 48),
  token: random.of([undefined, random.text(alphanumeric, 20, 400)]),
});

function randomValue(random, depth) {
  const kind = random.between(0, depth > 0 ? 6 : 4);
  const inner = () => randomValue(random, depth - 1);
  const some = () => Array.from({ length: random.between(0, 4) });
  switch (kind) {
    case 0: return random.between(-1e9, 1e15);
    case 1: return random.next() < 0.5;
    case 2: return random.next() * 1e6;
    case 3: return null;
    case 4: return random.text(anything, 0, random.next() < 0.01 ? 9000 : 60);
    case 5: return some().map(inner);
    default: return Object.fromEntries(some().map(() => [random.text(anything, 1, 12), inner()]));
  }
}

// What the SDK's client sends for an action, with the clock at `timestamp`.
async function sentBy(client, action, body, timestamp) {
  const fetch = sdk("tencentcloud-sdk-nodejs-common/tencentcloud/common/http/fetch.js");
  const real = { fetch: fetch.default, getTime: Date.prototype.getTime };
  let sent;
  fetch.default = async (url, options) => {
    sent = { url, ...options };
    return { status: 200, headers: new Map(), json: async () => ({ Response: {} }) };
  };
  Date.prototype.getTime = () => timestamp * 1000 + 999;
  try {
    await client.request(action, body);
  } finally {
    fetch.default = real.fetch;
    Date.prototype.getTime = real.getTime;
  }
  return sent;
}

// Half of the requests keep the key and the day of the one before, as a daemon's do.
async function apiSample(random, before) {
  const service = random.of(["cvm", "cvm", "sts", "cbs", "tat", "region"]);
  const region = random.of(["ap-guangzhou", "ap-shanghai-fsi", "na-ashburn", null]);
  const middle = random.of(["", ".internal", ".intl", region === null ? "" : `.${region}`]);
  const host = `${service}${middle}.tencentcloudapi.com`;
  const keeps = before !== undefined && random.next() < 0.5;
  const key = keeps ? before.key : keyOf(random);
  const Client = clientClass("cvm");
  const profile = { language: random.of([undefined, "en-US"]), httpProfile: { endpoint: host } };
  const client = new Client({
    credential: { secretId: key.secretId, secretKey: key.secretKey, token: key.token },
    region,
    profile,
  });
  const body = Object.fromEntries(
    Array.from({ length: random.between(0, 6) }, () =>
      [random.text(alphanumeric, 1, 20), randomValue(random, 3)]));
  const timestamp = keeps
    ? before.request.timestamp + random.between(0, 30000)
    : random.between(0, 4102444799);  // until the end of 2099
  const action = random.text(alphanumeric, 4, 30);
  const { url, headers, body: text } = await sentBy(client, action, body, timestamp);
  assert.equal(headers["X-TC-Timestamp"], timestamp);
  assert.equal(new URL(url).host, host);
  return {
    key,
    theirs: headers.Authorization,
    request: {
      secret_id: key.secretId,
      secret_key: key.secretKey,
      service,
      host: headers.Host,
      content_type: headers["Content-Type"],
      body: text,
      timestamp,
    },
  };
}

const signable = [
  "Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Length", "Content-MD5",
  "Content-Type", "Expires", "If-Match", "If-Modified-Since", "Origin", "Range",
];
const plain = ["prefix", "marker", "max-keys", "delimiter", "encoding-type", "versionId", "uploads",
  "acl", "response-content-type", "response-cache-control", "uploadId", "partNumber", "delete"];

// Different names also when case is ignored, with random values.
function pairs(random, names, extra) {
  const chosen = new Map();
  for (let i = random.between(0, 6); i > 0; --i) {
    const name = random.next() < 0.7 ? random.of(names) : extra();
    chosen.set(name.toLowerCase(), [name, random.of(["", random.text(anything, 0, 40)])]);
  }
  return Object.fromEntries(chosen.values());
}

function cosSample(random) {
  const COS = sdk("cos-nodejs-sdk-v5");
  const { secretId, secretKey, token } = keyOf(random);
  const bucket = `${random.text("abcdefghijk-", 1, 20)}x-1250000000`;
  const headers = pairs(random, signable, () => `x-cos-meta-${random.text("abcXYZ019-_.~", 1, 9)}`);
  headers.Host = `${bucket}.cos.${random.of(["ap-guangzhou", "na-ashburn"])}.myqcloud.com`;
  if (token !== undefined) headers["x-cos-security-token"] = token;
  const params = pairs(random, plain, () => `x-${random.text("abcXYZ019-_.~", 1, 9)}`);
  const key = random.text(anything, 0, 60).replace(/^\/+/, "");
  const begin = random.between(1, 4102444799);
  const end = begin + random.between(0, 86400);
  const method = random.of(["GET", "HEAD", "PUT", "POST", "DELETE"]);
  const theirs = COS.getAuthorization({
    SecretId: secretId, SecretKey: secretKey, Method: method, Key: key, Query: params,
    Headers: { ...headers, "User-Agent": "not signed", Connection: "close" },
    KeyTime: `${begin};${end}`,
  });
  return {
    theirs,
    request: {
      secret_id: secretId, secret_key: secretKey, method, path: `/${key}`, params, headers,
      begin, end,
    },
  };
}

test(`${count} API 3.0 requests are signed as the SDK signs them`, async () => {
  const random = new Random(seed);
  const samples = [];
  for (let i = 0; i < count; ++i) samples.push(await apiSample(random, samples.at(-1)));
  compare(samples);
});

test(`${count} COS requests are signed as the SDK signs them`, () => {
  const random = new Random(seed);
  compare(Array.from({ length: count }, () => cosSample(random)));
});
