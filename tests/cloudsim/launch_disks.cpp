#include "launch_disks.hpp"

#include "text.hpp"

#include <algorithm>
#include <array>

namespace cloudsim {
namespace {

constexpr std::size_t data_disks_max = 21;  // RunInstances, DataDisks
constexpr std::size_t cloud_disks_max = 20;
constexpr std::int64_t data_disk_max = 32'000;
constexpr std::int64_t system_disk_max = 2048;
constexpr std::int64_t system_disk_default = 50;
constexpr std::int64_t size_step = 10;
constexpr std::size_t name_max = 128;

void check_type(const std::string& type) {
    static constexpr std::array types{
        "LOCAL_BASIC",
        "LOCAL_SSD",
        "LOCAL_NVME",
        "LOCAL_PRO",
        "CLOUD_BASIC",
        "CLOUD_PREMIUM",
        "CLOUD_SSD",
        "CLOUD_BSSD",
        "CLOUD_HSSD",
        "CLOUD_TSSD"};
    if (std::ranges::find(types, type) == types.end()) {
        throw Refusal{"InvalidParameterValue", "`" + type + "` is no disk type."};
    }
}

bool is_local(const Disk& disk) {
    return disk.type.starts_with("LOCAL_");
}

// The members that system and data disks share.
DiskWish take_disk(Params& params) {
    DiskWish wish;
    wish.type = params.optional_text("DiskType");
    wish.size = params.integer("DiskSize");
    wish.encrypted = params.flag("Encrypt");
    wish.kms_key = params.optional_text("KmsKeyId").value_or("");
    const bool has_id = params.optional_text("DiskId").has_value();
    const std::string name = params.optional_text("DiskName").value_or("");
    const bool has_cluster = params.optional_text("CdcId").has_value();
    if (wish.type) {
        check_type(*wish.type);
    }
    if (has_id) {
        throw Refusal{"InvalidParameterValue.NotSupported", "`DiskId` is for answers only."};
    }
    if (!wish.kms_key.empty() && !wish.encrypted) {
        throw Refusal{"InvalidParameter.InvalidDependence", "`KmsKeyId` needs `Encrypt`."};
    }
    if (count_characters(name) > name_max) {
        throw Refusal{"InvalidParameterValue.TooLong", "`DiskName` is too long."};
    }
    if (has_cluster) {
        throw Refusal{"UnsupportedOperation", "Dedicated clusters are not simulated."};
    }
    return wish;
}

Disk made_of(const DiskWish& wish) {
    Disk disk;
    disk.type = wish.type.value_or(disk.type);
    disk.size = wish.size.value_or(disk.size);
    disk.encrypted = wish.encrypted;
    disk.delete_with_instance = wish.delete_with_instance;
    disk.snapshot_id = wish.snapshot_id;
    return disk;
}

Snapshot& data_snapshot(Call& call, const std::string& id) {
    if (!is_well_formed_id(id, "snap-")) {
        throw Refusal{
            "InvalidParameterValue.SnapshotIdMalformed",
            "The snapshot id `" + id + "` is malformed."};
    }
    Snapshot* snapshot = call.state.find_snapshot(id);
    if (snapshot == nullptr || snapshot->uin != call.account.uin ||
        snapshot->region != call.region) {
        throw Refusal{"InvalidParameter.SnapshotNotFound", "There is no snapshot `" + id + "`."};
    }
    return *snapshot;
}

void check_ready(const Call& call, const Snapshot& snapshot) {
    if (call.state.snapshot_state(snapshot) != "NORMAL") {
        throw Refusal{
            "ResourceUnavailable.SnapshotCreating",
            "The snapshot `" + snapshot.id + "` is not complete."};
    }
}

void check_snapshot_size(const Call& call, const Disk& disk, const Snapshot& snapshot) {
    const SnapshotDiskSize rule = call.state.behaviour.snapshot_disk_size;
    if (disk.size < snapshot.size ||
        (rule == SnapshotDiskSize::larger && disk.size == snapshot.size)) {
        throw Refusal{
            "FailedOperation.SnapshotSizeLargerThanDataSize",
            "The snapshot `" + snapshot.id + "` needs a larger disk."};
    }
    if (rule == SnapshotDiskSize::equal && disk.size > snapshot.size) {
        throw Refusal{
            "FailedOperation.SnapshotSizeLessThanDataSize",
            "The snapshot `" + snapshot.id + "` needs a smaller disk."};
    }
}

// A snapshot of a system disk can only become an image.
void fill_from_snapshot(Call& call, Disk& disk) {
    const Snapshot& snapshot = data_snapshot(call, disk.snapshot_id);
    if (snapshot.is_system || is_local(disk)) {
        throw Refusal{
            "UnsupportedOperation.InvalidDisk",
            "`" + disk.snapshot_id + "` cannot become such a data disk."};
    }
    check_ready(call, snapshot);
    check_snapshot_size(call, disk, snapshot);
    disk.encrypted = disk.encrypted || snapshot.encrypted;
    disk.used = snapshot.used == 0 ? snapshot.size : snapshot.used;
}

bool has_data_snapshots(const std::vector<DiskWish>& wishes, const Image& image) {
    return std::ranges::all_of(image.disks, [&wishes](const ImageDisk& disk) {
        return disk.is_system ||
               std::ranges::find(wishes, disk.snapshot_id, &DiskWish::snapshot_id) != wishes.end();
    });
}

std::vector<Disk> disks_of_image(const Image& image) {
    std::vector<Disk> disks;
    for (const ImageDisk& part : image.disks) {
        if (!part.is_system) {
            Disk disk;
            disk.size = part.size;
            disk.used = part.used;
            disk.encrypted = image.encrypted;
            disk.delete_with_instance = true;
            disk.snapshot_id = part.snapshot_id;
            disks.push_back(std::move(disk));
        }
    }
    return disks;
}

}  // namespace

std::optional<DiskWish> take_system_disk(Params& params) {
    auto object = params.object("SystemDisk");
    if (!object) {
        return std::nullopt;
    }
    DiskWish wish = take_disk(*object);
    object->finish();
    return wish;
}

std::vector<DiskWish> take_data_disks(Params& params) {
    std::vector<DiskWish> wishes;
    for (Params& object : params.objects("DataDisks")) {
        DiskWish wish = take_disk(object);
        wish.snapshot_id = object.optional_text("SnapshotId").value_or("");
        wish.delete_with_instance = object.flag("DeleteWithInstance", true);
        object.integer("ThroughputPerformance");
        object.flag("BurstPerformance");
        object.finish();
        if (!wish.size) {
            throw Refusal{"MissingParameter", "A data disk is missing its `DiskSize`."};
        }
        wishes.push_back(std::move(wish));
    }
    const auto in_cloud = std::ranges::count_if(wishes, [](const DiskWish& wish) {
        return !is_local(made_of(wish));
    });
    if (wishes.size() > data_disks_max || in_cloud > static_cast<std::ptrdiff_t>(cloud_disks_max) ||
        static_cast<std::ptrdiff_t>(wishes.size()) - in_cloud > 1) {
        throw Refusal{"InvalidParameterValue.LimitExceeded", "There are too many data disks."};
    }
    return wishes;
}

void check_available(const Call& call, const DiskWish& wish) {
    const std::vector<std::string>& keys = call.account.kms_keys;
    if (!wish.kms_key.empty() && std::ranges::find(keys, wish.kms_key) == keys.end()) {
        throw Refusal{
            "InvalidParameter.InvalidKmsKeyId", "There is no key `" + wish.kms_key + "`."};
    }
    const std::string type = made_of(wish).type;
    const std::vector<std::string>& sold_out = call.state.limits.sold_out_disks;
    if (std::ranges::find(sold_out, type) != sold_out.end()) {
        throw Refusal{"ResourceInsufficient.CloudDiskSoldOut", type + " is sold out."};
    }
}

// "Default 50", but whoever says nothing of the system disk gets one that the image fits on.
Disk system_disk_for(const std::optional<DiskWish>& wish, const Image& image) {
    const std::int64_t needed = image.disks.front().size;
    Disk disk = made_of(wish.value_or(DiskWish{}));
    disk.size =
        wish ? wish->size.value_or(system_disk_default) : std::max(system_disk_default, needed);
    disk.encrypted = disk.encrypted || image.encrypted;
    const std::int64_t used = image.disks.front().used;
    disk.used = used == 0 ? needed : used;
    if (disk.size < needed || disk.size > system_disk_max) {
        throw Refusal{
            "InvalidParameterValue.Range",
            "The system disk must have " + std::to_string(needed) + " to 2048 GiB."};
    }
    return disk;
}

std::vector<Disk> data_disks_for(
    Call& call, const std::vector<DiskWish>& wishes, const Image& image
) {
    const WholeMachineLaunch rule = call.state.behaviour.whole_machine_launch;
    if (image.is_whole_machine() && rule == WholeMachineLaunch::refused &&
        !has_data_snapshots(wishes, image)) {
        throw Refusal{
            "InvalidParameter.InstanceImageNotSupport",
            "The data disks of the whole-machine image must be named."};
    }
    if (wishes.empty() && rule == WholeMachineLaunch::all_disks) {
        return disks_of_image(image);
    }
    std::vector<Disk> disks;
    for (const DiskWish& wish : wishes) {
        Disk disk = made_of(wish);
        if (disk.size < size_step || disk.size > data_disk_max || disk.size % size_step != 0) {
            throw Refusal{
                "ResourceInsufficient.CloudDiskUnavailable",
                "A data disk must have 10 to 32000 GiB, in steps of 10."};
        }
        if (!disk.snapshot_id.empty()) {
            fill_from_snapshot(call, disk);
        }
        disks.push_back(std::move(disk));
    }
    return disks;
}

}  // namespace cloudsim
