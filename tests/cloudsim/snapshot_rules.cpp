#include "snapshot_rules.hpp"

#include "action_rules.hpp"
#include "text.hpp"

#include <algorithm>

namespace cloudsim {
namespace {

constexpr std::size_t name_max = 60;  // ModifySnapshotAttribute, SnapshotName

void check_image_removable(const Call& call, const std::string& id) {
    const Image& image = call.state.images.at(id);
    if (image.state != "NORMAL" && image.state != "CREATEFAILED") {
        throw Refusal{"ResourceBusy", "The image `" + id + "` is " + image.state + "."};
    }
    if (!image.shared_with.empty()) {
        throw Refusal{
            "UnsupportedOperation.SnapshotHasBindedImage", "The image `" + id + "` is shared."};
    }
}

}  // namespace

void check_snapshot_id(const std::string& id) {
    if (!is_well_formed_id(id, "snap-")) {
        throw Refusal{"InvalidParameterValue", "The snapshot id `" + id + "` is malformed."};
    }
}

Snapshot& own_snapshot(Call& call, const std::string& id) {
    check_snapshot_id(id);
    Snapshot* snapshot = call.state.find_snapshot(id);
    if (snapshot == nullptr || snapshot->uin != call.account.uin ||
        snapshot->region != call.region) {
        throw Refusal{"InvalidSnapshotId.NotFound", "There is no snapshot `" + id + "`."};
    }
    return *snapshot;
}

void check_snapshot_name(const std::string& name) {
    if (count_characters(name) > name_max) {
        throw Refusal{"InvalidParameterValue", "The name is longer than 60 characters."};
    }
}

void check_snapshot_quota(const Call& call, const std::string& region, std::size_t more) {
    const State& state = call.state;
    const Place place{call.account.uin, region};
    std::int64_t allowed = state.limits.snapshots_base;
    const auto instances = state.instances_at.find(place);
    if (instances != state.instances_at.end()) {
        for (const Instance* instance : instances->second) {
            const auto disks = static_cast<std::int64_t>(1 + instance->data_disks.size());
            allowed += state.limits.snapshots_per_disk * disks;
        }
    }
    auto used = static_cast<std::int64_t>(more);
    const auto snapshots = state.snapshots_at.find(place);
    if (snapshots != state.snapshots_at.end()) {
        used += std::ranges::count_if(snapshots->second, [&state](const Snapshot* snapshot) {
            return state.behaviour.image_snapshots_count || snapshot->made_for.empty();
        });
    }
    if (used > allowed) {
        throw Refusal{
            "InsufficientSnapshotQuota",
            region + " takes " + std::to_string(allowed) + " snapshots of this account."};
    }
}

void check_removable(Call& call, const std::vector<std::string>& snapshot_ids, bool with_images) {
    for (const std::string& id : snapshot_ids) {
        const Snapshot& snapshot = own_snapshot(call, id);
        if (call.state.snapshot_state(snapshot) != "NORMAL") {
            throw Refusal{
                "ResourceUnavailable.SnapshotCreating",
                "The snapshot `" + id + "` is not complete."};
        }
        if (!snapshot.copying_to.empty()) {
            throw Refusal{"ResourceBusy", "The snapshot `" + id + "` is being copied."};
        }
        if (!snapshot.image_ids.empty() && !with_images) {
            throw Refusal{
                "UnsupportedOperation.SnapshotHasBindedImage",
                "The image `" + *snapshot.image_ids.begin() + "` holds the snapshot `" + id + "`."};
        }
        for (const std::string& image_id : snapshot.image_ids) {
            check_image_removable(call, image_id);
        }
    }
}

void remove_snapshots(State& state, const std::vector<std::string>& snapshot_ids) {
    for (const std::string& id : snapshot_ids) {
        const Snapshot* snapshot = state.find_snapshot(id);
        while (snapshot != nullptr && !snapshot->image_ids.empty()) {
            const std::string image_id = *snapshot->image_ids.begin();
            state.remove_image(image_id, false);
            snapshot = state.find_snapshot(id);
        }
        // One whose deadline has passed went with the last image.
        if (snapshot != nullptr) {
            state.remove_snapshot(id);
        }
    }
}

std::string snapshot_time(const Call& call, Instant at) {
    const bool is_utc = call.state.behaviour.snapshot_times == SnapshotTimes::utc;
    std::string text = to_rfc3339(is_utc ? at : at + std::chrono::hours{8});
    text.pop_back();
    text[text.find('T')] = ' ';
    return text;
}

}  // namespace cloudsim
