#include "action_rules.hpp"
#include "instance_rules.hpp"
#include "text.hpp"

#include <algorithm>

namespace cloudsim {
namespace {

namespace json = boost::json;

struct Wish {
    std::string name;
    std::string description;
    std::string family;
    std::optional<std::string> instance_id;
    std::vector<std::string> snapshot_ids;
    std::vector<std::string> data_disk_ids;
    Tags tags;
    std::optional<bool> poweroff;
    bool sysprep = false;
    bool dry_run = false;
};

// A string in the model; clients send "true", "True" and "TRUE".
std::optional<bool> take_text_flag(Params& params, std::string_view name) {
    const auto text = params.optional_text(name);
    if (!text) {
        return std::nullopt;
    }
    const std::string value = to_lower(*text);
    if (value != "true" && value != "false") {
        throw Refusal{
            "InvalidParameterValue", "`" + std::string{name} + "` must be \"true\" or \"false\"."};
    }
    return value == "true";
}

Wish take_wish(Params& params) {
    Wish wish;
    wish.name = params.text("ImageName");
    wish.description = params.optional_text("ImageDescription").value_or("");
    wish.family = params.optional_text("ImageFamily").value_or("");
    wish.instance_id = params.optional_text("InstanceId");
    wish.snapshot_ids = params.texts("SnapshotIds");
    wish.data_disk_ids = params.texts("DataDiskIds");
    wish.poweroff = take_text_flag(params, "ForcePoweroff");
    wish.sysprep = take_text_flag(params, "Sysprep").value_or(false);
    wish.dry_run = params.flag("DryRun");
    for (auto& [key, value] : take_tags(params, "image")) {
        if (!wish.tags.emplace(key, value).second) {
            throw Refusal{"InvalidParameterValue", "The tag `" + key + "` is given twice."};
        }
    }
    params.finish();
    check_image_name(wish.name);
    check_image_description(wish.description);
    check_image_family(wish.family);
    if (wish.instance_id.has_value() == !wish.snapshot_ids.empty()) {
        throw Refusal{
            "InvalidParameter.SpecifyOneParameter",
            "Exactly one of `InstanceId` and `SnapshotIds` is needed."};
    }
    if (!wish.data_disk_ids.empty() && !wish.instance_id) {
        throw Refusal{"InvalidParameter.InvalidDependence", "`DataDiskIds` needs `InstanceId`."};
    }
    if (wish.sysprep && !wish.instance_id) {
        throw Refusal{"InvalidParameter.InvalidDependence", "`Sysprep` needs `InstanceId`."};
    }
    return wish;
}

void check_state(const Instance& instance) {
    if (instance.state == "STOPPED" && instance.stop_charging) {
        throw Refusal{
            "UnsupportedOperation.StoppedModeStopCharging",
            "The instance `" + instance.id + "` is stopped without charge."};
    }
    if (instance.state == "RUNNING" || instance.state == "STOPPED") {
        return;
    }
    if (instance.state == "PENDING") {
        throw Refusal{
            "OperationDenied.InstanceOperationInProgress",
            "The instance `" + instance.id + "` is being created."};
    }
    if (instance.state == "LAUNCH_FAILED" || instance.state == "SHUTDOWN") {
        throw Refusal{
            "InvalidInstance.NotSupported",
            "The instance `" + instance.id + "` is " + instance.state + "."};
    }
    refuse_state(instance);
}

Instance& usable_instance(Call& call, const std::string& id) {
    Instance& instance = own_instance(call, id);
    check_state(instance);
    check_idle(instance);
    if (instance.reinstall_failed) {
        throw Refusal{
            "UnsupportedOperation.InstanceReinstallFailed",
            "The reinstallation of `" + id + "` failed."};
    }
    return instance;
}

const Disk& usable_data_disk(const Instance& instance, const std::string& id) {
    if (id == instance.system_disk.id) {
        throw Refusal{
            "InvalidParameter.DataDiskIdContainsRootDisk", "`" + id + "` is the system disk."};
    }
    const auto found = std::ranges::find(instance.data_disks, id, &Disk::id);
    if (found == instance.data_disks.end()) {
        throw Refusal{
            "InvalidParameter.DataDiskNotBelongSpecifiedInstance",
            "`" + id + "` is no data disk of `" + instance.id + "`."};
    }
    if (found->type.starts_with("LOCAL_")) {
        throw Refusal{"InvalidParameter.LocalDataDiskNotSupport", "`" + id + "` is a local disk."};
    }
    return *found;
}

struct Content {
    Image image;
    std::vector<std::string> disk_ids;
};

Content content_of_instance(Call& call, const Wish& wish) {
    const Instance& instance = usable_instance(call, *wish.instance_id);
    if (wish.sysprep && instance.platform != "Windows") {
        throw Refusal{"InvalidParameter.InvalidDependence", "`Sysprep` is for Windows only."};
    }
    Content content;
    content.image.os = instance.os;
    content.image.platform = instance.platform;
    content.image.architecture = architecture_of(instance.instance_type);
    content.image.license = instance.license;
    content.image.flaw = instance.flaw;
    content.image.marketplace = instance.marketplace;
    content.image.instance_id = instance.id;
    content.image.encrypted = instance.system_disk.encrypted;
    content.image.disks.push_back({"", true, instance.system_disk.size, instance.system_disk.used});
    content.disk_ids.push_back(instance.system_disk.id);
    for (const std::string& id : wish.data_disk_ids) {
        const Disk& disk = usable_data_disk(instance, id);
        if (std::ranges::find(content.disk_ids, id) != content.disk_ids.end()) {
            throw Refusal{"InvalidParameterValue", "The disk `" + id + "` is given twice."};
        }
        content.image.disks.push_back({"", false, disk.size, disk.used});
        content.image.encrypted = content.image.encrypted || disk.encrypted;
        content.disk_ids.push_back(disk.id);
    }
    return content;
}

const Snapshot& usable_snapshot(Call& call, const std::string& id) {
    const Snapshot* snapshot = call.state.find_snapshot(id);
    if (snapshot == nullptr || snapshot->uin != call.account.uin ||
        snapshot->region != call.region) {
        throw Refusal{"InvalidParameter.SnapshotNotFound", "There is no snapshot `" + id + "`."};
    }
    if (call.state.snapshot_state(*snapshot) != "NORMAL") {
        throw Refusal{
            "ResourceUnavailable.SnapshotCreating", "The snapshot `" + id + "` is not complete."};
    }
    const bool is_orphan = !snapshot->made_for.empty() && snapshot->image_ids.empty();
    if (is_orphan && !call.state.behaviour.orphan_snapshots_usable) {
        throw Refusal{
            "InvalidParameter.SnapshotNotFound", "The image of the snapshot `" + id + "` is gone."};
    }
    return *snapshot;
}

Content content_of_snapshots(Call& call, const Wish& wish) {
    Content content;
    std::int64_t system_disks = 0;
    for (const std::string& id : wish.snapshot_ids) {
        const Snapshot& snapshot = usable_snapshot(call, id);
        auto& disks = content.image.disks;
        if (snapshot.is_system) {
            system_disks += 1;
            disks.insert(disks.begin(), {id, true, snapshot.size, snapshot.used});
            content.image.os = snapshot.os;
            content.image.platform = snapshot.platform;
            content.image.architecture = snapshot.architecture;
            content.image.license = snapshot.license;
            content.image.flaw = snapshot.flaw;
            content.image.marketplace = snapshot.marketplace;
        } else if (std::ranges::find(disks, id, &ImageDisk::snapshot_id) != disks.end()) {
            throw Refusal{"InvalidParameterValue", "The snapshot `" + id + "` is given twice."};
        } else {
            disks.push_back({id, false, snapshot.size, snapshot.used});
        }
        content.image.encrypted = content.image.encrypted || snapshot.encrypted;
    }
    if (system_disks == 0) {
        throw Refusal{
            "InvalidParameter.SystemSnapshotNotFound", "No snapshot is one of a system disk."};
    }
    if (system_disks > 1) {
        throw Refusal{
            "InvalidParameter.DuplicateSystemSnapshots",
            "More than one snapshot is one of a system disk."};
    }
    return content;
}

void check_account(const Call& call, const Wish& wish) {
    check_balance(call);
    if (static_cast<std::int64_t>(wish.tags.size()) > call.state.limits.tags_per_image) {
        throw Refusal{"InvalidParameterValue.TagQuotaLimitExceeded", "Too many tags."};
    }
    check_name_is_free(call, call.region, wish.name);
    check_image_quota(call, call.region, 1);
}

void occupy_instance(Call& call, const std::string& instance_id, const std::string& image_id) {
    Instance& instance = *call.state.find_instance(instance_id);
    instance.image_in_creation = image_id;
    show_operation(call, instance, "CreateImage");
}

bool powers_off(const Behaviour& behaviour, std::optional<bool> said) {
    switch (behaviour.poweroff_false) {
        case PoweroffFalse::soft_if_omitted:
            return said.value_or(true);
        case PoweroffFalse::soft:
            return true;
        case PoweroffFalse::live:
            return said.value_or(false);
    }
    return false;
}

// The machine goes down at once; in the kinder world it is started again when the image is done.
void power_off(Call& call, const std::string& instance_id, Instant image_done) {
    Instance& instance = *call.state.find_instance(instance_id);
    if (instance.state != "RUNNING") {
        return;
    }
    call.state.change_state(instance, "STOPPED");
    if (!call.state.behaviour.poweroff_stays_off) {
        Task task;
        task.kind = TaskKind::instance_start;
        task.subject = instance_id;
        call.state.schedule(image_done, std::move(task));
    }
}

}  // namespace

json::object create_image(Call& call, Params& params) {
    Wish wish = take_wish(params);
    Content content =
        wish.instance_id ? content_of_instance(call, wish) : content_of_snapshots(call, wish);
    check_account(call, wish);
    if (wish.dry_run) {
        return answer_dry_run(call);
    }
    State& state = call.state;
    content.image.name = wish.name;
    content.image.description = wish.description;
    content.image.family = wish.family;
    content.image.tags = wish.tags;
    content.image.uin = call.account.uin;
    content.image.region = call.region;
    content.image.state = "CREATING";
    content.image.created = state.now;
    content.image.listed_from = state.now + state.durations.within(state.behaviour.list_delay);
    content.image.tags_from = state.now + state.durations.within(state.behaviour.tags_late);
    content.image.ends = state.now + state.durations.within(state.timing.create);
    Image& image = state.add_image(std::move(content.image));
    if (wish.instance_id) {
        state.add_snapshots(image, content.disk_ids);
    } else {
        state.bind_snapshots(image);
    }
    Task task;
    task.kind = TaskKind::creation;
    task.end = call.task_end;
    task.subject = image.id;
    task.source = image.instance_id;
    state.schedule(image.ends, std::move(task));
    call.tasks.push_back({.image = image.id, .length = image.ends - state.now});
    if (wish.instance_id) {
        occupy_instance(call, *wish.instance_id, image.id);
        if (powers_off(state.behaviour, wish.poweroff)) {
            power_off(call, *wish.instance_id, image.ends);
        }
    }
    json::object result;
    result["ImageId"] = json_text(image.id);
    return result;
}

}  // namespace cloudsim
