// The world most tests of the SDKs begin with: two accounts, `owner` with a bucket and an instance
// in ap-guangzhou, and `other` with nothing. world() takes TOML to put into its parts:
//   top: before the accounts ([timing], [limits], [behaviour]); owner, other: in the account.
// Its keys are described in tests/cloudsim/examples/world.toml.

export const owner = {
  uin: "100000000001",
  appId: 1250000000,
  secretId: "AKIDsimulated000000000000000000000001",
  secretKey: "simulatedkey00000000000000000001",
};
export const other = {
  uin: "100000000002",
  appId: 1250000002,
  secretId: "AKIDsimulated000000000000000000000002",
  secretKey: "simulatedkey00000000000000000002",
};
export const bucket = { Bucket: "ops-backup-1250000000", Region: "ap-guangzhou" };
export const instanceId = "ins-00000001";

const account = ({ uin, appId, secretId, secretKey }) => `
[[account]]
uin = "${uin}"
app_id = ${appId}
secret_id = "${secretId}"
secret_key = "${secretKey}"
`;

// Tests see at once what they did.
const prompt = `
[behaviour]
list_delay = "0s"
tags_late = "0s"
`;

// For the top of a world in which what is begun does not end while the test looks at it.
export const held = `
[timing]
create = "30d"
copy = "30d"
export = "30d"
start = "30d"
stop = "30d"
${prompt}`;

export function world({ top = prompt, owner: mine = "", other: theirs = "" } = {}) {
  return `${top}
${account(owner)}
[[account.bucket]]
name = "${bucket.Bucket}"
region = "${bucket.Region}"

[[account.instance]]
id = "${instanceId}"
name = "web-1"
region = "ap-guangzhou"
zone = "ap-guangzhou-3"
tags = { tier = "web" }
system_disk = { id = "disk-00000001", size = 50 }
data_disks = [ { id = "disk-00000002", size = 100 } ]
${mine}
${account(other)}
${theirs}
`;
}

// An [[account.image]] in ap-guangzhou; `keys` are further TOML lines.
export const image = (id, keys = "") => `
[[account.image]]
id = "${id}"
name = "${id.slice(4)}"
region = "ap-guangzhou"
${keys}
`;

// An [[account.instance]] in ap-guangzhou.
export const instance = (id, keys = "") => `
[[account.instance]]
id = "${id}"
region = "ap-guangzhou"
${keys}
`;
