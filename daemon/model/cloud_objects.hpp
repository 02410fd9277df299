// The cloud's objects as far as backups need them; field meanings follow the vendor's data types
// (CVM API 2017-03-12: Instance, Image, Snapshot; COS XML API).
#pragma once

#include "model/ids.hpp"
#include "model/time.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cvmbackup {

using Tags = std::map<std::string, std::string>;

struct Disk {
    DiskId id;
    std::int64_t size_gib = 0;
    std::string type;  // "CLOUD_PREMIUM", "LOCAL_BASIC" …
    bool encrypted = false;

    bool is_cloud() const { return type.starts_with("CLOUD"); }

    bool operator==(const Disk&) const = default;
};

struct Instance {
    InstanceId id;
    std::string name;
    std::string zone;  // "ap-guangzhou-3"
    std::string os_name;
    std::string state;               // "RUNNING", "STOPPED" …
    std::string stop_charging_mode;  // "KEEP_CHARGING" | "STOP_CHARGING" | "NOT_APPLICABLE"
    Disk system_disk;
    std::vector<Disk> data_disks;
    Tags tags;

    bool operator==(const Instance&) const = default;
};

// Narrows DescribeInstances on the server; both empty: all instances of the region. Not both.
struct InstanceQuery {
    std::vector<InstanceId> ids;
    std::map<std::string, std::vector<std::string>> tags;  // at most 10 keys with 5 values each
    bool operator==(const InstanceQuery&) const = default;
};

enum class ImageState {
    creating,
    normal,
    create_failed,
    syncing,
    importing,
    import_failed,
    in_use,
    unknown,  // a word this version does not know: treated as "not settled"
};

struct ImageDisk {
    std::string snapshot_id;
    bool is_system = false;
    std::int64_t size_gib = 0;

    bool operator==(const ImageDisk&) const = default;
};

struct Image {
    ImageId id;
    std::string name;
    std::string description;
    ImageState state = ImageState::unknown;
    std::string state_word;  // as the cloud wrote it
    std::string os_name;
    std::string platform;
    std::string type;  // "PRIVATE_IMAGE" …
    std::int64_t size_gib = 0;
    std::optional<int> sync_percent;
    std::optional<Instant> created;
    std::vector<ImageDisk> disks;

    bool operator==(const Image&) const = default;
};

inline bool failed_in_cloud(const Image& image) {
    return image.state == ImageState::create_failed || image.state == ImageState::import_failed;
}

// A bucket and the region it must be addressed in.
struct BucketPlace {
    AccountName account;
    Region region;
    BucketName bucket;
    auto operator<=>(const BucketPlace&) const = default;
};

struct StoredObject {
    std::string key;
    std::int64_t size_bytes = 0;
    std::string etag;
    std::string crc64;  // x-cos-hash-crc64ecma, decimal; empty where the cloud gave none

    bool operator==(const StoredObject&) const = default;
};

const char* to_text(ImageState state);
ImageState image_state_from(const std::string& word);  // "NORMAL" → normal; unknown words → unknown

}  // namespace cvmbackup
