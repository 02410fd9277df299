#include "bus/policy_object.hpp"

#include "bus/names.hpp"

namespace cvmbackup::bus {

PolicyObject::PolicyObject(sdbus::IConnection& connection, const PolicyStatus& status, Instant now)
    : AdaptorInterfaces(connection, policy_path(status.policy.name))
    , view_(to_view(status, now)) {
    registerAdaptor();
}

PolicyObject::~PolicyObject() {
    unregisterAdaptor();
}

PolicyObject::View PolicyObject::to_view(const PolicyStatus& status, Instant now) {
    View view;
    view.name = status.policy.name.text();
    view.account = status.policy.account.text();
    view.region = status.policy.region.text();
    for (const CalendarExpression& expression : status.policy.schedule) {
        view.schedule.push_back(expression.text);
    }
    view.zone = status.policy.zone.text();
    view.paused = status.paused;
    if (status.paused) {
        view.paused_until = usec(status.memory.paused_until);
        view.pause_reason = status.memory.pause_reason;
    }
    view.next_run = usec(status.next_run);
    if (status.last_run) {
        view.last_run = usec(status.last_run->due);
        view.last_result = status.last_run->result ? to_text(*status.last_run->result) : "";
    }
    view.last_success = usec(status.last_success);
    view.rpo_missed = bus::rpo_missed(status, now);
    view.matched_instances = status.matched_instances;
    return view;
}

void PolicyObject::update(const PolicyStatus& status, Instant now) {
    View next = to_view(status, now);
    std::vector<std::string> changed;
    const auto compare = [&](const char* name, const auto View::*member) {
        if (view_.*member != next.*member) {
            changed.emplace_back(name);
        }
    };
    compare("Account", &View::account);
    compare("Region", &View::region);
    compare("Schedule", &View::schedule);
    compare("Zone", &View::zone);
    compare("Paused", &View::paused);
    compare("PausedUntil", &View::paused_until);
    compare("PauseReason", &View::pause_reason);
    compare("NextRun", &View::next_run);
    compare("LastRun", &View::last_run);
    compare("LastResult", &View::last_result);
    compare("LastSuccess", &View::last_success);
    compare("RpoMissed", &View::rpo_missed);
    compare("MatchedInstances", &View::matched_instances);
    view_ = std::move(next);
    if (!changed.empty()) {
        emitPropertiesChangedSignal(Policy_adaptor::INTERFACE_NAME, changed);
    }
}

}  // namespace cvmbackup::bus
