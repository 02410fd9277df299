#include "instance_rules.hpp"
#include "text.hpp"

#include <algorithm>
#include <array>

namespace cloudsim {
namespace {

namespace json = boost::json;

constexpr std::size_t ids_max = 100;  // DescribeImages, ImageIds

struct Selection {
    std::vector<std::string> ids;
    std::vector<Filter> filters;
    Page page;
};

bool is_image_filter(std::string_view name) {
    static constexpr std::array names{
        std::string_view{"image-id"},
        std::string_view{"image-type"},
        std::string_view{"image-name"},
        std::string_view{"platform"},
        std::string_view{"dedicated-cluster-id"},
        std::string_view{"cdc-cache-status"}};
    return is_tag_filter(name) || std::ranges::find(names, name) != names.end();
}

std::string_view image_type(const Call& call, const Image& image) {
    if (image.uin.empty()) {
        return "PUBLIC_IMAGE";
    }
    return is_owned(call, image) ? "PRIVATE_IMAGE" : "SHARED_IMAGE";
}

void check_filters(const std::vector<Filter>& filters) {
    for (const Filter& filter : filters) {
        if (!is_image_filter(filter.name)) {
            throw Refusal{"InvalidFilter", "There is no filter `" + filter.name + "`."};
        }
        if (filter.name == "tag:") {
            throw Refusal{"FailedOperation.IllegalTagKey", "The tag key is empty."};
        }
        for (const std::string& value : filter.values) {
            if (filter.name == "image-id") {
                check_image_id(value);
            }
            if (filter.name == "image-type" && value != "PRIVATE_IMAGE" &&
                value != "PUBLIC_IMAGE" && value != "SHARED_IMAGE") {
                throw Refusal{"InvalidParameterValue", "`" + value + "` is no image type."};
            }
        }
    }
}

Selection take_selection(Params& params) {
    Selection selection;
    selection.ids = params.texts("ImageIds");
    selection.filters = take_filters(params);
    selection.page = take_page(params);
    const auto instance_type = params.optional_text("InstanceType");
    params.finish();
    if (!selection.ids.empty() && !selection.filters.empty()) {
        throw Refusal{
            "InvalidParameter.InvalidParameterCoexistImageIdsFilters",
            "`ImageIds` and `Filters` exclude each other."};
    }
    if (selection.ids.size() > ids_max) {
        throw Refusal{"InvalidParameterValue.LimitExceeded", "More than 100 image ids."};
    }
    if (instance_type) {
        check_instance_type(*instance_type);
    }
    std::ranges::for_each(selection.ids, check_image_id);
    check_filters(selection.filters);
    return selection;
}

// Tags reach the lists later than the image does.
const Tags& listed_tags(const Call& call, const Image& image) {
    static const Tags none;
    return call.state.now >= image.tags_from && is_owned(call, image) ? image.tags : none;
}

// A list may tell what was true a while ago.
const std::string& listed_state(const Call& call, const Image& image) {
    return value_at(image.states, image.state, call.state.now - call.lag);
}

const std::string& listed_name(const Call& call, const Image& image) {
    return value_at(image.names, image.name, call.state.now - call.lag);
}

bool matches(const Call& call, const Image& image, const Filter& filter) {
    if (is_tag_filter(filter.name)) {
        return tags_match(listed_tags(call, image), filter);
    }
    if (filter.name == "image-id") {
        return any_equal(filter, image.id);
    }
    if (filter.name == "image-type") {
        return any_equal(filter, image_type(call, image));
    }
    if (filter.name == "image-name") {
        return any_contained(filter, listed_name(call, image));
    }
    if (filter.name == "platform") {
        return any_contained(filter, image.platform);
    }
    // No simulated image is held in a dedicated cluster.
    return false;
}

bool was_shared(const Call& call, const Image& image) {
    const auto share = image.shared_with.find(call.account.uin);
    return share != image.shared_with.end() && share->second <= call.state.now - call.lag;
}

bool is_listed(const Call& call, const Image& image) {
    return image.uin.empty() ||
           (image.region == call.region && call.state.now >= image.listed_from &&
            call.state.now - call.lag >= image.created &&
            (is_owned(call, image) || was_shared(call, image)));
}

// Removed so lately that the list still tells it.
bool is_ghost_listed(const Call& call, const Ghost<Image>& ghost) {
    return ghost.removed > call.state.now - call.lag;
}

const Image* find_ghost(const Call& call, const std::string& id) {
    const auto found = call.state.dead_images_at.find(call.place());
    if (found == call.state.dead_images_at.end()) {
        return nullptr;
    }
    const auto ghost = std::ranges::find_if(found->second, [&](const Ghost<Image>& candidate) {
        return candidate.thing.id == id && is_ghost_listed(call, candidate);
    });
    return ghost == found->second.end() ? nullptr : &ghost->thing;
}

std::vector<const Image*> select_by_id(const Call& call, const std::vector<std::string>& ids) {
    std::vector<const Image*> chosen;
    for (const std::string& id : ids) {
        const Image* image = call.state.find_image(id);
        image = image == nullptr ? find_ghost(call, id) : image;
        const bool is_new = std::ranges::find(chosen, image) == chosen.end();
        if (image != nullptr && is_new && is_listed(call, *image)) {
            chosen.push_back(image);
        }
    }
    return chosen;
}

// Newest first, own before shared before public.
std::vector<const Image*> select(const Call& call, const Selection& selection) {
    if (!selection.ids.empty()) {
        return select_by_id(call, selection.ids);
    }
    std::vector<const Image*> chosen;
    const auto consider = [&](const Image& image) {
        const auto is_match = [&](const Filter& filter) { return matches(call, image, filter); };
        if (is_listed(call, image) && std::ranges::all_of(selection.filters, is_match)) {
            chosen.push_back(&image);
        }
    };
    const auto ghosts = call.state.dead_images_at.find(call.place());
    if (ghosts != call.state.dead_images_at.end()) {
        for (const Ghost<Image>& ghost : ghosts->second) {
            if (is_ghost_listed(call, ghost)) {
                consider(ghost.thing);
            }
        }
    }
    for (const auto* index : {&call.state.images_at, &call.state.shared_at}) {
        const auto found = index->find(call.place());
        if (found != index->end()) {
            std::for_each(found->second.rbegin(), found->second.rend(), [&](const Image* image) {
                consider(*image);
            });
        }
    }
    std::ranges::for_each(call.state.public_images, consider);
    return chosen;
}

// Both ends of a copy are SYNCING; only the new image is a copy that has not ended.
bool is_destination(const Call& call, const Image& image) {
    return listed_state(call, image) == "SYNCING" && image.is_unfinished_copy;
}

// Snapshots show once they are complete.
json::array snapshots_to_json(const Call& call, const Image& image) {
    json::array result;
    const std::string& state = listed_state(call, image);
    if (state == "CREATING" || state == "IMPORTING" || state == "IMPORTFAILED" ||
        image.uin.empty() || !is_owned(call, image) || is_destination(call, image)) {
        return result;
    }
    for (const ImageDisk& disk : image.disks) {
        json::object entry;
        entry["SnapshotId"] = json_text(disk.snapshot_id);
        entry["DiskUsage"] = disk.is_system ? "SYSTEM_DISK" : "DATA_DISK";
        entry["DiskSize"] = disk.size;
        result.push_back(std::move(entry));
    }
    return result;
}

json::value sync_percent(const Call& call, const Image& image) {
    if (!is_destination(call, image) || image.ends <= image.created) {
        return nullptr;
    }
    const auto done = std::min(call.state.now, image.ends) - image.created;
    return std::min<std::int64_t>(99, done * 100 / (image.ends - image.created));
}

json::object image_to_json(const Call& call, const Image& image) {
    constexpr std::size_t fields = 19;
    json::object result;
    result.reserve(fields);
    result["ImageId"] = json_text(image.id);
    result["OsName"] = json_text(image.os);
    result["ImageType"] = json_text(image_type(call, image));
    result["CreatedTime"] = json_text(to_rfc3339(image.created));
    result["ImageName"] = json_text(listed_name(call, image));
    result["ImageDescription"] = json_text(image.description);
    result["ImageSize"] = image.disks.front().size;
    result["Architecture"] = json_text(image.architecture);
    result["ImageState"] = json_text(listed_state(call, image));
    result["Platform"] = json_text(image.platform);
    result["ImageCreator"] = json_text(image.uin);
    result["ImageSource"] = json_text(image.source);
    result["SyncPercent"] = sync_percent(call, image);
    result["IsSupportCloudinit"] = image.cloudinit;
    result["SnapshotSet"] = snapshots_to_json(call, image);
    result["Tags"] = tags_to_json(listed_tags(call, image));
    result["LicenseType"] = json_text(image.license);
    result["ImageFamily"] = json_text(image.family);
    result["ImageDeprecated"] = image.deprecated;
    return result;
}

}  // namespace

json::object describe_images(Call& call, Params& params) {
    const Selection selection = take_selection(params);
    const std::vector<const Image*> chosen = select(call, selection);
    json::array page;
    const std::size_t end = std::min(chosen.size(), selection.page.offset + selection.page.limit);
    for (std::size_t i = selection.page.offset; i < end; ++i) {
        page.push_back(image_to_json(call, *chosen[i]));
    }
    json::object result;
    result["TotalCount"] = chosen.size();
    result["ImageSet"] = std::move(page);
    return result;
}

json::object describe_image_from_family(Call& call, Params& params) {
    const std::string family = params.optional_text("ImageFamily").value_or("");
    params.finish();
    if (family.empty()) {
        throw Refusal{"InvalidParameterValue.InvalidImageFamily", "No `ImageFamily` is given."};
    }
    check_image_family(family);
    json::object result;
    result["Image"] = nullptr;
    const auto own = call.state.images_at.find(call.place());
    if (own == call.state.images_at.end()) {
        return result;
    }
    const auto newest =
        std::find_if(own->second.rbegin(), own->second.rend(), [&](const Image* image) {
            return image->family == family && image->state == "NORMAL" && !image->deprecated &&
                   is_listed(call, *image);
        });
    if (newest != own->second.rend()) {
        result["Image"] = image_to_json(call, **newest);
    }
    return result;
}

}  // namespace cloudsim
