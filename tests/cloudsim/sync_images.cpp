#include "action_rules.hpp"
#include "regions.hpp"
#include "text.hpp"

#include <algorithm>

namespace cloudsim {
namespace {

namespace json = boost::json;

struct Wish {
    std::string image_id;
    std::vector<std::string> regions;
    std::optional<std::string> name;
    std::optional<std::string> kms_key;
    bool wants_ids = false;
    bool encrypts = false;
    bool dry_run = false;
};

Wish take_wish(Params& params) {
    Wish wish;
    const std::vector<std::string> ids = params.required_texts("ImageIds");
    wish.regions = params.required_texts("DestinationRegions");
    wish.name = params.optional_text("ImageName");
    wish.wants_ids = params.flag("ImageSetRequired");
    wish.dry_run = params.flag("DryRun");
    wish.encrypts = params.flag("Encrypt");
    wish.kms_key = params.optional_text("KmsKeyId");
    params.finish();
    std::ranges::for_each(ids, check_image_id);
    if (ids.size() > 1) {
        throw Refusal{"InvalidParameterValue.LimitExceeded", "One image at a time."};
    }
    if (wish.encrypts && wish.regions.size() > 1) {
        throw Refusal{
            "InvalidParameterValue.LimitExceeded", "An encrypted copy has one destination."};
    }
    if (wish.name) {
        check_image_name(*wish.name);
    }
    wish.image_id = ids.front();
    return wish;
}

// A shared image becomes an own one in its own region, and an image is encrypted in its own region;
// else an own image goes to other regions.
void check_destination(
    const Call& call, const Image& image, const Wish& wish, const std::string& name
) {
    const Region* from = find_region(call.region);
    const Region* to = find_region(name);
    if (to == nullptr) {
        throw Refusal{"InvalidRegion.NotFound", "There is no region `" + name + "`."};
    }
    const bool stays = !is_owned(call, image) || wish.encrypts;
    if (stays != (name == call.region)) {
        throw Refusal{
            "InvalidParameterValue.InvalidRegion",
            "The image `" + image.id + "` cannot be copied to " + name + "."};
    }
    if (!to->receives_copies || !call.state.is_open(*to)) {
        throw Refusal{"InvalidRegion.Unavailable", name + " does not receive copies."};
    }
    if (from->finance != to->finance || from->mainland != to->mainland) {
        throw Refusal{
            "UnsupportedOperation.Region",
            "Copies from " + call.region + " to " + name + " need a ticket."};
    }
}

// What only the destination itself can tell.
void check_room(const Call& call, const Image& image, const Wish& wish, const std::string& name) {
    const auto& gone = call.gone_regions;
    if (std::ranges::find(gone, name) != gone.end()) {
        throw Refusal{"InvalidRegion.Unavailable", name + " does not receive copies now."};
    }
    check_name_is_free(call, name, wish.name.value_or(image.name));
    check_image_quota(call, name, 1);
}

void check_encryption(const Call& call, const Image& image, const Wish& wish) {
    const auto& keys = call.account.kms_keys;
    if (wish.kms_key && (!wish.encrypts || std::ranges::find(keys, *wish.kms_key) == keys.end())) {
        throw Refusal{
            "InvalidParameter.InvalidKmsKeyId",
            "The key `" + *wish.kms_key + "` is unknown, or nothing is to be encrypted."};
    }
    if (image.encrypted && wish.encrypts) {
        throw Refusal{
            "UnsupportedOperation.SyncEncryptImageNotSupport", "The image is encrypted already."};
    }
    if (image.encrypted) {
        throw Refusal{
            "UnsupportedOperation.EncryptedImagesNotSupported",
            "Encrypted images cannot be copied across regions."};
    }
}

void check_source(const Call& call, const Image& image, const Wish& wish) {
    if (image.uin.empty()) {
        throw Refusal{"InvalidParameterValue.InvalidImageId", "Public images cannot be copied."};
    }
    if (image.is_whole_machine()) {
        throw Refusal{
            "InvalidParameter.InstanceImageNotSupport", "Whole-machine images cannot be copied."};
    }
    check_encryption(call, image, wish);
    if (image.state == "SYNCING") {
        throw Refusal{"FailedOperation.InvalidImageState", "The image is busy, try again later."};
    }
    if (image.state != "NORMAL") {
        throw Refusal{"InvalidImageId.IncorrectState", "The image is " + image.state + "."};
    }
    const std::int64_t size_max = call.state.limits.copy_size;
    if (size_max > 0 && image.disks.front().size > size_max) {
        throw Refusal{
            "InvalidImageId.TooLarge",
            "The image is larger than " + std::to_string(size_max) + " GiB."};
    }
    check_balance(call);
}

// Leaves the regions that take the copy and tells the first refusal of another one.
std::optional<Refusal> drop_refusing_regions(const Call& call, const Image& image, Wish& wish) {
    std::vector<std::string> regions = wish.regions;
    std::ranges::sort(regions);
    if (std::ranges::adjacent_find(regions) != regions.end()) {
        throw Refusal{"InvalidParameterValue.InvalidRegion", "A region is given twice."};
    }
    for (const std::string& region : wish.regions) {
        check_destination(call, image, wish, region);
    }
    std::optional<Refusal> first;
    std::erase_if(wish.regions, [&](const std::string& region) {
        try {
            check_room(call, image, wish, region);
            return false;
        } catch (const Refusal& refusal) {
            first = first.value_or(refusal);
            return true;
        }
    });
    const bool none_begins = call.state.behaviour.partial_sync == PartialSync::none_begins;
    if (first && (wish.regions.empty() || none_begins || wish.dry_run)) {
        throw Refusal{*first};
    }
    return first;
}

Image copy_of(Call& call, const Image& source, const Wish& wish, const std::string& region) {
    State& state = call.state;
    Image copy;
    copy.uin = call.account.uin;
    copy.region = region;
    copy.name = wish.name.value_or(source.name);
    copy.description = source.description;
    copy.os = source.os;
    copy.platform = source.platform;
    copy.source = source.source;
    copy.architecture = source.architecture;
    copy.license = source.license;
    copy.cloudinit = source.cloudinit;
    copy.flaw = source.flaw;
    copy.marketplace = source.marketplace;
    copy.instance_id = source.instance_id;
    copy.state = "SYNCING";
    copy.is_unfinished_copy = true;
    copy.created = state.now;
    copy.listed_from = state.now + state.durations.within(state.behaviour.list_delay);
    copy.tags_from = copy.listed_from;
    copy.ends = state.now + state.durations.within(state.timing.copy);
    copy.encrypted = wish.encrypts;
    copy.disks.push_back({"", true, source.disks.front().size, source.disks.front().used});
    return copy;
}

std::string begin_copy(Call& call, Image& source, const Wish& wish, const std::string& region) {
    Image& copy = call.state.add_image(copy_of(call, source, wish, region));
    call.state.add_snapshots(copy, {});
    Task task;
    task.kind = TaskKind::copy;
    task.end = call.task_end;
    task.subject = copy.id;
    // A copy by an account that the image is shared with leaves the owner's image as it is.
    if (is_owned(call, source)) {
        task.source = source.id;
        source.copies_running += 1;
    }
    call.state.schedule(copy.ends, std::move(task));
    call.tasks.push_back({copy.id, source.id, region, copy.ends - call.state.now});
    return copy.id;
}

}  // namespace

json::object sync_images(Call& call, Params& params) {
    Wish wish = take_wish(params);
    Image& source = visible_image(call, wish.image_id);
    check_source(call, source, wish);
    const std::optional<Refusal> refusal = drop_refusing_regions(call, source, wish);
    if (wish.dry_run) {
        return answer_dry_run(call);
    }
    json::array image_set;
    for (const std::string& region : wish.regions) {
        json::object entry;
        entry["ImageId"] = json_text(begin_copy(call, source, wish, region));
        entry["Region"] = json_text(region);
        image_set.push_back(std::move(entry));
    }
    if (call.state.behaviour.source_busy_during_copy && is_owned(call, source)) {
        call.state.change_state(source, "SYNCING");
    }
    if (refusal && call.state.behaviour.partial_sync == PartialSync::others_begin) {
        throw Refusal{*refusal};
    }
    json::object result;
    result["ImageSet"] = wish.wants_ids ? std::move(image_set) : json::array{};
    return result;
}

}  // namespace cloudsim
