#include "action_rules.hpp"
#include "snapshot_rules.hpp"
#include "text.hpp"

#include <algorithm>

namespace cloudsim {
namespace {

namespace json = boost::json;

const SnapshotGroup& own_group(const Call& call, const std::string& id) {
    if (!is_well_formed_id(id, "csnap-")) {
        throw Refusal{"InvalidParameterValue", "The snapshot group id `" + id + "` is malformed."};
    }
    const auto found = call.state.snapshot_groups.find(id);
    if (found == call.state.snapshot_groups.end() || found->second.uin != call.account.uin ||
        found->second.region != call.region) {
        throw Refusal{"ResourceNotFound.NotFound", "There is no snapshot group `" + id + "`."};
    }
    return found->second;
}

}  // namespace

json::object delete_snapshots(Call& call, Params& params) {
    std::vector<std::string> ids = params.required_texts("SnapshotIds");
    const bool with_images = params.flag("DeleteBindImages");
    params.finish();
    std::ranges::for_each(ids, check_snapshot_id);
    check_no_duplicates(call, ids);
    check_removable(call, ids, with_images);
    remove_snapshots(call.state, ids);
    return {};
}

json::object delete_snapshot_group(Call& call, Params& params) {
    std::vector<std::string> group_ids = params.texts("SnapshotGroupIds");
    if (const auto id = params.optional_text("SnapshotGroupId")) {
        group_ids.push_back(*id);
    }
    const bool with_images = params.flag("DeleteBindImages");
    params.finish();
    if (group_ids.empty()) {
        throw Refusal{
            "MissingParameter", "The request is missing the parameter `SnapshotGroupId`."};
    }
    check_no_duplicates(call, group_ids);
    std::vector<std::string> ids;
    for (const std::string& group_id : group_ids) {
        const SnapshotGroup& group = own_group(call, group_id);
        ids.insert(ids.end(), group.snapshot_ids.begin(), group.snapshot_ids.end());
    }
    check_removable(call, ids, with_images);
    remove_snapshots(call.state, ids);
    return {};
}

}  // namespace cloudsim
