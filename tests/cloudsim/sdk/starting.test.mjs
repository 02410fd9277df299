// How cvmcloudsim starts, and what it says when it does not.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import test, { after } from "node:test";

import { build } from "./support/sdk.mjs";
import { world } from "./support/world.mjs";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cvmcloudsim-"));
after(() => fs.rmSync(folder, { recursive: true, force: true }));
const file = (name, text) => {
  fs.writeFileSync(path.join(folder, name), text);
  return path.join(folder, name);
};
const good = file("world.toml", world());

// Gives code, stdout and stderr; one that serves is told to end.
const run = (...args) => new Promise((resolve) => {
  const child = spawn("setpriv",
    ["--pdeathsig", "KILL", path.join(build, "tests/cloudsim/cvmcloudsim"), ...args]);
  const told = { out: "", err: "" };
  child.stdout.on("data", (data) => {
    told.out += data;
    // The help shows this line too, with a word for the port.
    if (/^cvmcloudsim ready http:.*:\d+$/m.test(told.out)) child.kill("SIGTERM");
  });
  child.stderr.on("data", (data) => { told.err += data; });
  child.once("close", (code) => resolve({ code, ...told }));
});

test("it serves at an address of version 6", async () => {
  const { code, out } = await run("--world", good, "--listen", "[::1]:0");
  assert.equal(code, 0);
  assert.match(out, /^cvmcloudsim ready http:\/\/\[::1\]:\d+$/m);
});

test("an address that is taken is named", async () => {
  const holder = net.createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => holder.once("listening", resolve));
  const address = `127.0.0.1:${holder.address().port}`;
  const { code, err } = await run("--world", good, "--listen", address);
  holder.close();
  assert.equal(code, 1);
  assert.equal(err, `cvmcloudsim: cannot serve at ${address}: Address already in use\n`);
});

test("names are no addresses", async () => {
  const { code, err } = await run("--world", good, "--listen", "localhost:0");
  assert.equal(code, 2);
  assert.match(err, /^cvmcloudsim: --listen: 'localhost' is not an IP address such as/);
});

test("help is asked for by one letter too", async () => {
  const { code, out } = await run("-h");
  assert.equal(code, 0);
  assert.match(out, /^Usage: cvmcloudsim/);
});

test("the problems of both files are told at once", async () => {
  const bad = file("bad.toml", `${world()}\n[nothing]\n`);
  const faults = file("faults.toml", '[[fault]]\naction = "cos:HeadObjct"\nkind = "reset"\n');
  const { code, err } = await run("--world", bad, "--faults", faults);
  assert.equal(code, 78);
  assert.match(err, /bad\.toml:\d+:\d+: error: unknown key 'nothing'/);
  assert.match(err, /faults\.toml:2:10: error: no operation on objects fits 'cos:HeadObjct'/);
});
