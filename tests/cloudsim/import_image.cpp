// ImportImage (facts/tencent-cloud.md 2.11). Much of what can be wrong shows only at the end: the
// image is IMPORTFAILED then, and the reason, which the real cloud sends as a message, is kept in
// Image::import_failure.
#include "action_rules.hpp"
#include "import_source.hpp"
#include "import_systems.hpp"
#include "text.hpp"

#include <algorithm>
#include <array>

namespace cloudsim {
namespace {

namespace json = boost::json;

struct Wish {
    std::string architecture;
    std::string os_type;
    std::string os_version;
    std::vector<std::string> urls;  // the system disk's first
    std::string name;
    std::string description;
    std::string family;
    std::string license;
    Tags tags;
    bool is_uefi = false;
    bool by_force = false;
    bool dry_run = false;
};

void take_texts(Params& params, Wish& wish) {
    wish.architecture = params.text("Architecture");
    wish.os_type = params.text("OsType");
    wish.os_version = params.text("OsVersion");
    wish.urls.push_back(params.text("ImageUrl"));
    wish.name = params.text("ImageName");
    wish.description = params.optional_text("ImageDescription").value_or("");
    wish.family = params.optional_text("ImageFamily").value_or("");
    wish.license = params.optional_text("LicenseType").value_or("TencentCloud");
    const std::string boot = params.optional_text("BootMode").value_or("Legacy BIOS");
    if (boot != "Legacy BIOS" && boot != "UEFI") {
        throw Refusal{"InvalidParameterValue.InvalidBootMode", "`" + boot + "` is no boot mode."};
    }
    wish.is_uefi = boot == "UEFI";
    if (wish.license != "TencentCloud" && wish.license != "BYOL") {
        throw Refusal{
            "InvalidParameterValue.InvalidLicenseType",
            "`" + wish.license + "` is no license type."};
    }
}

Wish take_wish(Params& params) {
    Wish wish;
    take_texts(params, wish);
    wish.by_force = params.flag("Force");
    wish.dry_run = params.flag("DryRun");
    for (Params& disk : params.objects("ImportImageDataDiskList")) {
        wish.urls.push_back(disk.text("ImageUrl"));
        disk.finish();
    }
    for (auto& [key, value] : take_tags(params, "image")) {
        if (!wish.tags.emplace(key, value).second) {
            throw Refusal{"InvalidParameterValue", "The tag `" + key + "` is given twice."};
        }
    }
    params.finish();
    check_image_name(wish.name);
    check_image_description(wish.description);
    check_image_family(wish.family);
    return wish;
}

void check_system(const Wish& wish) {
    static constexpr std::array architectures{"x86_64", "i386", "arm_64"};
    if (std::ranges::find(architectures, wish.architecture) == architectures.end()) {
        throw Refusal{"InvalidParameterValue", "There is no such `Architecture`."};
    }
    const ImportSystem* system = find_import_system(wish.os_type);
    if (system == nullptr || (wish.architecture == "arm_64" && !system->runs_on_arm)) {
        throw Refusal{
            "InvalidImageOsType.Unsupported", "`" + wish.os_type + "` cannot be imported."};
    }
    const std::vector<std::string> versions = split(system->versions, ' ');
    if (std::ranges::find(versions, wish.os_version) == versions.end()) {
        throw Refusal{
            "InvalidImageOsVersion.Unsupported",
            "`" + wish.os_type + " " + wish.os_version + "` cannot be imported."};
    }
}

void check_region(const Call& call) {
    const auto& closed = call.state.limits.import_closed;
    if (std::ranges::find(closed, call.region) != closed.end()) {
        throw Refusal{
            "RegionAbilityLimit.UnsupportedToImportImage", call.region + " imports no images."};
    }
}

void check_format(const Wish& wish) {
    const std::string& url = wish.urls.front();
    if (to_lower(url.substr(0, url.find('?'))).ends_with(".iso") && !wish.by_force) {
        throw Refusal{"InvalidParameterValue.ISOMustImportByForce", "An ISO image needs `Force`."};
    }
}

// What the import will find wrong, by the names of the messages that tell it; "" for nothing.
std::string failure_of(const Call& call, const Wish& wish, const ImportSource& source) {
    const Limits& limits = call.state.limits;
    if (!source.failure.empty()) {
        return source.failure;
    }
    if (source.used > limits.import_content || source.size > limits.import_virtual) {
        return "InvalidFormatSize";
    }
    if (source.flaw == "no-virtio") {
        return "VirtioNotInstall";
    }
    if (source.flaw == "no-partition" || (source.flaw == "gpt" && !wish.is_uefi)) {
        return "PartitionNotPresent";
    }
    if (source.flaw == "no-root") {
        return "RootPartitionNotFound";
    }
    return source.flaw == "no-cloud-init" && !wish.by_force ? "CloudInitNotInstalled" : "";
}

Image image_of(const Call& call, const Wish& wish) {
    State& state = call.state;
    Image image;
    image.uin = call.account.uin;
    image.region = call.region;
    image.name = wish.name;
    image.description = wish.description;
    image.family = wish.family;
    image.license = wish.license;
    image.tags = wish.tags;
    const std::string version = wish.os_version == "-" ? "" : " " + wish.os_version;
    image.os = wish.os_type + version + (wish.architecture == "i386" ? " 32bit" : " 64bit");
    image.platform = wish.os_type == "Other Linux" ? wish.os_type : platform_of(image.os);
    image.architecture = wish.architecture == "arm_64" ? "arm" : wish.architecture;
    image.source = "EXTERNAL_IMPORT";
    image.state = "IMPORTING";
    image.created = state.now;
    image.listed_from = state.now + state.durations.within(state.behaviour.list_delay);
    image.tags_from = state.now + state.durations.within(state.behaviour.tags_late);
    image.ends = state.now + state.durations.within(state.timing.import);
    return image;
}

}  // namespace

json::object import_image(Call& call, Params& params) {
    const Wish wish = take_wish(params);
    check_region(call);
    check_system(wish);
    check_format(wish);
    Image wanted = image_of(call, wish);
    std::string failure;
    for (const std::string& url : wish.urls) {
        const ImportSource source = import_source(call, url);
        const std::string problem = failure_of(call, wish, source);
        failure = failure.empty() ? problem : failure;
        const bool is_system = wanted.disks.empty();
        wanted.cloudinit = is_system ? source.flaw != "no-cloud-init" : wanted.cloudinit;
        wanted.flaw = is_system ? source.flaw : wanted.flaw;
        wanted.disks.push_back({"", is_system, source.size, source.used});
    }
    if (failure == "InvalidUrl" && call.state.behaviour.bad_import_url == BadImportUrl::refused) {
        throw Refusal{"InvalidParameter.InvalidParameterUrlError", "The URL leads nowhere."};
    }
    check_name_is_free(call, call.region, wish.name);
    check_image_quota(call, call.region, 1);
    check_balance(call);
    if (wish.dry_run) {
        return answer_dry_run(call);
    }
    Image& image = call.state.add_image(std::move(wanted));
    call.state.add_snapshots(image, {});
    Task task;
    task.kind = TaskKind::import;
    task.end = call.task_end;
    task.subject = image.id;
    task.source = failure;
    call.state.schedule(image.ends, std::move(task));
    call.tasks.push_back({.image = image.id, .length = image.ends - call.state.now});
    json::object result;
    if (call.state.behaviour.import_tells_id) {
        result["ImageId"] = json_text(image.id);
    }
    return result;
}

void State::end_import(const Task& task) {
    Image* image = find_image(task.subject);
    if (image == nullptr) {
        return;
    }
    if (task.end == TaskEnd::vanishes) {
        vanish_image(task.subject);
        return;
    }
    const bool succeeded = task.end == TaskEnd::succeeds && task.source.empty();
    change_state(*image, succeeded ? "NORMAL" : "IMPORTFAILED");
    if (!succeeded) {
        image->import_failure = task.source.empty() ? "InternalError" : task.source;
    }
}

}  // namespace cloudsim
