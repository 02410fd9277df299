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
    bool wants_ids = false;
    bool dry_run = false;
};

Wish take_wish(Params& params) {
    Wish wish;
    const std::vector<std::string> ids = params.required_texts("ImageIds");
    wish.regions = params.required_texts("DestinationRegions");
    wish.name = params.optional_text("ImageName");
    wish.wants_ids = params.flag("ImageSetRequired");
    wish.dry_run = params.flag("DryRun");
    const bool encrypt = params.flag("Encrypt");
    const bool has_key = params.optional_text("KmsKeyId").has_value();
    params.finish();
    std::ranges::for_each(ids, check_image_id);
    if (ids.size() > 1) {
        throw Refusal{"InvalidParameterValue.LimitExceeded", "One image at a time."};
    }
    if (encrypt || has_key) {
        throw Refusal{"UnsupportedOperation", "Encrypted copies are not simulated."};
    }
    if (wish.name) {
        check_image_name(*wish.name);
    }
    wish.image_id = ids.front();
    return wish;
}

// A shared image becomes an own one in its own region; an own image goes to other regions.
void check_destination(const Call& call, const Image& image, const std::string& name) {
    const Region* from = find_region(call.region);
    const Region* to = find_region(name);
    if (to == nullptr) {
        throw Refusal{"InvalidRegion.NotFound", "There is no region `" + name + "`."};
    }
    if (is_owned(call, image) == (name == call.region)) {
        throw Refusal{
            "InvalidParameterValue.InvalidRegion",
            "The image `" + image.id + "` cannot be copied to " + name + "."};
    }
    const auto& gone = call.gone_regions;
    if (!to->receives_copies || std::ranges::find(gone, name) != gone.end()) {
        throw Refusal{"InvalidRegion.Unavailable", name + " does not receive copies."};
    }
    if (from->finance != to->finance || from->mainland != to->mainland) {
        throw Refusal{
            "UnsupportedOperation.Region",
            "Copies from " + call.region + " to " + name + " need a ticket."};
    }
}

void check_source(const Call& call, const Image& image) {
    if (image.uin.empty()) {
        throw Refusal{"InvalidParameterValue.InvalidImageId", "Public images cannot be copied."};
    }
    if (image.is_whole_machine()) {
        throw Refusal{
            "InvalidParameter.InstanceImageNotSupport", "Whole-machine images cannot be copied."};
    }
    if (image.encrypted) {
        throw Refusal{
            "UnsupportedOperation.EncryptedImagesNotSupported",
            "Encrypted images cannot be copied across regions."};
    }
    if (image.state == "SYNCING") {
        throw Refusal{"FailedOperation.InvalidImageState", "The image is busy, try again later."};
    }
    if (image.state != "NORMAL") {
        throw Refusal{"InvalidImageId.IncorrectState", "The image is " + image.state + "."};
    }
    if (call.account.in_arrears) {
        throw Refusal{"InvalidAccount.InsufficientBalance", "The account is in arrears."};
    }
}

void check_destinations(const Call& call, const Image& image, const Wish& wish) {
    std::vector<std::string> regions = wish.regions;
    std::ranges::sort(regions);
    if (std::ranges::adjacent_find(regions) != regions.end()) {
        throw Refusal{"InvalidParameterValue.InvalidRegion", "A region is given twice."};
    }
    for (const std::string& region : wish.regions) {
        check_destination(call, image, region);
    }
    for (const std::string& region : wish.regions) {
        check_name_is_free(call, region, wish.name.value_or(image.name));
        check_image_quota(call, region, 1);
    }
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
    copy.created = state.now;
    copy.listed_from = state.now + state.durations.within(state.behaviour.list_delay);
    copy.tags_from = copy.listed_from;
    copy.ends = state.now + state.durations.within(state.timing.copy);
    copy.disks.push_back({"", true, source.disks.front().size, source.disks.front().used});
    return copy;
}

}  // namespace

json::object sync_images(Call& call, Params& params) {
    const Wish wish = take_wish(params);
    Image& source = visible_image(call, wish.image_id);
    check_source(call, source);
    check_destinations(call, source, wish);
    if (wish.dry_run) {
        return answer_dry_run(call);
    }
    json::array image_set;
    for (const std::string& region : wish.regions) {
        Image& copy = call.state.add_image(copy_of(call, source, wish, region));
        call.state.add_snapshots(copy, {});
        Task task;
        task.kind = TaskKind::copy;
        task.end = call.task_end;
        task.subject = copy.id;
        task.source = source.id;
        call.state.schedule(copy.ends, std::move(task));
        call.tasks.push_back({copy.id, source.id, region, copy.ends - call.state.now});
        source.copies_running += 1;
        json::object entry;
        entry["ImageId"] = json_text(copy.id);
        entry["Region"] = json_text(region);
        image_set.push_back(std::move(entry));
    }
    if (call.state.behaviour.source_busy_during_copy && is_owned(call, source)) {
        source.state = "SYNCING";
    }
    json::object result;
    result["ImageSet"] = wish.wants_ids ? std::move(image_set) : json::array{};
    return result;
}

}  // namespace cloudsim
