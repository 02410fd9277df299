// Fields of the SDK's model that answers of the simulated cloud may lack, by interface: what it has
// no notion of (networks, hosts, billing periods, graphics cards). A field that a client of backups
// could need belongs into the simulated cloud, not here.
export const absent = {
  Image: ["CdcCacheStatus"],
  Instance: [
    "CPU", "CamRoleName", "CpuTopology", "DedicatedClusterId", "DefaultLoginPort",
    "DefaultLoginUser", "DisasterRecoverGroupIds", "EnableJumboFrame", "ExpiredTime", "GPUInfo",
    "HostName", "HpcClusterId", "IPv6Addresses", "InternetAccessible", "IsolatedSource",
    "LatestOperationErrorMsg", "LoginSettings", "Memory", "Metadata", "PartitionNumber",
    "PrivateIpAddresses", "PublicIPv6Addresses", "PublicIpAddresses", "RdmaIpAddresses",
    "RenewFlag", "SecurityGroupIds", "Uuid", "VirtualPrivateCloud",
  ],
  Placement: [
    "DedicatedResourcePackIds", "DedicatedResourcePackTenancy", "HostId", "HostIds", "RackId",
  ],
  SystemDisk: ["CdcId", "DiskName", "Encrypt", "KmsKeyId"],
  DataDisk: [
    "BurstPerformance", "CdcId", "DiskName", "KmsKeyId", "SnapshotId", "ThroughputPerformance",
  ],
};
