// Where the build left the simulated cloud and the vendor's SDKs (CVMBACKUP_BUILD, by default
// build/release of this repository), and what the SDKs' packages call things.
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../../..");

export const build = path.resolve(
  process.env.CVMBACKUP_BUILD ?? path.join(repository, "build/release"));
// require() of what tests/cloudsim/sdk/install put there.
export const sdk = createRequire(path.join(build, "sdk/package.json"));

const versions = {
  cvm: "v20170312",
  cbs: "v20170312",
  tat: "v20201028",
  sts: "v20180813",
  region: "v20220627",
};

const folderOf = (service) => {
  const name = service === "cvm" ? "tencentcloud-sdk-nodejs-cvm" : "tencentcloud-sdk-nodejs";
  return `${name}/tencentcloud/services/${service}`;
};

export function clientClass(service) {
  return sdk(folderOf(service))[service][versions[service]].Client;
}

// Where the SDK declares the types of a service.
export function modelFile(service) {
  return sdk.resolve(`${folderOf(service)}/${versions[service]}/${service}_models.d.ts`);
}
