// TerminateInstances (facts/tencent-cloud.md 2.14). Postpaid instances are destroyed; prepaid ones
// go to the recycle bin first and are destroyed by a second call.
#include "instance_rules.hpp"

#include <algorithm>

namespace cloudsim {
namespace {

namespace json = boost::json;

void check_terminable(const Instance& instance) {
    const bool is_recycled = instance.is_prepaid() && instance.state == "SHUTDOWN";
    const bool is_at_rest = instance.state == "RUNNING" || instance.state == "STOPPED" ||
                            instance.state == "LAUNCH_FAILED";
    if (!is_recycled && !is_at_rest) {
        refuse_state(instance);
    }
    check_idle(instance);
    if (instance.disable_api_termination) {
        throw Refusal{
            "UnsupportedOperation.InstancesProtected",
            "The instance `" + instance.id + "` is protected from termination."};
    }
    if (instance.is_prepaid() && instance.platform.starts_with("Red Hat")) {
        throw Refusal{
            "UnsupportedOperation.RedHatInstanceTerminateUnsupported",
            "The instance `" + instance.id + "` runs a commercial system."};
    }
}

// A prepaid instance that is returned before its time counts.
std::int64_t count_returns(const std::vector<Instance*>& instances) {
    return std::ranges::count_if(instances, [](const Instance* instance) {
        return instance->is_prepaid() && instance->state != "SHUTDOWN";
    });
}

void check_together(const Call& call, const std::vector<Instance*>& instances) {
    for (const Instance* instance : instances) {
        if (instance->charge_type != instances.front()->charge_type) {
            throw Refusal{
                "InvalidParameterValue.InstanceNotSupportedMixPricingModel",
                "The instances are not paid for alike."};
        }
    }
    const auto returned = call.state.prepaid_returned.find(call.account.uin);
    const std::int64_t before =
        returned == call.state.prepaid_returned.end() ? 0 : returned->second;
    const std::int64_t more = count_returns(instances);
    if (more > 0 && before + more > call.state.limits.prepaid_returns) {
        throw Refusal{"LimitExceeded.UserReturnQuota", "No more instances can be returned."};
    }
}

void begin_termination(Call& call, Instance& instance) {
    Task task;
    task.kind = instance.is_prepaid() && instance.state != "SHUTDOWN"
                    ? TaskKind::instance_return
                    : TaskKind::instance_termination;
    task.source = instance.state;
    if (task.kind == TaskKind::instance_return) {
        call.state.prepaid_returned[call.account.uin] += 1;
    }
    call.state.change_state(instance, "TERMINATING");
    const Duration length = call.state.durations.within(call.state.timing.terminate);
    begin_operation(call, instance, "TerminateInstances", std::move(task), length);
}

}  // namespace

json::object terminate_instances(Call& call, Params& params) {
    const std::vector<std::string> ids = params.required_texts("InstanceIds");
    params.flag("ReleaseAddress");
    params.flag("ReleasePrepaidDataDisks");
    params.finish();
    const std::vector<Instance*> instances = own_instances(call, ids);
    for (const Instance* instance : instances) {
        check_terminable(*instance);
    }
    check_together(call, instances);
    for (Instance* instance : instances) {
        begin_termination(call, *instance);
    }
    return {};
}

}  // namespace cloudsim
