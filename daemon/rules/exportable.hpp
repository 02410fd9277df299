// What can be known of an export or a replica before the cloud is asked: whether the image may
// leave, and the names of its objects. Reasons are plain words and say what to do. Sources: the
// "Export image" and "Copy image" pages, error lists of ExportImages and SyncImages, COS limits.
#pragma once

#include "model/backup.hpp"

#include <optional>
#include <string>

namespace cvmbackup {

constexpr std::int64_t export_disk_gib_max = 500;  // each disk of an exported image
constexpr std::size_t export_data_disks_max = 5;   // of an exported whole-machine image
constexpr std::size_t object_key_max = 850;        // COS: bytes in a key

std::optional<std::string> why_not_exportable(const Backup& backup);
std::optional<std::string> why_not_replicable(const Backup& backup);

// The prefix that ExportImages gets. Placeholders: {policy} {instance} {name} {time} {date};
// {time} is 20270104T021500Z, {date} 20270104, in UTC. What comes from an instance's name holds
// only A-Z a-z 0-9 . _ - and is never empty, "." or "..".
std::string expand_prefix(
    const std::string& prefix_template,
    const PolicyName& policy,
    const InstanceId& instance,
    const std::string& instance_name,
    Instant due
);

// What is wrong with a template, in plain words: unknown placeholders, characters that a key should
// not have, a prefix that two exports would share, keys that could grow too long.
std::optional<std::string> why_not_prefix(
    const std::string& prefix_template, const PolicyName& policy
);

}  // namespace cvmbackup
