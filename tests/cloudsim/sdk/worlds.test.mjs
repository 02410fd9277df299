// What nobody could verify about the real cloud, in both worlds.
import assert from "node:assert/strict";
import test from "node:test";

import { refused, startCloud, until } from "./support/cloud.mjs";
import { bucket, held, image, instanceId, world } from "./support/world.mjs";

const prompt = 'list_delay = "0s"\ntags_late = "0s"\n';
const golden = image("img-golden01");
// A fast cloud with some behaviour, and faults.
const withBehaviour = (keys, faults) => startCloud({
  faults, world: world({ top: `[behaviour]\n${prompt}${keys}\n`, owner: golden }),
});
const heldWith = (keys) =>
  startCloud({ world: world({ top: `${held}${keys}\n`, owner: golden }) });

const imageOf = async (client, id) =>
  (await client.DescribeImages({ ImageIds: [id] })).ImageSet[0];
const sync = { ImageIds: ["img-golden01"], DestinationRegions: ["ap-beijing"] };
const exported = { BucketName: bucket.Bucket, ImageIds: ["img-golden01"] };

test("the source of a copy is busy, or not", async () => {
  for (const [keys, state] of [
    ["source_busy_during_copy = true", "SYNCING"],
    ["source_busy_during_copy = false", "NORMAL"],
  ]) {
    const client = (await heldWith(keys)).cvm();
    await client.SyncImages(sync);
    assert.equal((await imageOf(client, "img-golden01")).ImageState, state);
  }
});

test("a failed copy vanishes, or stays CREATEFAILED", async () => {
  const faults = '[[fault]]\naction = "SyncImages"\nkind = "task-fails"\n';
  for (const [keys, state] of [
    ['failed_copy = "vanishes"', undefined],
    ['failed_copy = "create-failed"', "CREATEFAILED"],
  ]) {
    const cloud = await withBehaviour(keys, faults);
    const { ImageSet } = await cloud.cvm().SyncImages({ ...sync, ImageSetRequired: true });
    const there = cloud.cvm({ region: "ap-beijing" });
    const stateOf = async () => (await imageOf(there, ImageSet[0].ImageId))?.ImageState;
    await until("the copy has ended", async () => (await stateOf()) !== "SYNCING");
    assert.equal(await stateOf(), state);
  }
});

test("an image and its tags are missing from lists for a while", async () => {
  const TagSpecification = [{ ResourceType: "image", Tags: [{ Key: "a", Value: "b" }] }];
  const request = { ImageName: "n", InstanceId: instanceId, TagSpecification };
  for (const [list_delay, tags_late] of [["0s", "0s"], ["0s", "20d"], ["20d", "20d"]]) {
    const top = `[behaviour]\nlist_delay = "${list_delay}"\ntags_late = "${tags_late}"\n`;
    const client = (await startCloud({ speed: 100, world: world({ top }) })).cvm();
    const { ImageId } = await client.CreateImage(request);
    const found = await imageOf(client, ImageId);
    assert.equal(found !== undefined, list_delay === "0s");
    if (found !== undefined) assert.equal(found.Tags.length, tags_late === "0s" ? 1 : 0);
  }
});

test("exported objects have one of the documented names", async () => {
  const snap = "snap-[0-9a-z]{8}";
  for (const [form, told, key] of [
    ["documented", `p_img-golden01_system_${snap}.raw`, `p_img-golden01_system_${snap}.raw`],
    ["example", `/p_img-golden01_system_${snap}.raw`, `p_img-golden01_system_${snap}.raw`],
    ["console", "p_xvda.raw", "p_xvda.raw"],
    ["console-objects", `p_img-golden01_system_${snap}.raw`, "p_xvda.raw"],
  ]) {
    const cloud = await withBehaviour(`export_names = "${form}"`);
    const { CosPaths } = await cloud.cvm().ExportImages({ ...exported, FileNamePrefixList: ["p"] });
    assert.match(CosPaths.join(), new RegExp(`^${told}$`), form);
    const contents = await until("the object is there", async () => {
      const { Contents } = await cloud.cos().getBucket({ ...bucket });
      return Contents.length > 0 ? Contents : undefined;
    });
    assert.match(contents.map(({ Key }) => Key).join(), new RegExp(`^${key}$`), form);
  }
});

test("a dry run answers with nothing, or with an error", async () => {
  const requests = {
    CreateImage: { ImageName: "n", InstanceId: instanceId },
    DeleteImages: { ImageIds: ["img-golden01"] },
    ExportImages: exported,
    SyncImages: sync,
  };
  const kind = (await heldWith('dry_run = "request-id"')).cvm();
  const unkind = (await heldWith('dry_run = "error"')).cvm();
  for (const [action, request] of Object.entries(requests)) {
    assert.deepEqual(Object.keys(await kind[action]({ ...request, DryRun: true })), ["RequestId"]);
    await refused("DryRunOperation", () => unkind[action]({ ...request, DryRun: true }));
  }
});

test("an image under export may be deleted, or not", async () => {
  const remove = { ImageIds: ["img-golden01"] };
  const idle = "source_busy_during_export = false\n";
  const lost = (await heldWith(`${idle}delete_during_export = "export-lost"`)).cvm();
  await lost.ExportImages(exported);
  await lost.DeleteImages(remove);
  const guarded = (await heldWith(`${idle}delete_during_export = "refused"`)).cvm();
  await guarded.ExportImages(exported);
  await refused("InvalidImageId.IncorrectState", () => guarded.DeleteImages(remove));
});

test("an instance that was powered off for its image stays off, or is started again", async () => {
  const request = { ImageName: "n", InstanceId: instanceId, ForcePoweroff: "true" };
  for (const [keys, state] of [
    ["poweroff_stays_off = true", "STOPPED"],
    ["poweroff_stays_off = false", "RUNNING"],
  ]) {
    const client = (await withBehaviour(keys)).cvm();
    const { ImageId } = await client.CreateImage(request);
    await until("the image is NORMAL",
      async () => (await imageOf(client, ImageId)).ImageState === "NORMAL");
    await until(`the instance is ${state}`, async () => {
      const { InstanceSet } = await client.DescribeInstances({ InstanceIds: [instanceId] });
      return InstanceSet[0].InstanceState === state;
    });
  }
});

test("the source of an export is busy, or not", async () => {
  for (const [keys, state] of [
    ["source_busy_during_export = true", "SYNCING"],
    ["source_busy_during_export = false", "NORMAL"],
  ]) {
    const client = (await heldWith(keys)).cvm();
    await client.ExportImages(exported);
    assert.equal((await imageOf(client, "img-golden01")).ImageState, state);
  }
});

test("a deletion that cannot all be done does nothing, or what comes before", async () => {
  const remove = { ImageIds: ["img-golden01", "img-zzzzzzzz"] };
  for (const [keys, left] of [
    ['deletion = "all-or-nothing"', true],
    ['deletion = "until-refused"', false],
  ]) {
    const client = (await heldWith(keys)).cvm();
    await refused("InvalidImageId.NotFound", () => client.DeleteImages(remove));
    assert.equal((await imageOf(client, "img-golden01")) !== undefined, left);
  }
});

test("a bucket's name without the AppId is refused, or completed", async () => {
  const bare = { ...exported, BucketName: "ops-backup" };
  const strict = (await heldWith("bare_bucket_names = false")).cvm();
  await refused("InvalidParameterValue.BucketNotFound", () => strict.ExportImages(bare));
  await (await heldWith("bare_bucket_names = true")).cvm().ExportImages(bare);
});

test("the other regions of a copy begin though one is full, or none does", async () => {
  const everywhere = { ...sync, DestinationRegions: ["ap-beijing", "ap-shanghai"] };
  const code = "ImageQuotaLimitExceeded";
  for (const [choice, answered, begun] of [
    ["others-begin", code, 1], ["others-begin-silently", undefined, 1], ["none-begins", code, 0],
  ]) {
    const keys = `source_busy_during_copy = false\npartial_sync = "${choice}"\n`;
    const top = `[limits]\nimages_per_region = 1\n${held}${keys}`;
    const cloud = await startCloud({ world: world({ top, owner: golden }) });
    const client = cloud.cvm();
    await client.SyncImages(sync);
    if (answered) await refused(answered, () => client.SyncImages(everywhere));
    else await client.SyncImages(everywhere);
    const type = [{ Name: "image-type", Values: ["PRIVATE_IMAGE"] }];
    const there = await cloud.cvm({ region: "ap-shanghai" }).DescribeImages({ Filters: type });
    assert.equal(there.TotalCount, begun, choice);
  }
});

test("an id that is given twice is refused, or taken once", async () => {
  const twice = { InstanceIds: [instanceId, instanceId] };
  const strict = (await heldWith('duplicate_ids = "refused"')).cvm();
  await refused("InvalidParameterValue", () => strict.StopInstances(twice));
  await (await heldWith('duplicate_ids = "once"')).cvm().StopInstances(twice);
});

test("a second export of an image is refused while the first runs, or not", async () => {
  const idle = "source_busy_during_export = false\n";
  const strict = (await heldWith(`${idle}second_export = "refused"`)).cvm();
  await strict.ExportImages(exported);
  await refused("InvalidParameterValue.InvalidImageState", () => strict.ExportImages(exported));
  const kind = (await heldWith(`${idle}second_export = "overwrites"`)).cvm();
  await kind.ExportImages(exported);
  await kind.ExportImages(exported);
});

test("a failed export leaves nothing, shorter objects, or unfinished uploads", async () => {
  const faults = '[[fault]]\naction = "ExportImages"\nkind = "task-fails"\n';
  for (const [choice, left, begun] of [
    ["nothing", 0, 0], ["partial-object", 1, 0], ["upload", 0, 1],
  ]) {
    const cloud = await withBehaviour(`failed_export = "${choice}"`, faults);
    await cloud.cvm().ExportImages(exported);
    await until("the export has ended",
      async () => (await imageOf(cloud.cvm(), "img-golden01")).ImageState === "NORMAL");
    const { Contents } = await cloud.cos().getBucket({ ...bucket });
    assert.equal(Contents.length, left, choice);
    const { Upload } = await cloud.cos().multipartList({ ...bucket });
    assert.equal(Upload.length, begun, choice);
    for (const { Size } of Contents) assert(Number(Size) < 50 * 2 ** 30);
  }
});

test("ForcePoweroff false, or none, leaves a running instance on, or not", async () => {
  const stateAfter = async (choice, more) => {
    const client = (await heldWith(`poweroff_false = "${choice}"`)).cvm();
    await client.CreateImage({ ImageName: "n", InstanceId: instanceId, ...more });
    const { InstanceSet } = await client.DescribeInstances({ InstanceIds: [instanceId] });
    return InstanceSet[0].InstanceState;
  };
  for (const [choice, whenFalse, whenOmitted] of [
    ["soft-if-omitted", "RUNNING", "STOPPED"],
    ["soft", "STOPPED", "STOPPED"],
    ["live", "RUNNING", "RUNNING"],
  ]) {
    assert.equal(await stateAfter(choice, { ForcePoweroff: "false" }), whenFalse, choice);
    assert.equal(await stateAfter(choice, {}), whenOmitted, choice);
  }
});

test("regions that some lists lack exist, or not", async () => {
  const there = { region: "ap-taipei" };
  const strict = (await heldWith("doubtful_regions = false")).cvm(there);
  await refused("UnsupportedRegion", () => strict.DescribeImages({}));
  await (await heldWith("doubtful_regions = true")).cvm(there).DescribeImages({});
});

test("an export without a prefix may keep the underscore", async () => {
  const cloud = await heldWith('export_names = "underscore"');
  const { CosPaths } = await cloud.cvm().ExportImages(exported);
  assert.match(CosPaths.join(), /^_img-golden01_system_snap-[0-9a-z]{8}\.raw$/);
});

test("a key that may not pass roles exports nothing", async () => {
  const text = world({ top: held, owner: golden });
  const cloud = await startCloud({ world: text.replace("app_id", "pass_role = false\napp_id") });
  await refused("AuthFailure.UnauthorizedOperation", () => cloud.cvm().ExportImages(exported));
});

test("lists told late lack an instance just launched and tell one just terminated", async () => {
  const faults = '[[fault]]\naction = "DescribeInstances"\nkind = "stale"\ndelay = "2d"\n';
  const client = (await startCloud({ faults, speed: 1, world: world({
    top: `[timing]\nterminate = "0s"\nlaunch = "0s"\n[behaviour]\n${prompt}`,
  }) })).cvm();
  await client.RunInstances({ ImageId: "img-debian12", Placement: { Zone: "ap-guangzhou-3" } });
  await client.TerminateInstances({ InstanceIds: [instanceId] });
  const { InstanceSet } = await client.DescribeInstances();
  assert.deepEqual(InstanceSet.map((one) => [one.InstanceId, one.InstanceState]),
    [[instanceId, "RUNNING"]]);
});
