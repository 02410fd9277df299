// Starts cvmcloudsim for one test file and makes the vendor's clients that talk to it.
//
//   const cloud = await startCloud({ world: world({ owner: "…" }), faults: "…", speed: 60 });
//   const { ImageSet } = await cloud.cvm().DescribeImages({ Limit: 10 });
//   await refused("InvalidImageId.NotFound", () => cloud.cvm().DeleteImages({ ImageIds }));
//   refusals(cloud.cvm(), [["InvalidImageId.Malformed", "DeleteImages", { ImageIds: ["x"] }]]);
//   await cloud.cos().headObject({ Bucket, Region, Key });
//
// The cloud ends with the test file. Clients send the vendor's real host names, only the connection
// goes to the simulated cloud. Every API 3.0 answer is held against the SDK's model (model.mjs).
// A world and faults are TOML texts; speed is simulated seconds per real second: half an hour takes
// a tenth of a second, so look at work under way in a `held` world (world.mjs). Options of clients:
// region, key (owner | other | {secretId, secretKey, token}), host, profile (the SDK's).
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import test, { after } from "node:test";

import { checkAnswer } from "./model.mjs";
import { build, clientClass, sdk } from "./sdk.mjs";
import { owner, world as standardWorld } from "./world.mjs";

export async function startCloud({
  world = standardWorld(), faults, speed = 20000, seed = 1,
} = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cvmcloudsim-"));
  const file = (name, text) => {
    fs.writeFileSync(path.join(folder, name), text);
    return path.join(folder, name);
  };
  const log = path.join(folder, "requests.jsonl");
  const args = ["--world", file("world.toml", world), "--listen", "127.0.0.1:0"];
  args.push("--speed", `${speed}`, "--seed", `${seed}`, "--requests-log", log);
  if (faults !== undefined) args.push("--faults", file("faults.toml", faults));
  // Ends with us, however we end.
  const program = path.join(build, "tests/cloudsim/cvmcloudsim");
  const child = spawn("setpriv", ["--pdeathsig", "KILL", program, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
    fs.rmSync(folder, { recursive: true, force: true });
  };
  after(stop);
  return new Cloud(await readyUrl(child, ended), child.pid, log, stop);
}

async function readyUrl(child, ended) {
  const line = await Promise.race([
    new Promise((resolve) => child.stdout.once("data", (data) => resolve(`${data}`))),
    ended.then((code) => `cvmcloudsim ended with ${code}`),
  ]);
  const [, url] = /^cvmcloudsim ready (http:\S+)$/m.exec(line) ?? [];
  assert(url, `cvmcloudsim did not start: ${line}`);
  return new URL(url);
}

class Cloud {
  constructor(url, pid, log, stop) {
    this.url = url;
    this.pid = pid;
    this.log = log;
    this.stop = stop;
    // Whatever the host name is, the connection goes to the simulated cloud.
    this.agent = new http.Agent();
    this.agent.createConnection = () => net.connect(Number(url.port), url.hostname);
  }

  cvm(options) {
    return this.client("cvm", options);
  }

  cbs(options) {
    return this.client("cbs", options);
  }

  tat(options) {
    return this.client("tat", options);
  }

  sts(options) {
    return this.client("sts", options);
  }

  region(options) {
    return this.client("region", options);
  }

  client(service, { region = "ap-guangzhou", key = owner, host, profile = {} } = {}) {
    const Client = clientClass(service);
    const endpoint = host ?? `${service}.tencentcloudapi.com`;
    const httpProfile = { protocol: "http://", endpoint, agent: this.agent, reqTimeout: 20 };
    const client = new Client({
      credential: { secretId: key.secretId, secretKey: key.secretKey, token: key.token },
      region,
      profile: { ...profile, httpProfile: { ...httpProfile, ...profile.httpProfile } },
    });
    return checked(client, service);
  }

  // Sends absolute request targets, as to a proxy, with the real Host.
  cos({ key = owner, ...options } = {}) {
    const COS = sdk("cos-nodejs-sdk-v5");
    return new COS({
      SecretId: key.secretId,
      SecretKey: key.secretKey,
      SecurityToken: key.token,
      Protocol: "http:",
      Proxy: this.url.origin,
      KeepAlive: false,
      ...options,
    });
  }

  // The records of --requests-log so far.
  requests() {
    const lines = fs.readFileSync(this.log, "utf8").trimEnd().split("\n");
    return lines.filter((line) => line !== "").map((line) => JSON.parse(line));
  }
}

// The client, with every answer held against the model.
function checked(client, service) {
  return new Proxy(client, {
    get(target, name) {
      const method = target[name];
      if (typeof method !== "function" || !/^[A-Z]/.test(name)) return method;
      return async (request = {}) => {
        const answer = await method.call(target, request);
        // Of a dry run nothing but the RequestId comes back.
        const isDryRun = request.DryRun && Object.keys(answer).join() === "RequestId";
        if (!isDryRun) checkAnswer(service, name, answer);
        return answer;
      };
    },
  });
}

// The call must fail with this code; gives the SDK's error.
export async function refused(code, call) {
  let answer;
  try {
    answer = await call();
  } catch (error) {
    assert.equal(error.code || error.message, code, error.message);
    assert.match(error.requestId ?? error.RequestId, /^[0-9a-f-]{36}$/);
    return error;
  }
  assert.fail(`expected ${code}, got ${JSON.stringify(answer)}`);
}

// One test for each [code, action, request] of the table: the client's action refuses the request.
export function refusals(client, table) {
  for (const [code, action, request] of table) {
    const shown = JSON.stringify(request);
    test(`${action} answers ${code} to ${shown.slice(0, 120)}`, () =>
      refused(code, () => client[action](request)));
  }
}

// Asks until `probe` gives something true, and returns that.
export async function until(what, probe, seconds = 20) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const found = await probe();
    if (found) return found;
    assert(Date.now() < deadline, `waited ${seconds} s in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
