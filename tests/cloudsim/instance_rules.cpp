#include "instance_rules.hpp"

#include "instance_json.hpp"
#include "text.hpp"

#include <algorithm>
#include <charconv>

namespace cloudsim {
namespace {

constexpr std::size_t instances_max = 100;  // Start-, Stop- and TerminateInstances, InstanceIds

// "S5", "SA2", "GN10Xp": capitals, a generation, and what tells variants apart.
bool is_family(std::string_view name) {
    constexpr int newest = 20;
    const auto letters = std::min(name.size(), name.find_first_of("0123456789"));
    const auto after = std::min(name.size(), name.find_first_not_of("0123456789", letters));
    int generation = 0;
    std::from_chars(name.data() + letters, name.data() + after, generation);
    const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
    return letters >= 1 && std::ranges::all_of(name.substr(0, letters), is_capital) &&
           generation <= newest && name.size() - after <= 3;
}

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

std::vector<Instance*> own_instances(Call& call, std::vector<std::string> ids) {
    if (ids.size() > instances_max) {
        throw Refusal{"InvalidParameterValue.LimitExceeded", "More than 100 instances."};
    }
    std::ranges::for_each(ids, check_instance_id);
    check_no_duplicates(call, ids);
    std::vector<Instance*> chosen;
    for (const std::string& id : ids) {
        chosen.push_back(&own_instance(call, id));
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

void check_instance_type(const std::string& type) {
    const auto dot = type.find('.');
    if (dot == std::string::npos || dot == 0 || dot + 1 == type.size()) {
        throw Refusal{"InvalidInstanceType.Malformed", "`" + type + "` is no instance type."};
    }
    const MachineSize size = size_of_type(type);
    if (!is_family(type.substr(0, dot)) || size.processors == 0 || size.memory == 0) {
        throw Refusal{
            "InvalidParameterValue.InstanceTypeNotFound", "There is no type `" + type + "`."};
    }
}

std::string architecture_of(const std::string& instance_type) {
    return instance_type.starts_with("SR") ? "arm" : "x86_64";
}

}  // namespace cloudsim
