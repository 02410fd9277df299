// What the daemon asks the cloud to change, complete enough that nobody has to look anything up.
#pragma once

#include "model/cloud_objects.hpp"
#include "model/policy.hpp"

#include <string>
#include <vector>

namespace cvmbackup {

struct CreateImageRequest {
    InstanceId instance;
    std::string name;                // ≤ 60 characters
    std::string description;         // ≤ 256 characters
    std::vector<DiskId> data_disks;  // non-empty: a whole-machine image
    bool power_off = false;
    Tags tags;
    bool operator==(const CreateImageRequest&) const = default;
};

struct SyncImageRequest {
    ImageId image;
    std::vector<Region> destinations;  // not the source region
    std::string name;                  // of the copies
    bool operator==(const SyncImageRequest&) const = default;
};

struct SyncedImage {
    ImageId image;
    Region region;
    bool operator==(const SyncedImage&) const = default;
};

struct ExportImageRequest {
    ImageId image;
    BucketName bucket;
    std::string prefix;  // FileNamePrefix
    ExportFormat format = ExportFormat::qcow2;
    bool operator==(const ExportImageRequest&) const = default;
};

// Calls that change something; each has a limiter of its own per access endpoint and account.
enum class Change { create_image, sync_images, export_images, delete_images, start_instances };

}  // namespace cvmbackup
