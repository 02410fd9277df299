#include "action_rules.hpp"
#include "digests.hpp"
#include "pattern.hpp"
#include "text.hpp"

#include <algorithm>
#include <array>
#include <memory>

namespace cloudsim {
namespace {

namespace json = boost::json;

constexpr std::size_t images_max = 10;       // not published; "too many" is InvalidParameterValue
constexpr std::int64_t disk_size_max = 500;  // GiB, "Export image" page
constexpr std::size_t prefix_max = 800;      // of the 850 bytes that a key may have
constexpr std::size_t data_disks_max = 5;    // the same page
constexpr std::uint64_t gibibyte = 1ULL << 30U;
constexpr std::int64_t seconds_per_gibibyte = 8;
constexpr std::chrono::minutes queue_time{2};

struct Wish {
    std::string bucket;
    std::vector<std::string> image_ids;
    std::vector<std::string> prefixes;
    std::string format;
    std::string role;
    bool only_root_disk = false;
    bool dry_run = false;
};

Wish take_wish(Params& params) {
    Wish wish;
    wish.bucket = params.text("BucketName");
    wish.image_ids = params.texts("ImageIds");
    const bool has_snapshots = !params.texts("SnapshotIds").empty();
    wish.format = params.optional_text("ExportFormat").value_or("RAW");
    wish.prefixes = params.texts("FileNamePrefixList");
    wish.only_root_disk = params.flag("OnlyExportRootDisk");
    wish.dry_run = params.flag("DryRun");
    wish.role = params.optional_text("RoleName").value_or("CVM_QcsRole");
    params.finish();
    if (has_snapshots == !wish.image_ids.empty()) {
        throw Refusal{
            "InvalidParameter.ImageIdsSnapshotIdsMustOne",
            "Exactly one of `ImageIds` and `SnapshotIds` is needed."};
    }
    if (has_snapshots) {
        throw Refusal{"UnsupportedOperation", "Export of snapshots is not open."};
    }
    if (wish.image_ids.size() > images_max) {
        throw Refusal{"InvalidParameterValue.LimitExceeded", "Too many images."};
    }
    if (!wish.prefixes.empty() && wish.prefixes.size() != wish.image_ids.size()) {
        throw Refusal{
            "InvalidParameterValue.InvalidFileNamePrefixList",
            "`FileNamePrefixList` must be as long as `ImageIds`."};
    }
    static constexpr std::array formats{"RAW", "QCOW2", "VHD", "VMDK"};
    if (std::ranges::find(formats, wish.format) == formats.end()) {
        throw Refusal{"InvalidParameterValue", "`" + wish.format + "` is no export format."};
    }
    std::ranges::for_each(wish.image_ids, check_image_id);
    for (const std::string& prefix : wish.prefixes) {
        if (prefix.size() > prefix_max) {
            throw Refusal{
                "InvalidParameterValue.InvalidFileNamePrefixList",
                "The prefix `" + prefix + "` makes the object's key too long."};
        }
    }
    return wish;
}

[[noreturn]] void refuse_export(const std::string& kind, const Image& image) {
    throw Refusal{
        "UnsupportedOperation." + kind, "The image `" + image.id + "` cannot be exported."};
}

void check_kind(const Call& call, const Image& image) {
    if (image.uin.empty()) {
        refuse_export("PublicImageExportUnsupported", image);
    }
    if (!is_owned(call, image)) {
        refuse_export("SharedImageExportUnsupported", image);
    }
    if (platform_of(image.platform) == "Windows" || platform_of(image.os) == "Windows") {
        refuse_export("WindowsImageExportUnsupported", image);
    }
    if (platform_of(image.platform).starts_with("Red Hat") ||
        platform_of(image.os).starts_with("Red Hat")) {
        refuse_export("RedHatImageExportUnsupported", image);
    }
    if (image.marketplace) {
        refuse_export("MarketImageExportUnsupported", image);
    }
    if (image.encrypted) {
        refuse_export("EncryptedImagesNotSupported", image);
    }
}

void check_size(const Image& image, bool only_root_disk) {
    const std::size_t exported = only_root_disk ? 1 : image.disks.size();
    if (exported > data_disks_max + 1) {
        refuse_export("ImageTooLargeExportUnsupported", image);
    }
    for (std::size_t i = 0; i < exported; ++i) {
        if (image.disks[i].size > disk_size_max) {
            refuse_export("ImageTooLargeExportUnsupported", image);
        }
    }
}

void check_room(const Call& call, const Wish& wish) {
    if (call.state.count_exports(call.place()) + static_cast<std::int64_t>(wish.image_ids.size()) >
        call.state.limits.exports_running) {
        throw Refusal{
            "LimitExceeded.ExportImageTaskLimitExceeded", "Too many exports are running."};
    }
}

void check_images(Call& call, const Wish& wish) {
    for (const std::string& id : wish.image_ids) {
        const Image& image = visible_image(call, id);
        check_kind(call, image);
        if (image.state != "NORMAL") {
            throw Refusal{
                "InvalidParameterValue.InvalidImageState",
                "The image `" + id + "` is " + image.state + ", try again later."};
        }
        if (image.exports_running > 0 &&
            call.state.behaviour.second_export == SecondExport::refused) {
            throw Refusal{
                "InvalidParameterValue.InvalidImageState",
                "The image `" + id + "` is being exported, try again later."};
        }
        check_size(image, wish.only_root_disk);
    }
}

void check_destination(Call& call, const Wish& wish) {
    const BucketState* bucket = call.state.find_bucket(wish.bucket);
    if (bucket == nullptr || bucket->uin != call.account.uin ||
        bucket->bucket.region != call.region) {
        throw Refusal{
            "InvalidParameterValue.BucketNotFound",
            "There is no bucket `" + wish.bucket + "` in " + call.region + "."};
    }
    if (!call.account.pass_role) {
        throw Refusal{
            "AuthFailure.UnauthorizedOperation",
            "The key may not pass the role `" + wish.role + "` (cam:PassRole)."};
    }
    if (!call.account.cvm_role || wish.role != "CVM_QcsRole") {
        throw Refusal{
            "AuthFailure.CamRoleNameAuthenticateFailed",
            "The role `" + wish.role + "` does not exist or does not trust CVM."};
    }
    if (!bucket->bucket.export_allowed) {
        throw Refusal{
            "InvalidParameterValue.InvalidBucketPermissionForExport",
            "The role may not write to `" + wish.bucket + "`."};
    }
}

struct Names {
    std::string told;  // in CosPaths
    std::string key;   // in the bucket
};

// A path that is told may begin with a slash, the object's key never does.
std::string key_of(const std::string& path) {
    return path.substr(path.starts_with('/') ? 1 : 0);
}

Names names_of(
    const Image& image,
    std::size_t disk_number,
    const std::string& prefix,
    const std::string& extension,
    ExportNames form
) {
    const ImageDisk& disk = image.disks[disk_number];
    const std::string usage = disk.is_system ? "system" : "data";
    const bool has_start = !prefix.empty() || form == ExportNames::underscore;
    const std::string start = has_start ? prefix + "_" : "";
    const std::string documented =
        start + image.id + "_" + usage + "_" + disk.snapshot_id + "." + extension;
    const char letter = static_cast<char>('a' + disk_number);
    const std::string console =
        (prefix.empty() ? image.id : prefix) + "_xvd" + letter + "." + extension;
    const std::string told = prefix.empty() ? "/" + documented : documented;
    switch (form) {
        case ExportNames::documented:
            return {told, key_of(documented)};
        case ExportNames::underscore:
            return {documented, key_of(documented)};
        case ExportNames::example:
            return {"/" + key_of(documented), key_of(documented)};
        case ExportNames::console:
            return {console, key_of(console)};
        case ExportNames::console_objects:
            return {told, key_of(console)};
    }
    return {};
}

Duration time_needed(State& state, std::int64_t gibibytes) {
    if (state.timing.exporting) {
        return state.durations.within(*state.timing.exporting);
    }
    const Duration by_size = std::chrono::seconds{gibibytes * seconds_per_gibibyte};
    return queue_time + state.durations.within({by_size, by_size * 2});
}

// A raw file is as large as the disk; the others hold what was written to it.
std::uint64_t file_size(State& state, const std::string& format, std::int64_t gibibytes) {
    const std::uint64_t disk = static_cast<std::uint64_t>(gibibytes) * gibibyte;
    if (format == "RAW") {
        return disk;
    }
    return disk / 10 + state.sizes.below(disk / 10 * 8);
}

// Starts the export of one image and tells the names of its objects.
std::vector<std::string> begin_export(
    Call& call, const Wish& wish, Image& image, const std::string& prefix
) {
    Task task;
    task.kind = TaskKind::export_;
    task.end = call.task_end;
    task.subject = image.id;
    task.source = call.account.uin;
    task.bucket = wish.bucket;
    std::vector<std::string> told;
    std::int64_t total = 0;
    const std::size_t exported = wish.only_root_disk ? 1 : image.disks.size();
    for (std::size_t i = 0; i < exported; ++i) {
        Names names =
            names_of(image, i, prefix, to_lower(wish.format), call.state.behaviour.export_names);
        const std::int64_t size = image.disks[i].size;
        told.push_back(std::move(names.told));
        const std::string flaw = image.disks[i].is_system ? image.flaw : "";
        const std::uint64_t bytes = file_size(call.state, wish.format, size);
        task.files.push_back({std::move(names.key), bytes, image.disks[i].used, flaw, size});
        total += size;
    }
    image.exports_running += 1;
    if (call.state.behaviour.source_busy_during_export && image.state == "NORMAL") {
        call.state.change_state(image, "SYNCING");
    }
    call.state.exports_at[call.place()] += 1;
    const Duration length = time_needed(call.state, total);
    call.state.schedule(call.state.now + length, std::move(task));
    call.tasks.push_back({.image = image.id, .length = length});
    return told;
}

ObjectVersion object_of(const ExportedFile& file, Instant at, bool failed, FailedExport left) {
    const std::uint64_t left_size = left == FailedExport::empty_object ? 0 : file.size / 3;
    ObjectVersion version;
    version.size = failed ? left_size : file.size;
    version.used = file.used;
    version.flaw = failed ? "no-root" : file.flaw;
    version.disk_size = file.disk_size;
    version.modified = at;
    version.content_type = "application/octet-stream";
    // Uploaded in parts: such an ETag is no MD5 and ends with the number of parts.
    const std::string print = file.key + "@" + std::to_string(whole_seconds(at));
    version.etag = "\"" + md5_hex(print) + "-" + std::to_string(1 + file.size / 104'857'600) + "\"";
    version.pattern_seed = crc64_ecma(print);
    version.crc64 = pattern_crc64(version.pattern_seed, version.size);
    return version;
}

// As if it had broken off after its first part.
Upload upload_of(const ObjectVersion& object) {
    constexpr std::uint64_t part_size = 1024 * 1024;
    UploadedPart part;
    part.content =
        std::make_shared<const std::string>(pattern_bytes({object.pattern_seed, 0, part_size}));
    part.etag = "\"" + md5_hex(*part.content) + "\"";
    part.modified = object.modified;
    Upload upload;
    upload.object.content_type = object.content_type;
    upload.initiated = object.modified;
    upload.parts[1] = std::move(part);
    return upload;
}

}  // namespace

json::object export_images(Call& call, Params& params) {
    Wish wish = take_wish(params);
    std::vector<std::string> ids = wish.image_ids;
    check_no_duplicates(call, ids);
    if (call.state.behaviour.bare_bucket_names && !call.state.find_bucket(wish.bucket)) {
        wish.bucket += "-" + std::to_string(call.account.app_id);
    }
    check_room(call, wish);
    check_images(call, wish);
    check_destination(call, wish);
    check_balance(call);
    if (wish.dry_run) {
        return answer_dry_run(call);
    }
    json::array paths;
    for (std::size_t i = 0; i < wish.image_ids.size(); ++i) {
        Image& image = visible_image(call, wish.image_ids[i]);
        const std::string prefix = wish.prefixes.empty() ? "" : wish.prefixes[i];
        for (const std::string& path : begin_export(call, wish, image, prefix)) {
            paths.push_back(json_text(path));
        }
    }
    call.state.last_task_id += 1;
    json::object result;
    result["TaskId"] = call.state.last_task_id;
    result["CosPaths"] = std::move(paths);
    return result;
}

void State::end_export(const Task& task, Instant at) {
    Image* image = find_image(task.subject);
    BucketState* bucket = find_bucket(task.bucket);
    if (bucket != nullptr) {
        exports_at[Place{task.source, bucket->bucket.region}] -= 1;
    }
    if (image != nullptr) {
        image->exports_running -= 1;
        release(*image);
    }
    const bool failed = task.end != TaskEnd::succeeds;
    if (image == nullptr || bucket == nullptr || task.end == TaskEnd::vanishes ||
        (failed && behaviour.failed_export == FailedExport::nothing)) {
        return;
    }
    for (const ExportedFile& file : task.files) {
        ObjectVersion object = object_of(file, at, failed, behaviour.failed_export);
        if (failed && behaviour.failed_export == FailedExport::upload) {
            const std::string id = std::to_string(whole_seconds(at)) + uploads_chance.word(54);
            bucket->uploads[{file.key, id}] = upload_of(object);
        } else if (!is_held(*bucket, file.key)) {
            put_object(*bucket, file.key, std::move(object));
        }
    }
}

}  // namespace cloudsim
