// The API 3.0 actions: each takes a checked caller and the request's parameters and gives the
// fields of its response, or throws Refusal. Rules and codes: facts/tencent-cloud.md sections 2
// and 3.
#pragma once

#include "messages.hpp"
#include "params.hpp"
#include "refusal.hpp"
#include "state.hpp"

#include <boost/json.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cloudsim {

struct Call {
    State& state;
    const Account& account;
    const Credential& credential;
    std::string secret_id;
    std::string region;
    std::string request_id;
    TaskEnd task_end = TaskEnd::succeeds;  // how the task that this call starts will end
    std::vector<TaskRecord> tasks{};       // what the call has begun
    Instant real_now{};                    // for URLs signed by the real clock
    std::vector<std::string> gone_regions{};
    Duration lag{0};  // lists tell what was true so long ago

    Place place() const { return {account.uin, region}; }
};

using Perform = boost::json::object (*)(Call&, Params&);

struct Action {
    std::string_view service;
    std::string_view name;
    std::int64_t rate;  // requests per second
    bool regional;
    Perform perform;
};

std::span<const Action> all_actions();
// nullptr when the service does not have it or the simulator does not know it.
const Action* find_action(std::string_view service, std::string_view name);
// "" for a service that is not simulated.
std::string_view version_of(std::string_view service);

boost::json::object describe_instances(Call& call, Params& params);
boost::json::object describe_instances_status(Call& call, Params& params);
boost::json::object start_instances(Call& call, Params& params);
boost::json::object stop_instances(Call& call, Params& params);
boost::json::object create_image(Call& call, Params& params);
boost::json::object describe_image_from_family(Call& call, Params& params);
boost::json::object describe_import_image_os(Call& call, Params& params);
boost::json::object import_image(Call& call, Params& params);
boost::json::object run_instances(Call& call, Params& params);
boost::json::object reset_instance(Call& call, Params& params);
boost::json::object terminate_instances(Call& call, Params& params);
boost::json::object describe_images(Call& call, Params& params);
boost::json::object sync_images(Call& call, Params& params);
boost::json::object export_images(Call& call, Params& params);
boost::json::object delete_images(Call& call, Params& params);
boost::json::object modify_image_attribute(Call& call, Params& params);
boost::json::object modify_image_share_permission(Call& call, Params& params);
boost::json::object describe_image_share_permission(Call& call, Params& params);
boost::json::object describe_image_quota(Call& call, Params& params);
boost::json::object describe_snapshots(Call& call, Params& params);
boost::json::object describe_snapshot_groups(Call& call, Params& params);
boost::json::object describe_snapshot_overview(Call& call, Params& params);
boost::json::object create_snapshot(Call& call, Params& params);
boost::json::object create_snapshot_group(Call& call, Params& params);
boost::json::object copy_snapshot_cross_regions(Call& call, Params& params);
boost::json::object delete_snapshots(Call& call, Params& params);
boost::json::object delete_snapshot_group(Call& call, Params& params);
boost::json::object run_command(Call& call, Params& params);
boost::json::object describe_invocation_tasks(Call& call, Params& params);
boost::json::object describe_automation_agent_status(Call& call, Params& params);
boost::json::object describe_regions(Call& call, Params& params);
boost::json::object assume_role(Call& call, Params& params);
boost::json::object get_caller_identity(Call& call, Params& params);

}  // namespace cloudsim
