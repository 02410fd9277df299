// docs/cloudsim.md names every simulated action and operation, every switch between worlds, and
// tests that exist.
import assert from "node:assert/strict";
import fs from "node:fs";
import test from "node:test";

import { simulated } from "./support/simulated.mjs";

const here = (name) => new URL(name, import.meta.url);
const page = fs.readFileSync(here("../../../docs/cloudsim.md"), "utf8");
const rows = page.split("\n").filter((line) => /^\| .* \|$/.test(line))
  .map((line) => line.slice(2, -2).split("|").map((cell) => cell.trim()));

test("every simulated action has a row, and no other", () => {
  const listed = rows.map(([first]) => first).filter((name) => /^[a-z]+ [A-Z]\w+$/.test(name));
  const actions = simulated.map(({ service, action }) => `${service} ${action}`);
  assert.deepEqual(listed.sort(), actions.sort());
});

test("every operation on objects is listed", () => {
  const table = fs.readFileSync(here("../cos_table.cpp"), "utf8");
  const operations = [...table.matchAll(/^ +\{"(\w+)", "[A-Z]+", Scope::/gm)].map(([, name]) =>
    name);
  assert(operations.length >= 20);
  const [, part] = /^## Objects$([^]*?)^## /m.exec(page);
  const listed = [...part.matchAll(/^\| ((?:[A-Z]\w+(?:, )?)+) \|/gm)]
    .flatMap(([, names]) => names.split(", "));
  assert.deepEqual(listed.sort(), operations.sort());
});

test("every switch of the example world has a row, and no other", () => {
  const example = fs.readFileSync(here("../examples/world.toml"), "utf8");
  const [, part] = /^\[behaviour\]$([^]*?)^\[\[/m.exec(example);
  const keys = [...part.matchAll(/^(\w+) =/gm)].map(([, key]) => key);
  const listed = rows.filter((cells) => cells.length === 3)
    .map(([, key]) => /^`(\w+)`$/.exec(key)?.[1]).filter(Boolean);
  assert.deepEqual(listed.sort(), keys.sort());
});

test("the manual and the example name every kind of fault", () => {
  const reader = fs.readFileSync(here("../fault_reader.cpp"), "utf8");
  const kinds = [...reader.matchAll(/^ +\{"([a-z0-9-]+)", FaultKind::/gm)].map(([, kind]) => kind);
  assert(kinds.length >= 23);
  const words = (name) => new Set(fs.readFileSync(here(name), "utf8").match(/[a-z0-9-]+/g));
  const manual = words("../../../docs/cvmcloudsim.1");
  const example = words("../examples/faults.toml");
  assert.deepEqual(kinds.filter((kind) => !manual.has(kind) || !example.has(kind)), []);
});

test("the tests exist", () => {
  const names = rows.flatMap((cells) => [...cells.at(-1).matchAll(/`(\w+)`/g)])
    .map(([, name]) => name);
  assert(names.length > 100);
  const missing = names.filter((name) => !fs.existsSync(
    here(name.endsWith("_test") ? `../test/${name}.cpp` : `${name}.test.mjs`)));
  assert.deepEqual(missing, []);
});
