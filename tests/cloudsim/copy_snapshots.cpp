#include "action_rules.hpp"
#include "regions.hpp"
#include "snapshot_rules.hpp"

#include <algorithm>

namespace cloudsim {
namespace {

namespace json = boost::json;

void check_source(const Call& call, const Snapshot& source) {
    if (call.state.snapshot_state(source) != "NORMAL") {
        throw Refusal{
            "InvalidSnapshot.NotSupported", "The snapshot `" + source.id + "` is not complete."};
    }
    if (source.encrypted) {
        throw Refusal{
            "UnsupportedOperation.SnapshotNotSupportCopy",
            "The snapshot `" + source.id + "` is encrypted."};
    }
    check_balance(call);
}

// What the request names wrongly refuses all of it.
void check_regions(const Call& call, const std::vector<std::string>& regions) {
    for (const std::string& region : regions) {
        if (find_region(region) == nullptr) {
            throw Refusal{"InvalidParameterValue", "There is no region `" + region + "`."};
        }
        if (region == call.region) {
            throw Refusal{
                "InvalidParameterValue", "`" + region + "` is where the snapshot is already."};
        }
        if (std::ranges::count(regions, region) > 1) {
            throw Refusal{"InvalidParameterValue", "The region `" + region + "` is given twice."};
        }
    }
}

// What only one destination refuses is told in the result of that destination.
void check_destination(const Call& call, const Snapshot& source, const std::string& name) {
    const Region& from = *find_region(call.region);
    const Region& to = *find_region(name);
    const bool crosses_border =
        from.mainland != to.mainland && !call.state.behaviour.snapshots_cross_border;
    if (from.finance != to.finance || crosses_border) {
        throw Refusal{
            "UnsupportedOperation.SnapshotNotSupportCopy",
            "Snapshots cannot be copied from " + call.region + " to " + name + "."};
    }
    if (std::ranges::find(source.copying_to, name) != source.copying_to.end()) {
        throw Refusal{
            "ResourceInUse.CopySnapshotConflict",
            "The snapshot is being copied to " + name + " already."};
    }
    const auto& gone = call.gone_regions;
    if (std::ranges::find(gone, name) != gone.end()) {
        throw Refusal{"ResourceUnavailable", name + " does not receive copies now."};
    }
    check_snapshot_quota(call, name, 1);
}

std::string begin_copy(
    Call& call, Snapshot& source, const std::string& region, const std::string& name
) {
    State& state = call.state;
    Snapshot copy;
    copy.id = state.new_id("snap-");
    copy.uin = source.uin;
    copy.region = region;
    copy.zone = region + "-1";
    copy.name = name;
    copy.disk_id = source.disk_id;
    copy.is_system = source.is_system;
    copy.size = source.size;
    copy.used = source.used;
    copy.state = "COPYING_FROM_REMOTE";
    copy.copied = true;
    copy.os = source.os;
    copy.platform = source.platform;
    copy.architecture = source.architecture;
    copy.license = source.license;
    copy.flaw = source.flaw;
    copy.marketplace = source.marketplace;
    copy.created = state.now;
    copy.ends = state.now + state.durations.within(state.timing.snapshot_copy);
    source.copying_to.push_back(region);
    Task task;
    task.kind = TaskKind::snapshot_copy;
    task.end = call.task_end;
    task.subject = copy.id;
    task.source = source.id;
    state.schedule(copy.ends, std::move(task));
    return state.add_snapshot(std::move(copy)).id;
}

json::object copy_result(
    Call& call, Snapshot& source, const std::string& region, const std::string& name
) {
    json::object result;
    result["DestinationRegion"] = json_text(region);
    try {
        check_destination(call, source, region);
        result["SnapshotId"] = json_text(begin_copy(call, source, region, name));
        result["Code"] = "Success";
        result["Message"] = "";
    } catch (const Refusal& refusal) {
        result["SnapshotId"] = "";
        result["Code"] = json_text(refusal.code());
        result["Message"] = json_text(refusal.what());
    }
    return result;
}

}  // namespace

json::object copy_snapshot_cross_regions(Call& call, Params& params) {
    const std::vector<std::string> regions = params.required_texts("DestinationRegions");
    const std::string id = params.text("SnapshotId");
    const std::optional<std::string> name = params.optional_text("SnapshotName");
    params.finish();
    check_snapshot_name(name.value_or(""));
    Snapshot& source = own_snapshot(call, id);
    check_source(call, source);
    check_regions(call, regions);
    const std::string default_name = "Copied " + id + " from " + call.region;
    json::array results;
    for (const std::string& region : regions) {
        results.push_back(copy_result(call, source, region, name.value_or(default_name)));
    }
    json::object result;
    result["SnapshotCopyResultSet"] = std::move(results);
    return result;
}

}  // namespace cloudsim
