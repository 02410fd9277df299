// Checks and steps that the actions on instances share (facts/tencent-cloud.md 2.12 to 2.15).
#pragma once

#include "action_rules.hpp"

#include <string>
#include <vector>

namespace cloudsim {

void check_instance_id(const std::string& id);
// InvalidInstanceId.NotFound unless the caller has it in this region.
Instance& own_instance(Call& call, const std::string& id);
// At most 100; one that is given twice is refused or dropped, as this world does.
std::vector<Instance*> own_instances(Call& call, std::vector<std::string> ids);

// UnsupportedOperation.InstanceState…
[[noreturn]] void refuse_state(const Instance& instance);
// Refuses while an image of the instance is being created or its system is being reinstalled.
void check_idle(const Instance& instance);

// Shows the operation as the instance's latest one, going on.
void show_operation(const Call& call, Instance& instance, const std::string& operation);
// Shows it and lets it end after the time, as the caller's fault wants.
void begin_operation(
    Call& call, Instance& instance, const std::string& operation, Task task, Duration length
);

// The filters of DescribeInstances but for tags. check refuses what the other may not be asked.
void check_instance_filter(const std::string& region, const Filter& filter);
bool instance_matches(
    const Instance& instance, const std::string& told_state, const Filter& filter
);

// Refuses a type that no machine can have.
void check_instance_type(const std::string& type);
// Of the machine: x86_64 or arm.
std::string architecture_of(const std::string& instance_type);

}  // namespace cloudsim
