// Commands run on instances (tat): how they end, what is told of them, and what is refused.
import assert from "node:assert/strict";
import test from "node:test";

import { refused, startCloud, until } from "./support/cloud.mjs";
import { instanceId, world } from "./support/world.mjs";

const instance = (id, keys) =>
  `[[account.instance]]\nid = "${id}"\nregion = "ap-guangzhou"\n${keys}\n`;
const owner = [
  instance("ins-output01", 'command_output = "frozen"'),
  instance("ins-failing1", "command_exit_code = 3"),
  instance("ins-endless1", 'command_time = "2h"'),
  instance("ins-offline1", 'agent = "offline"'),
  instance("ins-noagent1", 'agent = "none"'),
  instance("ins-stopped1", 'state = "STOPPED"'),
  instance("ins-windows1", 'os = "Windows Server 2022"'),
].join("\n");
const cloud = await startCloud({ world: world({ owner }), speed: 600 });
const tat = cloud.tat();
const Content = Buffer.from("sync; fsfreeze -f /srv").toString("base64");

async function ended(InvocationId) {
  const Filters = [{ Name: "invocation-id", Values: [InvocationId] }];
  return until("the command ended", async () => {
    const { InvocationTaskSet } = await tat.DescribeInvocationTasks({
      Filters, HideOutput: false });
    const [task] = InvocationTaskSet;
    return !["PENDING", "DELIVERING", "RUNNING"].includes(task.TaskStatus) && task;
  });
}

const ends = [
  ["ins-output01", "SUCCESS", 0, "frozen"],
  ["ins-failing1", "FAILED", 3, ""],
  ["ins-endless1", "TIMEOUT", 0, ""],
];
for (const [id, status, code, output] of ends) {
  test(`a command on ${id} ends in ${status}`, async () => {
    const { InvocationId, CommandId } = await tat.RunCommand({ Content, InstanceIds: [id] });
    const task = await ended(InvocationId);
    assert.equal(task.TaskStatus, status);
    assert.equal(task.CommandId, CommandId);
    assert.equal(task.TaskResult.ExitCode, code);
    assert.equal(Buffer.from(task.TaskResult.Output, "base64").toString(), output);
    assert.equal(task.CommandDocument.Content, Content);
    assert.equal(task.CommandDocument.Timeout, 60);
  });
}

test("output is hidden unless asked for", async () => {
  const { InvocationId } = await tat.RunCommand({ Content, InstanceIds: ["ins-output01"] });
  await ended(InvocationId);
  const { InvocationTaskSet } = await tat.DescribeInvocationTasks({
    Filters: [{ Name: "invocation-id", Values: [InvocationId] }] });
  assert.equal(InvocationTaskSet[0].TaskResult.Output, "");
});

test("agents tell whether they are there", async () => {
  const InstanceIds = [instanceId, "ins-offline1", "ins-noagent1", "ins-windows1"];
  const { AutomationAgentSet } = await tat.DescribeAutomationAgentStatus({ InstanceIds });
  const told = AutomationAgentSet.map(({ InstanceId, AgentStatus, Environment }) =>
    [InstanceId, AgentStatus, Environment]);
  assert.deepEqual(told.sort(), [
    [instanceId, "Online", "Linux"],
    ["ins-offline1", "Offline", "Linux"],
    ["ins-windows1", "Online", "Windows"],
  ]);
});

const on = (...InstanceIds) => ({ Content, InstanceIds });
const refusals = [
  ["ResourceUnavailable.AgentStatusNotOnline", on("ins-offline1")],
  ["ResourceUnavailable.AgentNotInstalled", on("ins-noagent1")],
  ["ResourceUnavailable.InstanceStateNotRunning", on("ins-stopped1")],
  ["InvalidParameterValue.AgentUnsupportedCommandType", on("ins-windows1")],
  ["ResourceNotFound.InstanceNotFound", on("ins-99999999")],
  ["InvalidParameterValue.InvalidInstanceId", on("ins-1")],
  ["MissingParameter", { Content }],
  ["InvalidParameterValue.CommandContentInvalid", { ...on(instanceId), Content: "?" }],
  ["InvalidParameterValue.Range", { ...on(instanceId), Timeout: 0 }],
  ["InvalidParameterValue.ParameterDisabled", { ...on(instanceId), Parameters: "{}" }],
];
for (const [code, request] of refusals) {
  test(`RunCommand of ${JSON.stringify(request)} is refused: ${code}`, () =>
    refused(code, () => tat.RunCommand(request)));
}

test("what is not simulated says so", () =>
  refused("UnsupportedOperation", () =>
    tat.InvokeCommand({ CommandId: "cmd-00000001", InstanceIds: [instanceId] })));
