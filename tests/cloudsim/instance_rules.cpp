#include "instance_rules.hpp"

#include "text.hpp"

#include <algorithm>

namespace cloudsim {
namespace {

constexpr std::size_t instances_max = 100;  // Start-, Stop- and TerminateInstances, InstanceIds

}  // namespace

void check_instance_id(const std::string& id) {
    if (!is_well_formed_id(id, "ins-")) {
        throw Refusal{"InvalidInstanceId.Malformed", "The instance id `" + id + "` is malformed."};
    }
}

Instance& own_instance(Call& call, const std::string& id) {
    check_instance_id(id);
    Instance* instance = call.state.find_instance(id);
    if (instance == nullptr || instance->uin != call.account.uin ||
        instance->region != call.region) {
        throw Refusal{"InvalidInstanceId.NotFound", "There is no instance `" + id + "`."};
    }
    return *instance;
}

std::vector<Instance*> own_instances(Call& call, const std::vector<std::string>& ids) {
    if (ids.size() > instances_max) {
        throw Refusal{"InvalidParameterValue.LimitExceeded", "More than 100 instances."};
    }
    std::ranges::for_each(ids, check_instance_id);
    std::vector<Instance*> chosen;
    for (const std::string& id : ids) {
        Instance& instance = own_instance(call, id);
        if (std::ranges::find(chosen, &instance) == chosen.end()) {
            chosen.push_back(&instance);
        }
    }
    return chosen;
}

void refuse_state(const Instance& instance) {
    std::string suffix;
    for (const std::string& word : split(instance.state, '_')) {
        suffix += word.front() + to_lower(word.substr(1));
    }
    throw Refusal{
        "UnsupportedOperation.InstanceState" + suffix,
        "The instance `" + instance.id + "` is " + instance.state + "."};
}

void check_idle(const Instance& instance) {
    if (!instance.image_in_creation.empty()) {
        throw Refusal{
            "MutexOperation.TaskRunning",
            "An image of the instance `" + instance.id + "` is being created."};
    }
    if (instance.is_reinstalling()) {
        throw Refusal{
            "OperationDenied.InstanceOperationInProgress",
            "The instance `" + instance.id + "` is being reinstalled."};
    }
}

void show_operation(const Call& call, Instance& instance, const std::string& operation) {
    instance.latest_operation = operation;
    instance.latest_operation_state = "OPERATING";
    instance.latest_request_id = call.request_id;
    instance.latest_error.clear();
}

void begin_operation(
    Call& call, Instance& instance, const std::string& operation, Task task, Duration length
) {
    show_operation(call, instance, operation);
    task.subject = instance.id;
    task.end = call.task_end;
    call.state.schedule(call.state.now + length, std::move(task));
}

std::string architecture_of(const std::string& instance_type) {
    return instance_type.starts_with("SR") ? "arm" : "x86_64";
}

}  // namespace cloudsim
