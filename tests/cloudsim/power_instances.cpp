#include "instance_rules.hpp"

namespace cloudsim {
namespace {

namespace json = boost::json;

std::vector<Instance*> instances_in_state(
    Call& call, std::vector<std::string> ids, std::string_view needed_state
) {
    std::vector<Instance*> chosen = own_instances(call, std::move(ids));
    for (const Instance* instance : chosen) {
        if (instance->state != needed_state) {
            refuse_state(*instance);
        }
        check_idle(*instance);
    }
    return chosen;
}

}  // namespace

json::object start_instances(Call& call, Params& params) {
    const std::vector<std::string> ids = params.required_texts("InstanceIds");
    params.finish();
    check_balance(call);
    for (Instance* instance : instances_in_state(call, ids, "STOPPED")) {
        call.state.change_state(*instance, "STARTING");
        Task task;
        task.kind = TaskKind::instance_start;
        const Duration length = call.state.durations.within(call.state.timing.start);
        begin_operation(call, *instance, "StartInstances", std::move(task), length);
    }
    return {};
}

json::object stop_instances(Call& call, Params& params) {
    const std::vector<std::string> ids = params.required_texts("InstanceIds");
    const auto chosen_type = params.optional_text("StopType");
    const std::string type = chosen_type.value_or("SOFT");
    const std::string mode = params.optional_text("StoppedMode").value_or("KEEP_CHARGING");
    const bool has_old_type = params.optional_flag("ForceStop").has_value();
    params.finish();
    if (has_old_type && chosen_type) {
        throw Refusal{"InvalidParameterConflict", "`ForceStop` and `StopType` exclude each other."};
    }
    if (type != "SOFT" && type != "SOFT_FIRST" && type != "HARD") {
        throw Refusal{"InvalidParameterValue", "`" + type + "` is no stop type."};
    }
    if (mode != "KEEP_CHARGING" && mode != "STOP_CHARGING") {
        throw Refusal{"InvalidParameterValue", "`" + mode + "` is no stopped mode."};
    }
    for (Instance* instance : instances_in_state(call, ids, "RUNNING")) {
        call.state.change_state(*instance, "STOPPING");
        Task task;
        task.kind = TaskKind::instance_stop;
        // The others stay charged, without a word.
        task.stop_charging = mode == "STOP_CHARGING" && instance->charge_type == "POSTPAID_BY_HOUR";
        const Duration length = call.state.durations.within(call.state.timing.stop);
        begin_operation(call, *instance, "StopInstances", std::move(task), length);
    }
    return {};
}

}  // namespace cloudsim
