#include "action_rules.hpp"
#include "regions.hpp"
#include "snapshot_rules.hpp"
#include "text.hpp"

#include <algorithm>
#include <array>

namespace cloudsim {
namespace {

namespace json = boost::json;

constexpr std::size_t ids_max = 100;        // not published; as for images
constexpr std::size_t disk_ids_max = 10;    // DescribeSnapshots, filter disk-id
constexpr std::int64_t free_in_china = 50;  // GiB a region, facts section 7

struct Selection {
    std::vector<std::string> ids;
    std::vector<Filter> filters;
    Page page;
    bool oldest_first = false;
};

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
    return std::ranges::find(names, name) != names.end();
}

void check_filters(const std::vector<Filter>& filters, std::span<const std::string_view> names) {
    for (const Filter& filter : filters) {
        if (!is_one_of(filter.name, names)) {
            throw Refusal{"InvalidFilter", "There is no filter `" + filter.name + "`."};
        }
        if (filter.name == "disk-id" && filter.values.size() > disk_ids_max) {
            throw Refusal{
                "InvalidParameterValue.LimitExceeded", "The filter `disk-id` takes 10 values."};
        }
        if (filter.name == "snapshot-id") {
            std::ranges::for_each(filter.values, check_snapshot_id);
        }
    }
}

Selection take_selection(Params& params) {
    static constexpr std::array<std::string_view, 9> names{
        "snapshot-id",
        "snapshot-name",
        "snapshot-state",
        "disk-usage",
        "project-id",
        "disk-id",
        "encrypt",
        "snapshot-type",
        "zone"};
    Selection selection;
    selection.ids = params.texts("SnapshotIds");
    selection.filters = take_unlimited_filters(params);
    selection.page = take_page(params);
    const std::string order = params.optional_text("Order").value_or("DESC");
    const std::string field = params.optional_text("OrderField").value_or("CREATE_TIME");
    params.finish();
    selection.oldest_first = order == "ASC";
    if ((order != "ASC" && order != "DESC") || field != "CREATE_TIME") {
        throw Refusal{"InvalidParameterValue", "There is no such order."};
    }
    if (!selection.ids.empty() && !selection.filters.empty()) {
        throw Refusal{"InvalidParameter", "`SnapshotIds` and `Filters` exclude each other."};
    }
    if (selection.ids.size() > ids_max) {
        throw Refusal{"InvalidParameterValue.LimitExceeded", "More than 100 snapshot ids."};
    }
    std::ranges::for_each(selection.ids, check_snapshot_id);
    check_filters(selection.filters, names);
    return selection;
}

std::string_view usage(const Snapshot& snapshot) {
    return snapshot.is_system ? "SYSTEM_DISK" : "DATA_DISK";
}

bool matches(const Call& call, const Snapshot& snapshot, const Filter& filter) {
    if (filter.name == "snapshot-id") {
        return any_equal(filter, snapshot.id);
    }
    if (filter.name == "snapshot-name") {
        return any_equal(filter, snapshot.name);
    }
    if (filter.name == "snapshot-state") {
        return any_equal(filter, call.state.snapshot_state(snapshot));
    }
    if (filter.name == "disk-usage") {
        return any_equal(filter, usage(snapshot));
    }
    if (filter.name == "disk-id") {
        return any_equal(filter, snapshot.disk_id);
    }
    if (filter.name == "zone") {
        return any_equal(filter, snapshot.zone);
    }
    if (filter.name == "project-id") {
        return any_equal(filter, "0");
    }
    if (filter.name == "encrypt") {
        return std::ranges::any_of(filter.values, [&snapshot](const std::string& value) {
            return to_lower(value) == (snapshot.encrypted ? "true" : "false");
        });
    }
    return any_equal(filter, "PRIVATE_SNAPSHOT");
}

std::vector<const Snapshot*> select(Call& call, const Selection& selection) {
    std::vector<const Snapshot*> chosen;
    if (selection.ids.empty()) {
        std::ranges::copy_if(
            call.state.snapshots_at[call.place()],
            std::back_inserter(chosen),
            [&](const Snapshot* snapshot) {
                return std::ranges::all_of(selection.filters, [&](const Filter& filter) {
                    return matches(call, *snapshot, filter);
                });
            }
        );
    }
    for (const std::string& id : selection.ids) {
        const Snapshot* snapshot = call.state.find_snapshot(id);
        const bool is_here = snapshot != nullptr && snapshot->uin == call.account.uin &&
                             snapshot->region == call.region;
        if (is_here && std::ranges::find(chosen, snapshot) == chosen.end()) {
            chosen.push_back(snapshot);
        }
    }
    // Those of a place are in order already.
    if (!selection.ids.empty()) {
        std::ranges::stable_sort(chosen, {}, &Snapshot::created);
    }
    if (!selection.oldest_first) {
        std::ranges::reverse(chosen);
    }
    return chosen;
}

json::array images_to_json(const Call& call, const std::set<std::string>& image_ids) {
    json::array result;
    for (const std::string& id : image_ids) {
        json::object image;
        image["ImageId"] = json_text(id);
        image["ImageName"] = json_text(call.state.images.at(id).name);
        result.push_back(std::move(image));
    }
    return result;
}

json::object snapshot_to_json(const Call& call, const Snapshot& snapshot) {
    json::object result;
    json::object placement;
    placement["Zone"] = json_text(snapshot.zone);
    placement["ProjectId"] = 0;
    for (const char* unused : {"CageId", "CdcId", "CdcName", "DedicatedClusterId", "ProjectName"}) {
        placement[unused] = "";
    }
    result["Placement"] = std::move(placement);
    result["SnapshotId"] = json_text(snapshot.id);
    result["SnapshotName"] = json_text(snapshot.name);
    result["SnapshotState"] = json_text(call.state.snapshot_state(snapshot));
    result["SnapshotType"] = "PRIVATE_SNAPSHOT";
    result["SnapshotMode"] = "STANDARD_SNAPSHOT";
    result["Percent"] = call.state.snapshot_percent(snapshot);
    result["DiskId"] = json_text(snapshot.disk_id);
    result["DiskUsage"] = json_text(usage(snapshot));
    result["DiskSize"] = snapshot.size;
    result["Encrypt"] = snapshot.encrypted;
    result["CopyFromRemote"] = snapshot.copied;
    json::array copying_to;
    for (const std::string& region : snapshot.copying_to) {
        copying_to.push_back(json_text(region));
    }
    result["CopyingToRegions"] = std::move(copying_to);
    result["Images"] = images_to_json(call, snapshot.image_ids);
    result["ImageCount"] = snapshot.image_ids.size();
    result["ShareReference"] = 0;
    result["IsLocked"] = false;
    result["IsPermanent"] = !snapshot.deadline.has_value();
    result["DeadlineTime"] =
        json_text(snapshot.deadline ? snapshot_time(call, *snapshot.deadline) : "");
    result["CreateTime"] = json_text(snapshot_time(call, snapshot.created));
    const Instant finished = std::max(snapshot.created, snapshot.ends);
    result["LatestModifyTime"] = json_text(snapshot_time(call, std::min(call.state.now, finished)));
    result["Tags"] = tags_to_json(snapshot.tags);
    return result;
}

struct GroupView {
    std::string_view state = "NORMAL";
    std::int64_t percent = 100;
    bool has_system_disk = false;
    std::set<std::string> image_ids;
};

GroupView view_of(const Call& call, const SnapshotGroup& group) {
    GroupView view;
    for (const std::string& id : group.snapshot_ids) {
        const Snapshot& snapshot = call.state.snapshots.at(id);
        if (call.state.snapshot_state(snapshot) != "NORMAL") {
            view.state = "CREATING";
        }
        view.percent = std::min(view.percent, call.state.snapshot_percent(snapshot));
        view.has_system_disk = view.has_system_disk || snapshot.is_system;
        view.image_ids.insert(snapshot.image_ids.begin(), snapshot.image_ids.end());
    }
    return view;
}

bool matches(const Call& call, const SnapshotGroup& group, const Filter& filter) {
    if (filter.name == "snapshot-group-id") {
        return any_equal(filter, group.id);
    }
    if (filter.name == "snapshot-group-state") {
        return any_equal(filter, view_of(call, group).state);
    }
    if (filter.name == "snapshot-group-name") {
        return any_equal(filter, group.name);
    }
    return std::ranges::any_of(group.snapshot_ids, [&filter](const std::string& id) {
        return any_equal(filter, id);
    });
}

json::object group_to_json(const Call& call, const SnapshotGroup& group) {
    const GroupView view = view_of(call, group);
    json::object result;
    result["SnapshotGroupId"] = json_text(group.id);
    result["SnapshotGroupName"] = json_text(group.name);
    result["SnapshotGroupType"] = "NORMAL";
    result["SnapshotGroupState"] = json_text(view.state);
    result["Percent"] = view.percent;
    result["ContainRootSnapshot"] = view.has_system_disk;
    json::array ids;
    for (const std::string& id : group.snapshot_ids) {
        ids.push_back(json_text(id));
    }
    result["SnapshotIdSet"] = std::move(ids);
    result["Images"] = images_to_json(call, view.image_ids);
    result["ImageCount"] = view.image_ids.size();
    result["IsPermanent"] = true;
    result["DeadlineTime"] = nullptr;
    result["AutoSnapshotPolicyId"] = nullptr;
    result["CreateTime"] = json_text(snapshot_time(call, group.created));
    result["ModifyTime"] = json_text(snapshot_time(call, group.modified));
    return result;
}

}  // namespace

json::object describe_snapshots(Call& call, Params& params) {
    const Selection selection = take_selection(params);
    const std::vector<const Snapshot*> chosen = select(call, selection);
    json::object result;
    result["TotalCount"] = chosen.size();
    result["SnapshotSet"] = page_of(chosen, selection.page, [&call](const Snapshot& snapshot) {
        return snapshot_to_json(call, snapshot);
    });
    return result;
}

json::object describe_snapshot_groups(Call& call, Params& params) {
    static constexpr std::array<std::string_view, 4> names{
        "snapshot-group-id", "snapshot-group-state", "snapshot-group-name", "snapshot-id"};
    const std::vector<Filter> filters = take_unlimited_filters(params);
    const Page page = take_page(params);
    params.finish();
    check_filters(filters, names);
    std::vector<const SnapshotGroup*> chosen;
    for (const auto& [id, group] : call.state.snapshot_groups) {
        const auto is_match = [&](const Filter& filter) { return matches(call, group, filter); };
        if (group.uin == call.account.uin && group.region == call.region &&
            std::ranges::all_of(filters, is_match)) {
            chosen.push_back(&group);
        }
    }
    std::ranges::stable_sort(chosen, std::ranges::greater{}, &SnapshotGroup::created);
    json::object result;
    result["TotalCount"] = chosen.size();
    result["SnapshotGroupSet"] = page_of(chosen, page, [&call](const SnapshotGroup& group) {
        return group_to_json(call, group);
    });
    return result;
}

// Sizes are those of the disks: how much of them the increments share is not simulated.
json::object describe_snapshot_overview(Call& call, Params& params) {
    params.finish();
    std::int64_t count = 0;
    std::int64_t size = 0;
    for (const Snapshot* snapshot : call.state.snapshots_at[call.place()]) {
        if (call.state.snapshot_state(*snapshot) == "NORMAL") {
            count += 1;
            size += snapshot->size;
        }
    }
    const bool is_china = find_region(call.region)->mainland || call.region == "ap-hongkong";
    const std::int64_t free = is_china ? free_in_china : 0;
    json::object result;
    result["TotalNums"] = count;
    result["TotalSize"] = size;
    result["FreeQuota"] = free;
    result["RealTradeSize"] = std::max<std::int64_t>(0, size - free);
    return result;
}

}  // namespace cloudsim
