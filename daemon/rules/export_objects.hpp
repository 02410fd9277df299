// Which of the objects in a bucket an export wrote, and whether they can hold its disks.
#pragma once

#include "model/backup.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace cvmbackup {

// The codes of a copy whose objects cannot hold its disks, and of one with fewer objects than
// disks.
inline constexpr const char* too_small_code = "ObjectsTooSmall";
inline constexpr const char* objects_missing_code = "ObjectsMissing";

// What is known of an export before its objects are there.
struct ExpectedExport {
    std::string prefix;  // that ExportImages was given
    ImageId image;
    ExportFormat format = ExportFormat::qcow2;
    std::vector<std::int64_t> disks_gib;  // the system disk's first; 0: not known
};

ExpectedExport expected_export(const Backup& backup, const Copy& copy);

// The objects among `listed` that this export can have written: those whose names go on after its
// prefix with its image and end like its format; if there are none, those of the form that the
// console writes (<prefix>_xvda.raw), which names no image.
std::vector<StoredObject> objects_of(
    const ExpectedExport& exported, const std::vector<StoredObject>& listed
);

// The fewest prefixes that list these exports of an instance and little else: what their names have
// in common if that tells the instance, else each name.
std::vector<std::string> prefixes_to_list(
    const std::vector<Copy>& exports, const InstanceId& instance
);

// Why the objects cannot hold the disks, as far as sizes tell: one is empty, or a raw one is
// smaller than its disk. Other formats leave out what is not written, so their sizes tell no more.
// Empty if there is nothing to say.
std::string why_too_small(const ExpectedExport& exported, const std::vector<StoredObject>& objects);

}  // namespace cvmbackup
