#include "engine/refusals.hpp"

#include "rules/backup_machine.hpp"

namespace cvmbackup {

Duration Refusals::refused(const Place& place, const InstanceId& instance, const Failure& failure) {
    // What only this machine holds back is no trouble of the instance.
    if (failure.remedy != Remedy::retry_later || failure.request_id.empty()) {
        return Duration(0);
    }
    const Duration now = clock_.steady_now();
    // Last night's end is remembered; after longer the trouble may be another one.
    std::erase_if(refused_, [now](const auto& each) {
        return now - each.second.last > retry_window;
    });
    Refused& refused = refused_.try_emplace({place, instance}, Refused{now, now}).first->second;
    refused.last = now;
    return now - refused.first;
}

void Refusals::accepted(const Place& place, const InstanceId& instance) {
    refused_.erase({place, instance});
}

}  // namespace cvmbackup
