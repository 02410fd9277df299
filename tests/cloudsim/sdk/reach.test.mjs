// The ways by which the vendor's clients can be pointed at the simulated cloud.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import net from "node:net";
import test from "node:test";

import { startCloud, until } from "./support/cloud.mjs";
import { bucket, owner } from "./support/world.mjs";

const cloud = await startCloud();
const { host } = cloud.url;

test("every service of API 3.0 is reached by the bare address", async () => {
  const options = { host };
  await cloud.cvm(options).DescribeImages();
  await cloud.cbs(options).DescribeSnapshots();
  await cloud.tat(options).DescribeInvocationTasks();
  await cloud.region(options).DescribeRegions({ Product: "cvm" });
  assert.equal((await cloud.sts(options).GetCallerIdentity()).AccountId, owner.uin);
});

const ways = {
  "as a proxy": { Proxy: cloud.url.origin },
  "by its address, with the real Host": { Proxy: "", Ip: host },
  "by its address with the bucket in the path": { Proxy: "", Domain: `${host}/{Bucket}` },
};
for (const [way, options] of Object.entries(ways)) {
  test(`COS is reached ${way}`, async () => {
    const cos = cloud.cos(options);
    const object = { ...bucket, Key: "a folder/腾讯 (1)*'.txt" };
    await cos.putObject({ ...object, Body: "text" });
    const { headers } = await cos.headObject(object);
    assert.equal(headers["content-length"], "4");
    assert.equal(`${(await cos.getObject(object)).Body}`, "text");
    const { Contents } = await cos.getBucket({ ...bucket, Prefix: "a folder/" });
    assert.deepEqual(Contents.map(({ Key }) => Key), [object.Key]);
    await cos.deleteObject(object);
    await assert.rejects(cos.headObject(object), { statusCode: 404 });
  });
}

// "S" while a process sleeps, "R" while it runs or waits for a processor.
const stateOf = (pid) => fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1][0];

// To look at an object's type UBSan opens a pipe, and takes it for a wrong one when that fails.
const skip = (process.env.CVMBACKUP_SANITIZE ?? "").includes("undefined");

test("a server with no file left for a connection rests until there is one", { skip }, async () => {
  const crowded = await startCloud();
  execFileSync("prlimit", ["--pid", `${crowded.pid}`, "--nofile=16:16"]);
  const open = () => net.connect(Number(crowded.url.port), crowded.url.hostname);
  const sockets = Array.from({ length: 20 }, open);
  await Promise.all(sockets.map((socket) => once(socket, "connect")));
  await until("the server rests", () => stateOf(crowded.pid) === "S");
  const states = [];
  // Nobody takes this connection; meanwhile a server that spins shows.
  const nobody = fetch(crowded.url, { signal: AbortSignal.timeout(600) });
  const watch = setInterval(() => states.push(stateOf(crowded.pid)), 10);
  await assert.rejects(nobody);
  clearInterval(watch);
  const asleep = states.filter((state) => state === "S").length;
  assert(asleep > states.length / 2, states.join(""));
  for (const socket of sockets) socket.destroy();
  await crowded.cvm().DescribeImages();
});

test("a request larger than the port takes is refused, not dropped", async () => {
  const large = Buffer.alloc(65 * 1024 * 1024);
  const object = { ...bucket, Key: "large", Body: large };
  await assert.rejects(cloud.cos().putObject(object), { code: "NotImplemented" });
  const headers = { "Content-Type": "application/json", "X-TC-Action": "DescribeImages" };
  const answer = await fetch(cloud.url, { method: "POST", headers, body: large });
  const { Response } = await answer.json();
  assert.equal(Response.Error.Code, "RequestSizeLimitExceeded");
});
