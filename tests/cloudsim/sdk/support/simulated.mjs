// The actions that the simulated cloud knows, read from its table: [{service, action}].
import assert from "node:assert/strict";
import fs from "node:fs";

const table = fs.readFileSync(new URL("../../action_table.cpp", import.meta.url), "utf8");
const row = /\{"(\w+)", "(\w+)", \d+, (?:true|false), \w+\}/g;

export const simulated = [...table.matchAll(row)].map(([, service, action]) =>
  ({ service, action }));
assert(simulated.length >= 30, "action_table.cpp is written in another way than it was");
