// The checker of answers finds what it is for.
import assert from "node:assert/strict";
import test from "node:test";

import { absent } from "./support/absent.mjs";
import { modelOf, problemsOf } from "./support/model.mjs";

const RequestId = "0";
const tag = { Key: "tier", Value: "web" };
const image = {
  ImageId: "img-00000001", OsName: "Debian", ImageType: "PRIVATE_IMAGE",
  CreatedTime: "2020-01-01T00:00:00Z", ImageName: "golden", ImageDescription: "", ImageSize: 50,
  Architecture: "x86_64", ImageState: "NORMAL", Platform: "Debian", ImageCreator: "1",
  ImageSource: "CREATE_IMAGE", SyncPercent: null, IsSupportCloudinit: true, SnapshotSet: [],
  Tags: [tag], LicenseType: "TencentCloud", ImageFamily: "", ImageDeprecated: false,
};

// What is wrong with one image, after `change` replaced some of its fields.
const problems = (change, drop = []) => {
  const changed = { ...image, ...change };
  for (const key of drop) delete changed[key];
  return problemsOf("cvm", "DescribeImages", {
    ImageSet: [changed], TotalCount: 1, RequestId,
  });
};
const where = "DescribeImages.ImageSet[0]";

test("an answer as the model says is fine", () => {
  assert.deepEqual(problems({}), []);
});

test("a field the model does not know is found", () => {
  assert.deepEqual(problems({ Nmae: "" }), [`${where}.Nmae is not in Image`]);
  assert.deepEqual(problems({ Tags: [{ ...tag, Extra: 1 }] }), [
    `${where}.Tags[0].Extra is not in Tag`,
  ]);
});

test("a field of another type is found", () => {
  assert.deepEqual(problems({ ImageSize: "50" }), [`${where}.ImageSize should be a number`]);
  assert.deepEqual(problems({ ImageDeprecated: 0 }), [
    `${where}.ImageDeprecated should be a boolean`,
  ]);
  assert.deepEqual(problems({ ImageId: 1 }), [`${where}.ImageId should be a string`]);
  assert.deepEqual(problems({ Tags: {} }), [`${where}.Tags should be a list`]);
  assert.deepEqual(problems({ Tags: ["web"] }), [`${where}.Tags[0] should be a Tag`]);
});

test("null is found where the model's text does not allow it", () => {
  assert.deepEqual(problems({ ImageName: null }), [`${where}.ImageName must not be null`]);
  assert.deepEqual(problems({ SyncPercent: "1" }), [`${where}.SyncPercent should be a number`]);
});

test("a missing field is found", () => {
  assert.deepEqual(problems({}, ["ImageState"]), [`${where}.ImageState is missing`]);
  assert.deepEqual(problemsOf("cvm", "CreateImage", { RequestId }), [
    "CreateImage.ImageId is missing",
  ]);
});

test("an answer of another action, or none, is found", () => {
  assert.deepEqual(problemsOf("cvm", "NoSuch", {}), [
    "NoSuch: the model has no NoSuchResponse",
  ]);
  assert.deepEqual(problemsOf("cvm", "CreateImage", null), [
    "CreateImage should be a CreateImageResponse",
  ]);
});

test("what may be absent is in the model", () => {
  for (const [service, interfaces] of Object.entries(absent)) {
    const model = modelOf(service);
    for (const [name, fields] of Object.entries(interfaces)) {
      const unknown = fields.filter((field) => !model.get(name)?.has(field));
      assert.deepEqual(unknown, [], `${service} ${name}`);
    }
  }
});
