// Fields of the SDK's model that answers of the simulated cloud may lack, by service and interface:
// what it has no notion of (hosts, billing periods, graphics cards), and what the model shares with
// requests but no answer tells. A field that a client of backups could need belongs into the
// simulated cloud.
export const absent = {
  cvm: {
    Image: ["CdcCacheStatus"],
    ImportImageResponse: ["ImageId"],  // unless the world says import_tells_id
    Instance: [
      "CpuTopology", "DedicatedClusterId", "DisasterRecoverGroupIds", "EnableJumboFrame",
      "ExpiredTime", "GPUInfo", "HpcClusterId", "IPv6Addresses", "InternetAccessible", "Metadata",
      "PartitionNumber", "PublicIPv6Addresses", "RdmaIpAddresses", "RenewFlag",
    ],
    LoginSettings: ["KeepImageLogin", "Password"],
    VirtualPrivateCloud: ["Ipv6AddressCount", "PrivateIpAddresses"],
    Placement: [
      "DedicatedResourcePackIds", "DedicatedResourcePackTenancy", "HostId", "HostIds", "RackId",
    ],
    // "Only used by RunInstances" are Encrypt and KmsKeyId.
    SystemDisk: ["CdcId", "DiskName", "Encrypt", "KmsKeyId"],
    DataDisk: [
      "BurstPerformance", "CdcId", "DiskName", "KmsKeyId", "SnapshotId", "ThroughputPerformance",
    ],
  },
  cbs: {
    // Told only of snapshots that a policy made, and of shared ones.
    Snapshot: ["AutoSnapshotPolicyId", "TimeStartShare"],
  },
};
