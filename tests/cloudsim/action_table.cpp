// Rates: facts/tencent-cloud.md section 1.7; those of sts and of RunCommand are on their own pages,
// and the other actions of tat are taken to have the same.
#include "actions.hpp"

#include <algorithm>
#include <array>

namespace cloudsim {
namespace {

constexpr auto actions = std::to_array<Action>({
    {"cbs", "CopySnapshotCrossRegions", 20, true, copy_snapshot_cross_regions},
    {"cbs", "CreateSnapshot", 20, true, create_snapshot},
    {"cbs", "CreateSnapshotGroup", 20, true, create_snapshot_group},
    {"cbs", "DeleteSnapshotGroup", 20, true, delete_snapshot_group},
    {"cbs", "DeleteSnapshots", 20, true, delete_snapshots},
    {"cbs", "DescribeSnapshotGroups", 20, true, describe_snapshot_groups},
    {"cbs", "DescribeSnapshotOverview", 20, true, describe_snapshot_overview},
    {"cbs", "DescribeSnapshots", 20, true, describe_snapshots},
    {"cvm", "CreateImage", 10, true, create_image},
    {"cvm", "DeleteImages", 10, true, delete_images},
    {"cvm", "DescribeImageFromFamily", 10, true, describe_image_from_family},
    {"cvm", "DescribeImageQuota", 10, true, describe_image_quota},
    {"cvm", "DescribeImageSharePermission", 10, true, describe_image_share_permission},
    {"cvm", "DescribeImages", 40, true, describe_images},
    {"cvm", "DescribeImportImageOs", 288, true, describe_import_image_os},
    {"cvm", "DescribeInstances", 40, true, describe_instances},
    {"cvm", "DescribeInstancesStatus", 40, true, describe_instances_status},
    {"cvm", "ExportImages", 20, true, export_images},
    {"cvm", "ImportImage", 10, true, import_image},
    {"cvm", "ModifyImageAttribute", 10, true, modify_image_attribute},
    {"cvm", "ModifyImageSharePermission", 10, true, modify_image_share_permission},
    {"cvm", "ResetInstance", 10, true, reset_instance},
    {"cvm", "RunInstances", 10, true, run_instances},
    {"cvm", "StartInstances", 10, true, start_instances},
    {"cvm", "StopInstances", 10, true, stop_instances},
    {"cvm", "SyncImages", 10, true, sync_images},
    {"cvm", "TerminateInstances", 10, true, terminate_instances},
    {"region", "DescribeRegions", 20, false, describe_regions},
    {"sts", "AssumeRole", 600, false, assume_role},
    {"sts", "GetCallerIdentity", 20, false, get_caller_identity},
    {"tat", "DescribeAutomationAgentStatus", 20, true, describe_automation_agent_status},
    {"tat", "DescribeInvocationTasks", 20, true, describe_invocation_tasks},
    {"tat", "RunCommand", 20, true, run_command},
});

}  // namespace

std::span<const Action> all_actions() {
    return actions;
}

const Action* find_action(std::string_view service, std::string_view name) {
    const auto found = std::ranges::find_if(actions, [&](const Action& action) {
        return action.service == service && action.name == name;
    });
    return found == actions.end() ? nullptr : &*found;
}

std::string_view version_of(std::string_view service) {
    if (service == "cvm" || service == "cbs") {
        return "2017-03-12";
    }
    if (service == "sts") {
        return "2018-08-13";
    }
    if (service == "tat") {
        return "2020-10-28";
    }
    return service == "region" ? "2022-06-27" : "";
}

}  // namespace cloudsim
