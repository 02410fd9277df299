// The disks of a machine that RunInstances or ResetInstance makes: what was asked for, and what it
// comes to with this image (facts/tencent-cloud.md 2.12). Sizes in GiB.
#pragma once

#include "action_rules.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cloudsim {

struct DiskWish {
    std::optional<std::string> type;
    std::optional<std::int64_t> size;
    std::string snapshot_id;
    std::string kms_key;
    bool encrypted = false;
    bool delete_with_instance = true;
};

// Takes SystemDisk; nothing when the request has none.
std::optional<DiskWish> take_system_disk(Params& params);
// Takes DataDisks: at most 21, of which 20 in the cloud.
std::vector<DiskWish> take_data_disks(Params& params);

// Refuses a key that the account does not have, and a type that is sold out.
void check_available(const Call& call, const DiskWish& wish);

Disk system_disk_for(const std::optional<DiskWish>& wish, const Image& image);
std::vector<Disk> data_disks_for(
    Call& call, const std::vector<DiskWish>& wishes, const Image& image
);

}  // namespace cloudsim
