#include "action_rules.hpp"
#include "text.hpp"

#include <algorithm>

namespace cloudsim {
namespace {

namespace json = boost::json;

constexpr std::size_t instances_max = 100;  // StartInstances and StopInstances, InstanceIds

std::string state_suffix(const std::string& state) {
    std::string suffix;
    for (const std::string& word : split(state, '_')) {
        suffix += word.front() + to_lower(word.substr(1));
    }
    return suffix;
}

std::vector<Instance*> usable_instances(
    Call& call, const std::vector<std::string>& ids, std::string_view needed_state
) {
    if (ids.size() > instances_max) {
        throw Refusal{"InvalidParameterValue.LimitExceeded", "More than 100 instances."};
    }
    std::vector<Instance*> chosen;
    for (const std::string& id : ids) {
        if (!is_well_formed_id(id, "ins-")) {
            throw Refusal{
                "InvalidInstanceId.Malformed", "The instance id `" + id + "` is malformed."};
        }
        Instance* instance = call.state.find_instance(id);
        if (instance == nullptr || instance->uin != call.account.uin ||
            instance->region != call.region) {
            throw Refusal{"InvalidInstanceId.NotFound", "There is no instance `" + id + "`."};
        }
        if (instance->state != needed_state) {
            throw Refusal{
                "UnsupportedOperation.InstanceState" + state_suffix(instance->state),
                "The instance `" + id + "` is " + instance->state + "."};
        }
        if (!instance->image_in_creation.empty()) {
            throw Refusal{
                "MutexOperation.TaskRunning",
                "An image of the instance `" + id + "` is being created."};
        }
        chosen.push_back(instance);
    }
    return chosen;
}

void begin(Call& call, Instance& instance, const char* operation, Task task, Duration length) {
    instance.latest_operation = operation;
    instance.latest_operation_state = "OPERATING";
    instance.latest_request_id = call.request_id;
    task.subject = instance.id;
    task.end = call.task_end;
    call.state.schedule(call.state.now + length, std::move(task));
}

}  // namespace

json::object start_instances(Call& call, Params& params) {
    const std::vector<std::string> ids = params.required_texts("InstanceIds");
    params.finish();
    for (Instance* instance : usable_instances(call, ids, "STOPPED")) {
        instance->state = "STARTING";
        Task task;
        task.kind = TaskKind::instance_start;
        const Duration length = call.state.durations.within(call.state.timing.start);
        begin(call, *instance, "StartInstances", std::move(task), length);
    }
    return {};
}

json::object stop_instances(Call& call, Params& params) {
    const std::vector<std::string> ids = params.required_texts("InstanceIds");
    const std::string type = params.optional_text("StopType").value_or("SOFT");
    const std::string mode = params.optional_text("StoppedMode").value_or("KEEP_CHARGING");
    params.flag("ForceStop");
    params.finish();
    if (type != "SOFT" && type != "SOFT_FIRST" && type != "HARD") {
        throw Refusal{"InvalidParameterValue", "`" + type + "` is no stop type."};
    }
    if (mode != "KEEP_CHARGING" && mode != "STOP_CHARGING") {
        throw Refusal{"InvalidParameterValue", "`" + mode + "` is no stopped mode."};
    }
    for (Instance* instance : usable_instances(call, ids, "RUNNING")) {
        instance->state = "STOPPING";
        Task task;
        task.kind = TaskKind::instance_stop;
        task.stop_charging = mode == "STOP_CHARGING";
        const Duration length = call.state.durations.within(call.state.timing.stop);
        begin(call, *instance, "StopInstances", std::move(task), length);
    }
    return {};
}

}  // namespace cloudsim
