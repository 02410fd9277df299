// Thousands of random requests, made of the parameters that the SDK's model knows and of values
// that partly fit: each is answered as the model says, or refused with a code; none breaks the
// cloud. Ids that were told are used again, and these depend on time a little.
import assert from "node:assert/strict";
import test from "node:test";

import { startCloud } from "./support/cloud.mjs";
import { modelOf, structureOf } from "./support/model.mjs";
import { Random } from "./support/random.mjs";
import { simulated } from "./support/simulated.mjs";
import { bucket, image, instance, instanceId, other, owner, world } from "./support/world.mjs";

const count = 2000;
const seed = Number(process.env.CVMBACKUP_SEED ?? 20270104);
console.log(`seed ${seed}; CVMBACKUP_SEED=NUMBER chooses another`);

const cloud = await startCloud({
  world: world({
    owner: image("img-golden01") + image("img-whole001", "data_disks = [10]") +
      image("img-shared01", `shared_with = ["${other.uin}"]`) +
      instance("ins-stopped1", 'state = "STOPPED"'),
    other: image("img-other001", `shared_with = ["${owner.uin}"]`),
  }),
});

// Values that fit a parameter, by its name; ids that answers told are added.
const fitting = {
  ImageId: ["img-golden01", "img-whole001", "img-shared01", "img-other001", "img-debian12"],
  InstanceId: [instanceId, "ins-stopped1"],
  SnapshotId: ["snap-00000001"],
  SnapshotGroupId: ["snapgroup-00000001"],
  DiskId: ["disk-00000001", "disk-00000002"],
  DestinationRegion: ["ap-beijing", "ap-guangzhou", "ap-hongkong", "ap-moon"],
  AccountId: [owner.uin, other.uin, "1"],
  BucketName: [bucket.Bucket],
  Permission: ["SHARE", "CANCEL"],
  ExportFormat: ["RAW", "QCOW2"],
  ForcePoweroff: ["TRUE", "false"],
  StopType: ["SOFT", "HARD"],
  Zone: ["ap-guangzhou-3", "ap-guangzhou-6"],
  Product: ["cvm"],
  Name: ["image-name", "image-type", "instance-id", "tag:tier", "snapshot-id", "zone", "colour"],
  ResourceType: ["image", "instance", "snapshot"],
  Architecture: ["x86_64", "arm_64"],
  OsType: ["Debian", "Windows"],
  OsVersion: ["12", "2022"],
  Content: ["bHM="],
};
const odd = ["", "x", "界".repeat(70), "img-zzzzzzzz", "a".repeat(3000), "\u0000", "-1", "{}"];
const numbers = [0, 1, 2, 50, 100, 101, -1, 2 ** 31, 2 ** 53, 1.5];

class Requests {
  constructor(random) {
    this.random = random;
  }

  chance(probability) {
    return this.random.next() < probability;
  }

  request(model, name, depth = 3) {
    const entries = [];
    for (const [key, { type, optional }] of model.get(name) ?? []) {
      if (!this.chance(optional ? 0.15 : 0.95)) continue;
      entries.push([key, this.value(model, key, type, depth)]);
    }
    return Object.fromEntries(entries);
  }

  value(model, key, type, depth) {
    const { structure, isList } = structureOf(type);
    if (isList) {
      const length = this.chance(0.9) ? this.random.between(1, 2) : this.random.of([0, 12, 150]);
      const [inner] = type.typeArguments;
      return Array.from({ length }, () => this.value(model, key, inner, depth));
    }
    switch (structure) {
      case "string": {
        const known = fitting[key.replace(/s$/, "")] ?? fitting[key];
        return this.random.of(known !== undefined && this.chance(0.85) ? known : odd);
      }
      case "number": return this.random.of(numbers);
      case "boolean": return this.chance(0.3);
      default: return depth > 0 ? this.request(model, structure, depth - 1) : {};
    }
  }
}

function learn(answer) {
  for (const [key, value] of Object.entries(answer)) {
    const known = fitting[key.replace(/(Id)?Set$/, "Id").replace(/s$/, "")];
    if (typeof value === "string") fitting[key]?.push(value);
    if (Array.isArray(value)) {
      for (const item of value) {
        if (typeof item === "object" && item !== null) learn(item);
        else known?.push(item);
      }
    }
  }
}

test(`${count} random requests are answered in good order`, async () => {
  const requests = new Requests(new Random(seed));
  const codes = new Map();
  for (let i = 0; i < count; ++i) {
    const { service, action } = requests.random.of(simulated);
    const key = requests.chance(0.8) ? owner : other;
    const request = requests.request(modelOf(service), `${action}Request`);
    let code = "";
    try {
      learn(await cloud[service]({ key })[action](request));
    } catch (error) {
      code = error.code;
      const told = `request ${i}: ${action} ${JSON.stringify(request)}: ${error.message}`;
      assert.match(`${code}`, /^[A-Z][A-Za-z]+(\.[A-Z][A-Za-z]+)?$/, told);
      assert.notEqual(code, "InternalError", told);
      assert.notEqual(code, "UnknownParameter", told);
    }
    codes.set(code, (codes.get(code) ?? 0) + 1);
  }
  console.log(Object.fromEntries([...codes].sort(([, a], [, b]) => b - a)));
  assert(codes.get("") > count / 20, "hardly a request fits");
  assert(codes.size > 40, "hardly a refusal was provoked");
});
