// COS as the vendor's own client sees it: objects, listings, versions, multipart, copies, archive
// and object lock, each with its documented refusals.
import assert from "node:assert/strict";
import crypto from "node:crypto";
import fs from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import test, { after } from "node:test";

import { refused, startCloud, until } from "./support/cloud.mjs";
import { bucket, other, owner, world } from "./support/world.mjs";

const named = (name, more) =>
  `[[account.bucket]]\nname = "${name}-1250000000"\nregion = "ap-guangzhou"\n${more}\n`;
const cloud = await startCloud({
  world: world({
    owner: named("versions", "versioned = true") + named("vault", 'object_lock = "1d"'),
  }),
  speed: 20_000,
});
const cos = cloud.cos();
const at = (Key) => ({ ...bucket, Key });
const inBucket = (name) => ({ Bucket: `${name}-1250000000`, Region: bucket.Region });
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cos-sdk-"));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const put = (Key, Body, more = {}) => cos.putObject({ ...at(Key), Body, ...more });
const text = async (where) => `${(await cos.getObject(where)).Body}`;
// HEAD has no body: the SDK knows no more than the status.
const headFails = (status, where, client = cos) => assert.rejects(
  client.headObject(where), (error) => error.statusCode === status && error.headers !== undefined);

test("an object comes back as it was put", async () => {
  const Key = "a folder/腾讯云 (1)+&.txt";
  const answer = await put(Key, "hello", { ContentType: "text/plain", "x-cos-meta-job": "7" });
  assert.equal(answer.ETag, '"5d41402abc4b2a76b9719d911017c592"');

  const head = await cos.headObject(at(Key));
  assert.equal(head.headers["content-length"], "5");
  assert.equal(head.headers["content-type"], "text/plain");
  assert.equal(head.headers["x-cos-meta-job"], "7");
  assert.match(head.headers["x-cos-hash-crc64ecma"], /^\d+$/);
  assert.equal(head.ETag, answer.ETag);
  assert.equal(await text(at(Key)), "hello");
  assert.equal(await text({ ...at(Key), Range: "bytes=1-2" }), "el");
});

test("what is not there is told by its code", async () => {
  await headFails(404, at("none"));
  await refused("NoSuchKey", () => cos.getObject(at("none")));
  await refused("NoSuchBucket", () => cos.getBucket(inBucket("none")));
  await refused("NoSuchBucket", () => cos.getBucket({ ...bucket, Region: "ap-shanghai" }));
  assert.equal((await cos.deleteObject(at("none"))).statusCode, 204);
});

test("keys that are not the account's are refused", async () => {
  await refused("AccessDenied", () => cloud.cos({ key: other }).getBucket(bucket));
  await headFails(403, at("x"), cloud.cos({ key: other }));
  const as = (key) => () => cloud.cos({ key: { ...owner, ...key } }).getBucket(bucket);
  await refused("SignatureDoesNotMatch", as({ secretKey: "wrong" }));
  await refused("InvalidAccessKeyId", as({ secretId: "AKIDnobody" }));
});

test("conditions give 304 and 412", async () => {
  const { ETag } = await put("conditions", "x");
  const get = (more) => cos.getObject({ ...at("conditions"), ...more });
  assert.equal((await get({ IfMatch: ETag })).statusCode, 200);
  await refused("PreconditionFailed", () => get({ IfMatch: '"0"' }));
  await assert.rejects(get({ IfNoneMatch: ETag }), { statusCode: 304 });
  const { headers } = await cos.headObject(at("conditions"));
  assert.equal((await get({ IfModifiedSince: headers["last-modified"] })).NotModified, true);
});

test("headers of the answer are overridden", async () => {
  await put("overridden", "x");
  const { headers } = await cos.getObject({
    ...at("overridden"), ResponseContentType: "text/html", ResponseCacheControl: "no-store",
  });
  assert.equal(headers["content-type"], "text/html");
  assert.equal(headers["cache-control"], "no-store");
});

test("a presigned URL needs no header, and ends", async () => {
  await put("presigned", "hello");
  const url = (Expires) => cos.getObjectUrl({ ...at("presigned"), Sign: true, Expires });
  const fetched = (signed) => new Promise((resolve, reject) => {
    http.get(signed, { agent: cloud.agent }, (message) => {
      let body = "";
      message.on("data", (data) => (body += data));
      message.on("end", () => resolve({ status: message.statusCode, body }));
    }).on("error", reject);
  });
  assert.deepEqual(await fetched(url(900)), { status: 200, body: "hello" });
  const tampered = await fetched(url(900).replace("q-signature=", "q-signature=0"));
  assert.match(tampered.body, /SignatureDoesNotMatch/);
});

test("listings page, fold and encode", async () => {
  for (const name of ["1", "2", "sub/1", "sub/2", "ü"]) await put(`list/${name}`, name);
  const page = (more) => cos.getBucket({ ...bucket, Prefix: "list/", ...more });

  const all = await page();
  assert.deepEqual(all.Contents.map(({ Key }) => Key),
    ["list/1", "list/2", "list/sub/1", "list/sub/2", "list/ü"]);
  assert.equal(all.IsTruncated, "false");
  assert.equal(all.Contents[0].Size, "1");
  assert.equal(all.Contents[0].StorageClass, "STANDARD");
  const folded = await page({ Delimiter: "/" });
  assert.deepEqual(folded.CommonPrefixes, [{ Prefix: "list/sub/" }]);
  assert.equal(folded.Contents.length, 3);
  const encoded = await page({ EncodingType: "url" });
  assert.equal(encoded.Contents.at(-1).Key, "list%2F%C3%BC");

  const seen = [];
  let Marker = "";
  do {
    const { Contents, NextMarker } = await page({ MaxKeys: 2, Marker });
    seen.push(...Contents.map(({ Key }) => Key));
    Marker = NextMarker;
  } while (Marker);
  assert.equal(seen.length, 5);
});

test("buckets are listed and told about", async () => {
  const { Buckets } = await cos.getService();
  const names = Buckets.map(({ Name }) => Name).sort();
  assert.deepEqual(names, ["ops-backup-1250000000", "vault-1250000000", "versions-1250000000"]);
  assert.equal(Buckets[0].Location, "ap-guangzhou");
  const { headers } = await cos.headBucket(bucket);
  assert.equal(headers["x-cos-bucket-region"], "ap-guangzhou");
  await assert.rejects(cos.headBucket(inBucket("none")), { statusCode: 404 });
  const location = await cos.getBucketLocation(bucket);
  assert.equal(location.LocationConstraint, "ap-guangzhou");
});

test("many keys are deleted at once", async () => {
  const keys = ["many/1", "many/2 & <3>"];
  for (const Key of keys) await put(Key, "x");
  const { Deleted, Error: errors } = await cos.deleteMultipleObject({
    ...bucket, Objects: keys.map((Key) => ({ Key })),
  });
  assert.deepEqual(Deleted.map(({ Key }) => Key), keys);
  assert.deepEqual(errors, []);
  const Objects = Array.from({ length: 1001 }, (_, i) => ({ Key: `k${i}` }));
  await refused("MalformedXML", () => cos.deleteMultipleObject({ ...bucket, Objects }));
});

test("versions are kept, listed and deleted", async () => {
  const where = { ...inBucket("versions"), Key: "key" };
  const first = await cos.putObject({ ...where, Body: "1" });
  await cos.putObject({ ...where, Body: "2" });
  const VersionId = first.headers["x-cos-version-id"];
  const gone = await cos.deleteObject(where);
  assert.equal(gone.headers["x-cos-delete-marker"], "true");
  await headFails(404, where);
  assert.equal(await text({ ...where, VersionId }), "1");
  const marker = gone.headers["x-cos-version-id"];
  await refused("MethodNotAllowed", () => cos.getObject({ ...where, VersionId: marker }));

  const listed = await cos.listObjectVersions(inBucket("versions"));
  assert.equal(listed.Versions.length, 2);
  assert.equal(listed.Versions[1].VersionId, VersionId);
  assert.deepEqual(listed.DeleteMarkers.map(({ VersionId: id }) => id), [marker]);
  const { Deleted } = await cos.deleteMultipleObject({
    ...inBucket("versions"),
    Objects: [{ Key: "key", VersionId }, { Key: "key", VersionId: marker }],
  });
  assert.equal(Deleted.length, 2);
  assert.equal(await text(where), "2");
  await refused("NoSuchVersion", () => cos.getObject({ ...where, VersionId }));
});

test("versioning is switched on and suspended", async () => {
  const where = inBucket("versions");
  const status = async () => (await cos.getBucketVersioning(where)).VersioningConfiguration.Status;
  const set = (Status) =>
    cos.putBucketVersioning({ ...where, VersioningConfiguration: { Status } });
  assert.equal(await status(), "Enabled");
  await set("Suspended");
  assert.equal(await status(), "Suspended");
  await set("Enabled");
  await refused("MalformedXML", () => set("Off"));
});

test("a file is uploaded in parts", async () => {
  const body = crypto.randomBytes(3 * 1024 * 1024 + 5);
  const FilePath = path.join(folder, "parts");
  fs.writeFileSync(FilePath, body);
  const sliced = await cos.sliceUploadFile({ ...at("sliced"), FilePath, SliceSize: 1024 * 1024 });
  assert.match(sliced.ETag, /^"[0-9a-f]{32}-4"$/);
  const { Body } = await cos.getObject(at("sliced"));
  assert.equal(Buffer.compare(Body, body), 0);
  await cos.uploadFile({ ...at("uploaded"), FilePath, SliceSize: 1024 });
  assert.equal((await cos.headObject(at("uploaded"))).headers["content-length"], `${body.length}`);
});

test("multipart uploads are listed, aborted and refused", async () => {
  const { UploadId } = await cos.multipartInit(at("multi"));
  const upload = { ...at("multi"), UploadId };
  const sent = await cos.multipartUpload({ ...upload, PartNumber: 1, Body: "small" });
  await cos.multipartUpload({ ...upload, PartNumber: 2, Body: "end" });
  const uploads = await cos.multipartList({ ...bucket, Prefix: "multi" });
  assert.deepEqual(uploads.Upload.map(({ UploadId: id }) => id), [UploadId]);
  const { Part } = await cos.multipartListPart(upload);
  assert.deepEqual(Part.map(({ PartNumber }) => PartNumber), ["1", "2"]);
  assert.deepEqual(Part.map(({ Size }) => Size), ["5", "3"]);

  const complete = (...Parts) => cos.multipartComplete({ ...upload, Parts });
  const [one, two] = Part.map(({ PartNumber, ETag }) => ({ PartNumber, ETag }));
  assert.equal(sent.ETag, one.ETag);
  await refused("EntityTooSmall", () => complete(one, two));
  await refused("InvalidPartOrder", () => complete(two, one));
  await refused("InvalidPart", () => complete({ ...one, ETag: two.ETag }));
  await cos.multipartAbort(upload);
  await refused("NoSuchUpload", () => complete(one));
});

test("objects are copied, also in parts", async () => {
  await put("source", "0123456789", { "x-cos-meta-job": "7" });
  const CopySource = `${bucket.Bucket}.cos.${bucket.Region}.myqcloud.com/source`;
  const { ETag } = await cos.putObjectCopy({ ...at("copy"), CopySource });
  assert.equal(ETag, (await cos.headObject(at("source"))).ETag);
  assert.equal((await cos.headObject(at("copy"))).headers["x-cos-meta-job"], "7");
  const missing = { ...at("copy"), CopySource: `${CopySource}x` };
  await refused("NoSuchKey", () => cos.putObjectCopy(missing));

  const { UploadId } = await cos.multipartInit(at("joined"));
  const part = await cos.uploadPartCopy({
    ...at("joined"), UploadId, PartNumber: 1, CopySource, CopySourceRange: "bytes=2-4",
  });
  const Parts = [{ PartNumber: 1, ETag: part.ETag }];
  await cos.multipartComplete({ ...at("joined"), UploadId, Parts });
  assert.equal(await text(at("joined")), "234");
});

test("an archived object is read after it was restored", async () => {
  await put("cold", "x", { StorageClass: "DEEP_ARCHIVE" });
  await refused("InvalidObjectState", () => cos.getObject(at("cold")));
  const restore = () => cos.restoreObject({
    ...at("cold"), RestoreRequest: { Days: 1, CASJobParameters: { Tier: "Standard" } },
  });
  assert.equal((await restore()).statusCode, 202);
  await refused("RestoreAlreadyInProgress", restore);
  const restored = async () => {
    const { headers } = await cos.headObject(at("cold"));
    return /ongoing-request="false"/.test(headers["x-cos-restore"]);
  };
  await until("the object is restored", restored);
  assert.equal(await text(at("cold")), "x");
  await put("warm", "x");
  const RestoreRequest = { Days: 1 };
  await refused("InvalidObjectState", () => cos.restoreObject({ ...at("warm"), RestoreRequest }));
});

test("object lock holds an object until its time is over", async () => {
  const where = { ...inBucket("vault"), Key: "held" };
  const ask = (Method, Action, Body) => cos.request({ ...where, Method, Action, Body });
  await cos.putObject({ ...where, Body: "x" });
  const asked = await cos.request({ ...inBucket("vault"), Method: "GET", Action: "object-lock" });
  assert.equal(asked.ObjectLockConfiguration.Rule.DefaultRetention.Days, "1");
  await refused("AccessDenied", () => cos.deleteObject(where));
  await refused("AccessDenied", () => cos.putObject({ ...where, Body: "y" }));
  const { Error: [held] } = await cos.deleteMultipleObject(
    { ...inBucket("vault"), Objects: [{ Key: "held" }] });
  assert.equal(held.Code, "AccessDenied");

  const { Retention } = await ask("GET", "retention");
  const end = Date.parse(Retention.RetainUntilDate);
  const retain = (time) => ask("PUT", "retention", "<Retention><Mode>COMPLIANCE</Mode>" +
    `<RetainUntilDate>${new Date(time).toISOString()}</RetainUntilDate></Retention>`);
  await refused("AccessDenied", () => retain(end - 3600_000));
  await retain(end + 3600_000);
  await until("the retention is over", async () => {
    try {
      return (await cos.deleteObject(where)).statusCode === 204;
    } catch (error) {
      assert.equal(error.code, "AccessDenied");
      return false;
    }
  });
});

test("an exported image has bytes in any range", async () => {
  const cvm = cloud.cvm();
  const { ImageId } = await cvm.CreateImage({ ImageName: "n", InstanceId: "ins-00000001" });
  await until("the image is made", async () => {
    const { ImageSet } = await cvm.DescribeImages({ ImageIds: [ImageId] });
    return ImageSet[0]?.ImageState === "NORMAL";
  });
  const { CosPaths } = await cvm.ExportImages({
    BucketName: bucket.Bucket, ImageIds: [ImageId], OnlyExportRootDisk: true,
    FileNamePrefixList: ["exported"],
  });
  const where = at(CosPaths[0]);
  const head = () => cos.headObject(where).catch(() => null);
  const { headers } = await until("the export is there", head);
  assert.equal(headers["content-length"], `${50 * 2 ** 30}`);
  const range = async (Range) => (await cos.getObject({ ...where, Range: `bytes=${Range}` })).Body;
  const large = await range("1000-3001000");
  assert.equal(large.length, 3_000_001);
  assert.equal(Buffer.compare(large.subarray(-1001), await range("3000000-3001000")), 0);
});

test("what is not simulated is refused loudly", async () => {
  for (const call of ["getBucketAcl", "getBucketLifecycle", "getBucketReplication"]) {
    await refused("NotImplemented", () => cos[call](bucket));
  }
  await refused("NotImplemented", () => cos.getObjectTagging(at("x")));
  await refused("NotImplemented", () => cos.putBucket({ ...bucket, Bucket: "new-1250000000" }));
  await refused("NotImplemented", () => put("x", "x", { ServerSideEncryption: "AES256" }));
});

test("a bucket's name has at most 60 characters", async () => {
  const Bucket = `${"b".repeat(50)}-1250000000`;
  await refused("BucketNameTooLong", () => cos.getBucket({ ...bucket, Bucket }));
});

test("the requests log names the operations", () => {
  const actions = new Set(cloud.requests().map(({ action }) => action));
  const names = ["HeadObject", "GetService", "UploadPart", "RestoreObject", "PutObjectCopy"];
  for (const name of names) {
    assert(actions.has(`cos:${name}`), name);
  }
});
