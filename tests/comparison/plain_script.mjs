// What a careful person writes with the vendor's SDK: an image of every tagged instance, within the
// rate, then polling until all are there. Prints one JSON object: what it believes at its end.
//
//   node plain_script.mjs URL SPEED RETRY
//
// SPEED: of the simulated cloud's time. RETRY: which calls are made again, `none`, `lost` (those
// without an answer) or `all` (those that failed in any way). Calls refused for their rate are
// always made again: they have done nothing.
import http from "node:http";
import net from "node:net";

import { clientClass } from "../cloudsim/sdk/support/sdk.mjs";
import { owner } from "../cloudsim/sdk/support/world.mjs";

const [url, speedText, retry] = process.argv.slice(2);
const speed = Number(speedText);
const callsASecond = 8; // of the 10 that the cloud takes
const triesMax = 100;
const { hostname, port } = new URL(url);
const agent = new http.Agent({ keepAlive: true, maxSockets: 32 });
agent.createConnection = () => net.connect(Number(port), hostname);

const Client = clientClass("cvm");
const cvm = new Client({
  credential: { secretId: owner.secretId, secretKey: owner.secretKey },
  region: "ap-guangzhou",
  profile: {
    httpProfile: { protocol: "http://", endpoint: "cvm.tencentcloudapi.com", agent },
  },
});

const pause = (seconds) =>
  new Promise((resolve) => setTimeout(resolve, (seconds * 1000) / speed));
const isThrottled = (error) => `${error.code}`.startsWith("RequestLimitExceeded");
const isRefusal = (error) => /^[A-Z][A-Za-z]+(\.[A-Za-z.]+)?$/.test(`${error.code ?? ""}`);

// Reads are safe to repeat.
async function read(call) {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (isRefusal(error) && !isThrottled(error)) throw error;
      await pause(2);
    }
  }
}

async function allInstances() {
  const found = [];
  for (;;) {
    const page = await read(() => cvm.DescribeInstances({
      Filters: [{ Name: "tag:tier", Values: ["load"] }], Offset: found.length, Limit: 100,
    }));
    found.push(...page.InstanceSet.map(({ InstanceId }) => InstanceId));
    if (found.length >= page.TotalCount) return found;
  }
}

async function createImage(instance) {
  for (let attempt = 1; ; ) {
    try {
      const ImageName = `script-${instance}-20270104`;
      const answer = await cvm.CreateImage({ InstanceId: instance, ImageName });
      return answer.ImageId;
    } catch (error) {
      if (isThrottled(error)) {
        await pause(1);
        continue;
      }
      const again = retry === "all" || (retry === "lost" && !isRefusal(error));
      if (!again || attempt >= triesMax) return null;
      attempt += 1;
      await pause(20);
    }
  }
}

async function isNormal(ids) {
  const answer = await read(() => cvm.DescribeImages({ ImageIds: ids, Limit: 100 }));
  return answer.ImageSet.filter(({ ImageState }) => ImageState === "NORMAL").length;
}

const instances = await allInstances();
const made = {};
const calls = instances.map(async (instance, i) => {
  await pause(i / callsASecond);
  made[instance] = await createImage(instance);
});
await Promise.all(calls);

const ids = Object.values(made).filter((id) => id !== null);
for (let normal = 0; normal < ids.length; ) {
  normal = 0;
  for (let i = 0; i < ids.length; i += 100) normal += await isNormal(ids.slice(i, i + 100));
  await pause(10);
}
console.log(JSON.stringify(made));
agent.destroy();
