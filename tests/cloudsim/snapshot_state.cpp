#include "state.hpp"

#include <algorithm>
#include <cassert>

namespace cloudsim {

Snapshot& State::add_snapshot(Snapshot snapshot) {
    const std::string id = snapshot.id;
    const Place place{snapshot.uin, snapshot.region};
    Snapshot& added = snapshots.insert_or_assign(id, std::move(snapshot)).first->second;
    std::vector<Snapshot*>& here = snapshots_at[place];
    here.insert(std::ranges::upper_bound(here, added.created, {}, &Snapshot::created), &added);
    return added;
}

void State::remove_snapshot(const std::string& id) {
    const auto found = snapshots.find(id);
    assert(found != snapshots.end());
    Snapshot& snapshot = found->second;
    std::erase(snapshots_at[Place{snapshot.uin, snapshot.region}], &snapshot);
    const auto group = snapshot_groups.find(snapshot.group_id);
    if (group != snapshot_groups.end()) {
        std::erase(group->second.snapshot_ids, id);
        group->second.modified = now;
        if (group->second.snapshot_ids.empty()) {
            snapshot_groups.erase(group);
        }
    }
    snapshots.erase(found);
}

void State::remove_if_expired(const Snapshot& snapshot) {
    if (snapshot.deadline && *snapshot.deadline <= now && snapshot.image_ids.empty() &&
        snapshot.copying_to.empty()) {
        remove_snapshot(std::string{snapshot.id});
    }
}

void State::add_snapshots(Image& image, const std::vector<std::string>& disk_ids) {
    const Instance* instance = find_instance(image.instance_id);
    const bool is_here = instance != nullptr && instance->region == image.region;
    for (std::size_t i = 0; i < image.disks.size(); ++i) {
        ImageDisk& disk = image.disks[i];
        disk.snapshot_id = new_id("snap-");
        Snapshot snapshot;
        snapshot.id = disk.snapshot_id;
        snapshot.uin = image.uin;
        snapshot.region = image.region;
        snapshot.zone = is_here ? instance->zone : image.region + "-1";
        snapshot.name = image.name;
        snapshot.disk_id = i < disk_ids.size() ? disk_ids[i] : "";
        snapshot.is_system = disk.is_system;
        snapshot.size = disk.size;
        snapshot.used = disk.used;
        snapshot.encrypted = image.encrypted;
        snapshot.made_for = image.id;
        snapshot.image_ids.insert(image.id);
        snapshot.copied = image.state == "SYNCING";
        snapshot.os = image.os;
        snapshot.platform = image.platform;
        snapshot.architecture = image.architecture;
        snapshot.license = image.license;
        snapshot.flaw = image.flaw;
        snapshot.marketplace = image.marketplace;
        snapshot.created = image.created;
        snapshot.ends = image.ends;
        add_snapshot(std::move(snapshot));
    }
}

void State::bind_snapshots(const Image& image) {
    for (const ImageDisk& disk : image.disks) {
        find_snapshot(disk.snapshot_id)->image_ids.insert(image.id);
    }
}

void State::unbind_snapshots(const Image& image, bool remove) {
    for (const ImageDisk& disk : image.disks) {
        Snapshot* snapshot = find_snapshot(disk.snapshot_id);
        if (snapshot == nullptr) {
            continue;
        }
        snapshot->image_ids.erase(image.id);
        if (remove && snapshot->image_ids.empty()) {
            remove_snapshot(disk.snapshot_id);
        } else {
            remove_if_expired(*snapshot);
        }
    }
}

void State::vanish_image(const std::string& id) {
    for (ImageDisk& disk : images.at(id).disks) {
        Snapshot* snapshot = find_snapshot(disk.snapshot_id);
        if (snapshot != nullptr && snapshot->made_for != id) {
            snapshot->image_ids.erase(id);
            disk.snapshot_id.clear();
            remove_if_expired(*snapshot);
        }
    }
    remove_image(id, true);
}

std::string_view State::snapshot_state(const Snapshot& snapshot) const {
    std::string_view state = snapshot.state;
    const auto image = images.find(snapshot.made_for);
    if (image != images.end()) {
        const std::string& progress = image->second.state;
        if (progress == "CREATING" || progress == "IMPORTING") {
            return "CREATING";
        }
        // A source that is busy with a copy or an export says SYNCING too; its snapshots are
        // complete.
        if (progress == "SYNCING" && image->second.is_unfinished_copy) {
            state = "COPYING_FROM_REMOTE";
        }
    }
    // The last tenth of a copy is its verification.
    const Duration whole = snapshot.ends - snapshot.created;
    const bool is_checking = snapshot.ends - now <= whole / 10;
    return state == "COPYING_FROM_REMOTE" && is_checking ? "CHECKING_COPIED" : state;
}

std::int64_t State::snapshot_percent(const Snapshot& snapshot) const {
    if (snapshot_state(snapshot) == "NORMAL") {
        return 100;
    }
    const Duration whole = snapshot.ends - snapshot.created;
    const Duration done = std::min(now, snapshot.ends) - snapshot.created;
    return whole <= Duration{0} ? 99 : std::min<std::int64_t>(99, done * 100 / whole);
}

std::int64_t State::count_leaked_snapshots(const Place& place) const {
    return std::ranges::count_if(snapshots, [&place](const auto& entry) {
        const Snapshot& snapshot = entry.second;
        return !snapshot.made_for.empty() && snapshot.image_ids.empty() &&
               snapshot.uin == place.first && snapshot.region == place.second;
    });
}

void State::end_snapshot_task(const Task& task) {
    if (Snapshot* source = find_snapshot(task.source)) {
        const Snapshot* copy = find_snapshot(task.subject);
        const auto at = copy == nullptr ? source->copying_to.end()
                                        : std::ranges::find(source->copying_to, copy->region);
        if (at != source->copying_to.end()) {
            source->copying_to.erase(at);
        }
        remove_if_expired(*source);
    }
    Snapshot* snapshot = find_snapshot(task.subject);
    if (snapshot == nullptr) {
        return;
    }
    if (task.kind == TaskKind::snapshot_expiry) {
        return remove_if_expired(*snapshot);
    }
    // There is no state for a failed snapshot: it is gone, and so is the group it is the last of.
    if (task.end != TaskEnd::succeeds) {
        remove_snapshot(task.subject);
        return;
    }
    snapshot->state = "NORMAL";
    const auto group = snapshot_groups.find(snapshot->group_id);
    if (group != snapshot_groups.end()) {
        group->second.modified = now;
    }
}

}  // namespace cloudsim
