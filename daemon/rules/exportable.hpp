// What can be known about a backup before the cloud is asked to export or replicate its image.
// Reasons are plain words and say what to do. Sources: the "Export image" and "Copy image" pages,
// error lists of ExportImages and SyncImages.
#pragma once

#include "model/backup.hpp"

#include <optional>
#include <string>

namespace cvmbackup {

constexpr std::int64_t export_disk_gib_max = 500;  // each disk of an exported image
constexpr std::size_t export_data_disks_max = 5;   // of an exported whole-machine image

std::optional<std::string> why_not_exportable(const Backup& backup);
std::optional<std::string> why_not_replicable(const Backup& backup);

}  // namespace cvmbackup
