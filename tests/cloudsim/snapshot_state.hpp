// Snapshots of the block-storage service (cbs) and groups of them, as State holds them. A snapshot
// is made for an image or by the user; either way images may hold it, and while one does it cannot
// be deleted alone. Source of the rules: facts/tencent-cloud.md sections 2.3 and 2.17.
#pragma once

#include "world.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace cloudsim {

struct Snapshot {
    std::string id;
    std::string uin;
    std::string region;
    std::string zone;
    std::string name;
    std::string disk_id;
    bool is_system = true;
    std::int64_t size = 0;  // GiB
    std::int64_t used = 0;  // GiB of content; 0: all of it
    bool encrypted = false;
    // CREATING, COPYING_FROM_REMOTE or NORMAL. Of one made for an image the image's state counts.
    std::string state = "NORMAL";
    std::string made_for;             // id of the image it was made for, "" for the user's own
    std::set<std::string> image_ids;  // the images that hold it
    std::string group_id;
    std::vector<std::string> copying_to;
    bool copied = false;  // from another region
    // Of the machine, for images made of the snapshot.
    std::string os;
    std::string platform;
    std::string architecture = "x86_64";
    std::string license = "TencentCloud";
    std::string flaw;
    bool marketplace = false;
    Instant created;
    Instant ends;  // of the creation or copy
    std::optional<Instant> deadline;
    Tags tags;
};

// Lives as long as any of its snapshots does.
struct SnapshotGroup {
    std::string id;
    std::string uin;
    std::string region;
    std::string name;
    Instant created;
    Instant modified;
    std::vector<std::string> snapshot_ids;
};

}  // namespace cloudsim
