// ResetInstance (facts/tencent-cloud.md 2.13): formats the system disk and puts an image on it. The
// state of the instance tells nothing of it; LatestOperationState does.
#include "instance_rules.hpp"
#include "launch_disks.hpp"
#include "login_rules.hpp"

#include <algorithm>
#include <array>

namespace cloudsim {
namespace {

namespace json = boost::json;

struct Wish {
    std::string instance_id;
    std::optional<std::string> image_id;
    std::optional<DiskWish> system_disk;
    InsideWish inside;
};

Wish take_wish(Params& params) {
    Wish wish;
    wish.instance_id = params.text("InstanceId");
    wish.image_id = params.optional_text("ImageId");
    wish.system_disk = take_system_disk(params);
    wish.inside = take_inside(params);
    params.finish();
    check_instance_id(wish.instance_id);
    if (wish.image_id) {
        check_image_id(*wish.image_id);
    }
    return wish;
}

void check_instance(const Call& call, const Instance& instance) {
    if (instance.state != "RUNNING" && instance.state != "STOPPED") {
        refuse_state(instance);
    }
    if (instance.stop_charging) {
        throw Refusal{
            "UnsupportedOperation.StoppedModeStopCharging",
            "The instance `" + instance.id + "` is stopped without charge."};
    }
    check_idle(instance);
    check_balance(call);
}

bool may_switch_system(const Disk& disk) {
    static constexpr std::array types{"CLOUD_BASIC", "CLOUD_PREMIUM", "CLOUD_SSD", "CLOUD_BSSD"};
    return std::ranges::find(types, disk.type) != types.end();
}

[[noreturn]] void refuse_image(const std::string& code, const Image& image) {
    throw Refusal{code, "The image `" + image.id + "` does not suit the instance."};
}

void check_image(const Instance& instance, const Image& image) {
    if (image.state != "NORMAL") {
        refuse_image("InvalidParameterValue.InvalidImageState", image);
    }
    if (image.is_whole_machine()) {
        refuse_image("InvalidParameter.InstanceImageNotSupport", image);
    }
    if ((image.architecture == "arm") != (architecture_of(instance.instance_type) == "arm")) {
        refuse_image("InvalidParameterValue.InvalidImageForGivenInstanceType", image);
    }
    const bool switches = (image.platform == "Windows") != (instance.platform == "Windows");
    if (switches && !may_switch_system(instance.system_disk)) {
        refuse_image("InvalidParameterValue.InvalidImageIdForRetsetInstance", image);
    }
    if (image.license != instance.license) {
        refuse_image("UnsupportedOperation.InvalidImageLicenseTypeForReset", image);
    }
    if (image.encrypted != instance.system_disk.encrypted) {
        refuse_image("UnsupportedOperation.ModifyEncryptionNotSupported", image);
    }
}

// The disk may grow and nothing else.
std::int64_t wanted_size(const Instance& instance, const Wish& wish, const Image& image) {
    const Disk& disk = instance.system_disk;
    if (wish.system_disk && wish.system_disk->type.value_or(disk.type) != disk.type) {
        throw Refusal{
            "InvalidParameterValue.NotSupported", "The type of the system disk cannot change."};
    }
    const std::int64_t size =
        wish.system_disk ? wish.system_disk->size.value_or(disk.size) : disk.size;
    if (size < disk.size || size < image.disks.front().size) {
        throw Refusal{"InvalidParameterValue.Range", "The system disk would be too small."};
    }
    return size;
}

}  // namespace

json::object reset_instance(Call& call, Params& params) {
    const Wish wish = take_wish(params);
    Instance& instance = own_instance(call, wish.instance_id);
    check_instance(call, instance);
    const Image& image = visible_image(call, wish.image_id.value_or(instance.image_id));
    check_image(instance, image);
    check_inside(call, wish.inside, image);
    if (!wish.inside.host_name.empty()) {
        check_host_name(wish.inside.host_name, image.platform == "Windows");
    }
    Task task;
    task.kind = TaskKind::instance_reset;
    task.source = image.id;
    task.disk_size = wanted_size(instance, wish, image);
    if (!wish.inside.host_name.empty()) {
        instance.host_name = wish.inside.host_name;
    }
    instance.key_ids = wish.inside.key_ids;
    instance.user_data = wish.inside.user_data;
    instance.agent = has_tat_agent(wish.inside, image) ? Agent::online : Agent::none;
    const Duration length = call.state.durations.within(call.state.timing.reset);
    begin_operation(call, instance, "ResetInstance", std::move(task), length);
    return {};
}

}  // namespace cloudsim
