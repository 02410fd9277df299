// DescribeInvocationTasks and DescribeAutomationAgentStatus.
#include "action_rules.hpp"
#include "base64.hpp"
#include "text.hpp"

#include <algorithm>
#include <array>

namespace cloudsim {
namespace {

namespace json = boost::json;

constexpr std::size_t ids_max = 100;
constexpr std::size_t filters_max = 10;
constexpr std::size_t filter_values_max = 5;
// 24 KB of base64. Which part of a longer output is told is not published: here its beginning.
constexpr std::size_t output_max = 24 * 1024 / 4 * 3;

struct Selection {
    std::vector<std::string> ids;
    std::vector<Filter> filters;
    Page page;
};

Selection take_selection(
    Params& params, std::string_view ids_name, std::span<const std::string_view> filter_names
) {
    Selection selection;
    selection.ids = params.texts(ids_name);
    selection.filters = take_unlimited_filters(params);
    if (params.integer("Limit").value_or(1) > 100) {
        throw Refusal{"InvalidParameterValue.Range", "`Limit` must not exceed 100."};
    }
    selection.page = take_page(params);
    params.finish();
    if (!selection.ids.empty() && !selection.filters.empty()) {
        throw Refusal{
            "InvalidParameter.ConflictParameter", "Ids and `Filters` exclude each other."};
    }
    if (selection.ids.size() > ids_max || selection.filters.size() > filters_max) {
        throw Refusal{"InvalidParameterValue.Range", "Too many ids or filters."};
    }
    for (const Filter& filter : selection.filters) {
        const bool is_known = std::ranges::find(filter_names, filter.name) != filter_names.end();
        if (!is_known || filter.values.size() > filter_values_max) {
            throw Refusal{
                "InvalidParameterValue.InvalidFilter",
                "The filter `" + filter.name + "` is unknown or has more than 5 values."};
        }
    }
    return selection;
}

json::value optional_time(const std::optional<Instant>& time) {
    return time ? json::value(json_text(to_rfc3339(*time))) : json::value(nullptr);
}

// Before a task ends its exit code is 0 too: the status tells.
json::object result_to_json(const CommandTask& task, bool hides_output) {
    json::object result;
    const bool is_cut = task.output.size() > output_max;
    result["ExitCode"] = task.exit_code;
    result["Output"] =
        json_text(hides_output ? "" : base64_encode(task.output.substr(0, output_max)));
    result["Dropped"] = is_cut ? task.output.size() - output_max : 0;
    result["ExecStartTime"] = optional_time(task.started);
    result["ExecEndTime"] = task.started ? optional_time(task.ended) : json::value(nullptr);
    result["OutputUrl"] = "";
    result["OutputUploadCOSErrorInfo"] = "";
    return result;
}

json::object document_to_json(const Invocation& invocation) {
    json::object result;
    result["Content"] = json_text(invocation.content);
    result["CommandType"] = json_text(invocation.type);
    result["Timeout"] = std::chrono::floor<std::chrono::seconds>(invocation.timeout).count();
    result["WorkingDirectory"] = json_text(invocation.working_directory);
    result["Username"] = json_text(invocation.username);
    result["OutputCOSBucketUrl"] = json_text(invocation.bucket_url);
    result["OutputCOSKeyPrefix"] = json_text(invocation.key_prefix);
    return result;
}

json::object task_to_json(const Call& call, const CommandTask& task, bool hides_output) {
    const Invocation& invocation = call.state.invocations.at(task.invocation_id);
    json::object result;
    result["InvocationId"] = json_text(invocation.id);
    result["InvocationTaskId"] = json_text(task.id);
    result["CommandId"] = json_text(invocation.command_id);
    result["CommandName"] = json_text(invocation.command_name);
    result["TaskStatus"] = json_text(task.status);
    result["InstanceId"] = json_text(task.instance_id);
    result["TaskResult"] = result_to_json(task, hides_output);
    result["StartTime"] = optional_time(task.started);
    result["EndTime"] = optional_time(task.ended);
    result["CreatedTime"] = json_text(to_rfc3339(task.created));
    result["UpdatedTime"] = json_text(to_rfc3339(task.updated));
    result["CommandDocument"] = document_to_json(invocation);
    result["ErrorInfo"] = json_text(task.error);
    result["InvocationSource"] = "USER";
    return result;
}

bool matches(const Call& call, const CommandTask& task, const Filter& filter) {
    if (filter.name == "invocation-task-id") {
        return any_equal(filter, task.id);
    }
    if (filter.name == "invocation-id") {
        return any_equal(filter, task.invocation_id);
    }
    if (filter.name == "instance-id") {
        return any_equal(filter, task.instance_id);
    }
    return any_equal(filter, call.state.invocations.at(task.invocation_id).command_id);
}

bool is_online(const Instance& instance) {
    return instance.agent == Agent::online && instance.state == "RUNNING";
}

std::string_view environment(const Instance& instance) {
    return instance.platform == "Windows" ? "Windows" : "Linux";
}

bool matches(const Instance& instance, const Filter& filter) {
    if (filter.name == "agent-status") {
        return any_equal(filter, is_online(instance) ? "Online" : "Offline");
    }
    if (filter.name == "environment") {
        return any_equal(filter, environment(instance));
    }
    return any_equal(filter, instance.id);
}

json::object agent_to_json(const Call& call, const Instance& instance) {
    json::object result;
    result["InstanceId"] = json_text(instance.id);
    result["Version"] = "1.0.0";
    const Instant heartbeat = is_online(instance) ? call.state.now : instance.created;
    result["LastHeartbeatTime"] = json_text(to_rfc3339(heartbeat));
    result["AgentStatus"] = is_online(instance) ? "Online" : "Offline";
    result["Environment"] = json_text(environment(instance));
    result["SupportFeatures"] = json::array{};
    return result;
}

template <class Element, class IsMatch>
std::vector<const Element*> choose(
    const std::vector<Element*>& all, const Selection& selection, const IsMatch& is_match
) {
    std::vector<const Element*> chosen;
    for (const Element* element : all) {
        const bool is_wanted = selection.ids.empty() ||
                               std::ranges::find(selection.ids, element->id) != selection.ids.end();
        const auto takes = [&](const Filter& filter) { return is_match(*element, filter); };
        if (is_wanted && std::ranges::all_of(selection.filters, takes)) {
            chosen.push_back(element);
        }
    }
    return chosen;
}

}  // namespace

json::object describe_invocation_tasks(Call& call, Params& params) {
    static constexpr std::array<std::string_view, 4> names{
        "invocation-task-id", "invocation-id", "instance-id", "command-id"};
    const bool hides_output = params.flag("HideOutput", true);
    const Selection selection = take_selection(params, "InvocationTaskIds", names);
    for (const std::string& id : selection.ids) {
        if (!is_well_formed_id(id, "invt-")) {
            throw Refusal{
                "InvalidParameterValue.InvalidInvocationTaskId", "`" + id + "` is malformed."};
        }
    }
    std::vector<const CommandTask*> chosen = choose(
        call.state.command_tasks_at[call.place()],
        selection,
        [&call](const CommandTask& task, const Filter& filter) {
            return matches(call, task, filter);
        }
    );
    std::ranges::reverse(chosen);  // newest first
    json::object result;
    result["TotalCount"] = chosen.size();
    result["InvocationTaskSet"] = page_of(chosen, selection.page, [&](const CommandTask& task) {
        return task_to_json(call, task, hides_output);
    });
    return result;
}

json::object describe_automation_agent_status(Call& call, Params& params) {
    static constexpr std::array<std::string_view, 3> names{
        "agent-status", "environment", "instance-id"};
    const Selection selection = take_selection(params, "InstanceIds", names);
    for (const std::string& id : selection.ids) {
        if (!is_well_formed_id(id, "ins-")) {
            throw Refusal{"InvalidParameterValue.InvalidInstanceId", "`" + id + "` is malformed."};
        }
    }
    std::vector<const Instance*> chosen = choose(
        call.state.instances_at[call.place()],
        selection,
        [](const Instance& instance, const Filter& filter) { return matches(instance, filter); }
    );
    std::erase_if(chosen, [](const Instance* instance) { return instance->agent == Agent::none; });
    json::object result;
    result["TotalCount"] = chosen.size();
    result["AutomationAgentSet"] = page_of(chosen, selection.page, [&](const Instance& instance) {
        return agent_to_json(call, instance);
    });
    return result;
}

}  // namespace cloudsim
