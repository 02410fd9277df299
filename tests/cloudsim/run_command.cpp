// RunCommand. Codes: the published list of tat.
#include "action_rules.hpp"
#include "base64.hpp"
#include "text.hpp"

#include <algorithm>

namespace cloudsim {
namespace {

namespace json = boost::json;

// RunCommand: Content, InstanceIds, CommandName, Description, Timeout.
constexpr std::size_t content_max = 64 * 1024;
constexpr std::size_t instances_max = 200;
constexpr std::size_t name_max = 60;
constexpr std::size_t description_max = 120;
constexpr std::int64_t timeout_max = 86'400;
constexpr std::int64_t timeout_default = 60;
constexpr std::size_t parameters_max = 20;
constexpr std::size_t parameter_name_max = 64;
constexpr std::size_t tags_max = 10;

[[noreturn]] void refuse_value(const std::string& kind, const std::string& message) {
    throw Refusal{"InvalidParameterValue." + kind, message};
}

bool is_parameter_letter(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || letter == '-' || letter == '_';
}

using Names = std::set<std::string, std::less<>>;

void add_parameter(Names& names, const std::string& name) {
    if (name.size() > parameter_name_max) {
        refuse_value("ParameterKeyLenExceeded", "A parameter's name is longer than 64.");
    }
    if (name.empty() || !std::ranges::all_of(name, is_parameter_letter)) {
        refuse_value("ParameterKeyContainsInvalidChar", "`" + name + "` is no parameter name.");
    }
    if (!names.insert(name).second) {
        refuse_value("ParameterKeyDuplicated", "The parameter `" + name + "` is given twice.");
    }
    if (names.size() > parameters_max) {
        refuse_value("ParameterNumberExceeded", "There are more than 20 parameters.");
    }
}

Names take_parameters(Params& params, std::string_view field) {
    Names names;
    const auto text = params.optional_text(field);
    if (!text) {
        return names;
    }
    json::error_code error;
    const json::value value = json::parse(*text, error);
    if (error || !value.is_object()) {
        refuse_value(
            "ParameterInvalidJsonFormat", "`" + std::string{field} + "` is no JSON object."
        );
    }
    for (const auto& member : value.get_object()) {
        if (!member.value().is_string()) {
            refuse_value("ParameterValueNotString", "A parameter's value is not a string.");
        }
        add_parameter(names, std::string{member.key().data(), member.key().size()});
    }
    return names;
}

Names take_parameter_list(Params& params) {
    Names names;
    for (Params& element : params.objects("DefaultParameterConfs")) {
        add_parameter(names, element.text("ParameterName"));
        element.text("ParameterValue");
        element.optional_text("ParameterDescription");
        element.finish();
    }
    return names;
}

// Of {{name}} and {{tat-hidden:name}}.
Names placeholders(std::string_view script) {
    Names names;
    for (std::size_t at = script.find("{{"); at != std::string_view::npos;) {
        const std::size_t end = script.find("}}", at);
        if (end == std::string_view::npos) {
            break;
        }
        std::string_view name = trim(script.substr(at + 2, end - at - 2));
        constexpr std::string_view hidden = "tat-hidden:";
        name.remove_prefix(name.starts_with(hidden) ? hidden.size() : 0);
        if (!name.empty() && std::ranges::all_of(name, is_parameter_letter)) {
            names.emplace(name);
        }
        at = script.find("{{", at + 2);
    }
    return names;
}

void check_parameters(Params& params, const std::string& script) {
    const bool is_enabled = params.flag("EnableParameter");
    if (params.has("DefaultParameters") && params.has("DefaultParameterConfs")) {
        throw Refusal{
            "InvalidParameter.ConflictParameter",
            "`DefaultParameters` and `DefaultParameterConfs` exclude each other."};
    }
    const Names given = take_parameters(params, "Parameters");
    Names known = take_parameters(params, "DefaultParameters");
    known.merge(take_parameter_list(params));
    if (!is_enabled && params.has("Parameters")) {
        refuse_value("ParameterDisabled", "`Parameters` needs `EnableParameter`.");
    }
    if (!is_enabled && !known.empty()) {
        refuse_value(
            "SupportParametersOnlyIfEnableParameter", "Default values need `EnableParameter`."
        );
    }
    const bool has_any = !given.empty() || !known.empty();
    known.insert(given.begin(), given.end());
    for (const std::string& name : is_enabled ? placeholders(script) : Names{}) {
        if (!known.contains(name)) {
            refuse_value(
                has_any ? "LackOfParameters" : "LackOfParameterInfo",
                "The parameter `" + name + "` has no value."
            );
        }
    }
}

std::string take_content(Params& params) {
    std::string content = params.text("Content");
    const auto script = base64_decode(content);
    if (!script || script->empty() || content.size() > content_max) {
        refuse_value(
            "CommandContentInvalid", "`Content` must be base64 of a script, at most 64 KB of it."
        );
    }
    check_parameters(params, *script);
    return content;
}

void check_name(const std::string& name) {
    const auto is_good = [](char letter) {
        return is_parameter_letter(letter) || letter == '.' || (letter & 0x80) != 0;
    };
    if (name.size() > name_max || !std::ranges::all_of(name, is_good)) {
        refuse_value("InvalidCommandName", "`" + name + "` is no name of a command.");
    }
}

Duration take_timeout(Params& params) {
    const std::int64_t timeout = params.integer("Timeout").value_or(timeout_default);
    if (timeout < 1 || timeout > timeout_max) {
        refuse_value("Range", "`Timeout` must be from 1 to 86400 seconds.");
    }
    return std::chrono::seconds{timeout};
}

void take_destination(Params& params, Invocation& invocation) {
    invocation.bucket_url = params.optional_text("OutputCOSBucketUrl").value_or("");
    invocation.key_prefix = params.optional_text("OutputCOSKeyPrefix").value_or("");
    if (!invocation.bucket_url.empty()) {
        throw Refusal{
            "UnsupportedOperation", "cvmcloudsim does not simulate `OutputCOSBucketUrl`."};
    }
}

Invocation take_invocation(Params& params) {
    Invocation invocation;
    invocation.content = take_content(params);
    invocation.command_name = params.optional_text("CommandName").value_or("");
    invocation.type = params.optional_text("CommandType").value_or("SHELL");
    const bool is_shell = invocation.type == "SHELL";
    invocation.working_directory =
        params.optional_text("WorkingDirectory")
            .value_or(is_shell ? "/root" : "C:\\Program Files\\qcloud\\tat_agent\\workdir");
    invocation.username = params.optional_text("Username").value_or(is_shell ? "root" : "System");
    invocation.timeout = take_timeout(params);
    const std::string description = params.optional_text("Description").value_or("");
    const bool is_saved = params.flag("SaveCommand");
    const std::size_t tags = take_tag_list(params, "Tags").size();
    take_destination(params, invocation);
    check_name(invocation.command_name);
    if (!is_shell && invocation.type != "POWERSHELL" && invocation.type != "BAT") {
        throw Refusal{"InvalidParameterValue", "`" + invocation.type + "` is no command type."};
    }
    if (count_characters(description) > description_max || tags > tags_max) {
        throw Refusal{"InvalidParameterValue", "The description or the list of tags is too long."};
    }
    if (tags > 0 && !is_saved) {
        throw Refusal{"InvalidParameterValue", "`Tags` need `SaveCommand`."};
    }
    if (is_shell && !invocation.working_directory.starts_with('/')) {
        refuse_value("InvalidWorkingDirectory", "`WorkingDirectory` must be absolute.");
    }
    if (invocation.username.empty() || contains(invocation.username, " ")) {
        throw Refusal{"InvalidParameter.InvalidUsername", "`Username` is no name of a user."};
    }
    return invocation;
}

void check_instance(Call& call, const std::string& id, const std::string& type) {
    if (!is_well_formed_id(id, "ins-")) {
        refuse_value("InvalidInstanceId", "The instance id `" + id + "` is malformed.");
    }
    const Instance* instance = call.state.find_instance(id);
    if (instance == nullptr || instance->uin != call.account.uin ||
        instance->region != call.region) {
        throw Refusal{"ResourceNotFound.InstanceNotFound", "There is no instance `" + id + "`."};
    }
    if (instance->state != "RUNNING") {
        throw Refusal{
            "ResourceUnavailable.InstanceStateNotRunning",
            "The instance `" + id + "` is " + instance->state + "."};
    }
    if (instance->agent == Agent::none) {
        throw Refusal{
            "ResourceUnavailable.AgentNotInstalled", "The instance `" + id + "` has no agent."};
    }
    if (instance->agent == Agent::offline) {
        throw Refusal{
            "ResourceUnavailable.AgentStatusNotOnline", "The agent of `" + id + "` is offline."};
    }
    if ((instance->platform == "Windows") == (type == "SHELL")) {
        refuse_value(
            "AgentUnsupportedCommandType", "The agent of `" + id + "` runs no " + type + "."
        );
    }
}

CommandEnd command_end(TaskEnd end) {
    switch (end) {
        case TaskEnd::succeeds:
            return CommandEnd::as_world_says;
        case TaskEnd::fails:
            return CommandEnd::fails;
        case TaskEnd::vanishes:
            return CommandEnd::is_not_delivered;
        case TaskEnd::hangs:
            return CommandEnd::never;
    }
    return CommandEnd::as_world_says;
}

}  // namespace

json::object run_command(Call& call, Params& params) {
    Invocation invocation = take_invocation(params);
    std::vector<std::string> ids = params.required_texts("InstanceIds");
    params.finish();
    if (ids.size() > instances_max) {
        refuse_value("Range", "More than 200 instance ids.");
    }
    std::ranges::sort(ids);
    const auto repeated = std::ranges::unique(ids);
    ids.erase(repeated.begin(), repeated.end());
    for (const std::string& id : ids) {
        check_instance(call, id, invocation.type);
    }
    invocation.id = "inv-" + call.state.identifiers.word();
    invocation.command_id = "cmd-" + call.state.identifiers.word();
    json::object result;
    result["CommandId"] = json_text(invocation.command_id);
    result["InvocationId"] = json_text(invocation.id);
    call.state.invocations[invocation.id] = invocation;
    for (const std::string& id : ids) {
        CommandTask task;
        task.id = "invt-" + call.state.identifiers.word();
        task.invocation_id = invocation.id;
        task.instance_id = id;
        task.uin = call.account.uin;
        task.region = call.region;
        task.end = command_end(call.task_end);
        task.created = call.state.now;
        task.updated = call.state.now;
        call.state.begin_command(std::move(task));
    }
    return result;
}

}  // namespace cloudsim
