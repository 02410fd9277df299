// CreateSnapshot and CreateSnapshotGroup. Rates and codes: facts/tencent-cloud.md section 2.17 and
// the published code list of CreateSnapshot, which the group's action is taken to share.
#include "action_rules.hpp"
#include "instance_rules.hpp"
#include "snapshot_rules.hpp"
#include "text.hpp"

#include <algorithm>

namespace cloudsim {
namespace {

namespace json = boost::json;

constexpr Duration deadline_min = std::chrono::hours{24};  // CreateSnapshot, Deadline

struct DiskPlace {
    const Instance* instance = nullptr;
    const Disk* disk = nullptr;
    bool is_system = false;
};

DiskPlace find_disk(const Call& call, const std::string& id) {
    const auto found = call.state.instances_at.find(call.place());
    if (found == call.state.instances_at.end()) {
        return {};
    }
    for (const Instance* instance : found->second) {
        if (instance->system_disk.id == id) {
            return {instance, &instance->system_disk, true};
        }
        const auto data = std::ranges::find(instance->data_disks, id, &Disk::id);
        if (data != instance->data_disks.end()) {
            return {instance, &*data, false};
        }
    }
    return {};
}

DiskPlace usable_disk(const Call& call, const std::string& id) {
    if (!is_well_formed_id(id, "disk-")) {
        throw Refusal{"InvalidParameterValue", "The disk id `" + id + "` is malformed."};
    }
    const DiskPlace place = find_disk(call, id);
    if (place.disk == nullptr) {
        throw Refusal{"InvalidDiskId.NotFound", "There is no disk `" + id + "`."};
    }
    if (place.disk->type.starts_with("LOCAL_")) {
        throw Refusal{"InvalidDisk.NotSupportSnapshot", "`" + id + "` is a local disk."};
    }
    return place;
}

// The disk makes one snapshot at a time, and the region so many.
void check_creating(const Call& call, const std::vector<std::string>& disk_ids) {
    const auto found = call.state.snapshots_at.find(call.place());
    if (found == call.state.snapshots_at.end()) {
        return;
    }
    auto creating = static_cast<std::int64_t>(disk_ids.size());
    for (const Snapshot* snapshot : found->second) {
        if (call.state.snapshot_state(*snapshot) != "CREATING") {
            continue;
        }
        creating += 1;
        if (std::ranges::find(disk_ids, snapshot->disk_id) != disk_ids.end()) {
            throw Refusal{
                "InvalidDisk.SnapshotCreating",
                "A snapshot of the disk `" + snapshot->disk_id + "` is being created."};
        }
    }
    if (creating > call.state.limits.snapshots_creating) {
        throw Refusal{
            "ResourceUnavailable.TooManyCreatingSnapshot",
            "Too many snapshots are being created; try again later."};
    }
}

void check_account(const Call& call, const std::vector<std::string>& disk_ids) {
    check_balance(call);
    check_creating(call, disk_ids);
    check_snapshot_quota(call, call.region, disk_ids.size());
}

Tags take_snapshot_tags(Params& params) {
    Tags tags;
    for (auto& [key, value] : take_tag_list(params, "Tags")) {
        tags.emplace(key, value);
    }
    return tags;
}

Snapshot snapshot_of(Call& call, const DiskPlace& place, const std::string& name) {
    State& state = call.state;
    Snapshot snapshot;
    snapshot.id = state.new_id("snap-");
    snapshot.uin = call.account.uin;
    snapshot.region = call.region;
    snapshot.zone = place.instance->zone;
    snapshot.name = name;
    snapshot.disk_id = place.disk->id;
    snapshot.is_system = place.is_system;
    snapshot.size = place.disk->size;
    snapshot.used = place.disk->used;
    snapshot.encrypted = place.disk->encrypted;
    snapshot.state = "CREATING";
    snapshot.os = place.instance->os;
    snapshot.platform = place.instance->platform;
    snapshot.architecture = architecture_of(place.instance->instance_type);
    snapshot.license = place.instance->license;
    snapshot.flaw = place.instance->flaw;
    snapshot.marketplace = place.instance->marketplace;
    snapshot.created = state.now;
    snapshot.ends = state.now + state.durations.within(state.timing.snapshot);
    return snapshot;
}

void begin(Call& call, Snapshot snapshot) {
    Task task;
    task.kind = TaskKind::snapshot_creation;
    task.end = call.task_end;
    task.subject = snapshot.id;
    call.state.schedule(snapshot.ends, std::move(task));
    if (snapshot.deadline) {
        Task expiry;
        expiry.kind = TaskKind::snapshot_expiry;
        expiry.subject = snapshot.id;
        call.state.schedule(*snapshot.deadline, std::move(expiry));
    }
    call.state.add_snapshot(std::move(snapshot));
}

std::optional<Instant> take_deadline(Call& call, Params& params) {
    const auto text = params.optional_text("Deadline");
    if (!text) {
        return std::nullopt;
    }
    const auto deadline = parse_rfc3339(*text);
    if (!deadline || *deadline < call.state.now + deadline_min) {
        throw Refusal{
            "InvalidParameterValue", "`Deadline` must be a time at least one day from now."};
    }
    return deadline;
}

}  // namespace

json::object create_snapshot(Call& call, Params& params) {
    const std::string disk_id = params.text("DiskId");
    const std::string name = params.optional_text("SnapshotName").value_or("未命名");
    const std::optional<Instant> deadline = take_deadline(call, params);
    const Tags tags = take_snapshot_tags(params);
    for (const char* unsupported : {"DiskBackupId", "LocalSnap", "DiskUsage"}) {
        if (params.has(unsupported)) {
            throw Refusal{
                "UnsupportedOperation",
                "cvmcloudsim does not simulate `" + std::string{unsupported} + "`."};
        }
    }
    params.finish();
    check_snapshot_name(name);
    const DiskPlace place = usable_disk(call, disk_id);
    check_account(call, {disk_id});
    Snapshot snapshot = snapshot_of(call, place, name);
    snapshot.deadline = deadline;
    snapshot.tags = tags;
    json::object result;
    result["SnapshotId"] = json_text(snapshot.id);
    begin(call, std::move(snapshot));
    return result;
}

json::object create_snapshot_group(Call& call, Params& params) {
    const std::vector<std::string> disk_ids = params.required_texts("DiskIds");
    const std::string name = params.optional_text("SnapshotGroupName").value_or("未命名");
    const Tags tags = take_snapshot_tags(params);
    params.finish();
    check_snapshot_name(name);
    std::vector<DiskPlace> places;
    for (const std::string& id : disk_ids) {
        places.push_back(usable_disk(call, id));
        if (places.back().instance != places.front().instance) {
            throw Refusal{
                "InvalidParameterValue", "The disks are not attached to the same instance."};
        }
        if (std::ranges::count(disk_ids, id) > 1) {
            throw Refusal{"InvalidParameterValue", "The disk `" + id + "` is given twice."};
        }
    }
    check_account(call, disk_ids);
    SnapshotGroup group;
    group.id = call.state.new_id("csnap-");
    group.uin = call.account.uin;
    group.region = call.region;
    group.name = name;
    group.created = call.state.now;
    group.modified = call.state.now;
    for (const DiskPlace& place : places) {
        const std::string number = std::to_string(group.snapshot_ids.size());
        Snapshot snapshot = snapshot_of(call, place, name + "_" + number);
        snapshot.group_id = group.id;
        snapshot.tags = tags;
        group.snapshot_ids.push_back(snapshot.id);
        begin(call, std::move(snapshot));
    }
    json::object result;
    result["SnapshotGroupId"] = json_text(group.id);
    call.state.snapshot_groups.emplace(group.id, group);
    return result;
}

}  // namespace cloudsim
