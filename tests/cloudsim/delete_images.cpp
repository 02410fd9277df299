#include "action_rules.hpp"

#include <algorithm>

namespace cloudsim {
namespace {

namespace json = boost::json;

void check_deletable(Call& call, const std::string& id) {
    const Image& image = visible_image(call, id);
    if (image.uin.empty()) {
        throw Refusal{"InvalidParameterValue.InvalidImageId", "`" + id + "` is a public image."};
    }
    if (!is_owned(call, image)) {
        throw Refusal{
            "InvalidParameterValue.InvalidImageIdIsShared",
            "The image `" + id + "` belongs to another account."};
    }
    if (image.state == "CREATING" || image.state == "SYNCING" || image.state == "IMPORTING") {
        throw Refusal{
            "InvalidImageId.IncorrectState", "The image `" + id + "` is " + image.state + "."};
    }
    if (!image.shared_with.empty()) {
        throw Refusal{"InvalidImageId.InShared", "The image `" + id + "` is shared."};
    }
    if (image.exports_running > 0 &&
        call.state.behaviour.delete_during_export == DeletionDuringExport::refused) {
        throw Refusal{"InvalidImageId.IncorrectState", "The image `" + id + "` is being exported."};
    }
}

}  // namespace

json::object delete_images(Call& call, Params& params) {
    std::vector<std::string> ids = params.required_texts("ImageIds");
    const bool with_snapshots = params.flag("DeleteBindedSnap");
    const bool dry_run = params.flag("DryRun");
    params.finish();
    std::ranges::for_each(ids, check_image_id);
    if (static_cast<std::int64_t>(ids.size()) > call.state.limits.images_per_deletion) {
        throw Refusal{"InvalidParameterValue.LimitExceeded", "Too many images."};
    }
    check_no_duplicates(call, ids);
    const bool may_stop_midway = call.state.behaviour.deletion == ImageDeletion::until_refused;
    if (dry_run || !may_stop_midway) {
        for (const std::string& id : ids) {
            check_deletable(call, id);
        }
    }
    if (dry_run) {
        return answer_dry_run(call);
    }
    for (const std::string& id : ids) {
        check_deletable(call, id);
        call.state.remove_image(id, with_snapshots);
    }
    return {};
}

}  // namespace cloudsim
