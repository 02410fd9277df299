// An instance that ran before its image was made must run afterwards, whatever became of the image.
// Nobody documents whether the cloud starts it by itself when it was powered off, nor whether
// ForcePoweroff "false" leaves it running, so the state decides, read right before the call and
// after the image is settled.
#include "rules/backup_machine_detail.hpp"

namespace cvmbackup::backup_machine {

namespace {

constexpr Duration start_poll = std::chrono::seconds(30);

}  // namespace

// Between the plan and the call lie spread, limits and retries: the operator may have started or
// stopped the instance meanwhile.
bool Machine::awaits_power_check() const {
    const Copy& image = backup_.copies.front();
    return (backup_.power_off || backup_.start_again) && !power_known_ &&
           image.state == CopyState::planned && image.attempt == 1 && !image.intended_at &&
           !backup_.cancel_requested;
}

void Machine::seen_before_power_off(const std::optional<std::string>& state) {
    if (!state) {
        end(source(),
            CopyState::failed,
            "InvalidInstanceId.NotFound",
            "the instance does not exist any more");
        return;
    }
    backup_.start_again = *state != "STOPPED" && *state != "STOPPING";
    power_known_ = true;
    begin(nullptr);
}

void Machine::start_again_if_needed() {
    if (!backup_.start_again || image_was_settled_ || !is_settled(source())) {
        return;
    }
    if (source().intended_at || source().attempt > 1) {
        check_instance();
    } else {
        backup_.start_again = false;  // it was never asked to stop
    }
}

void Machine::check_instance() {
    actions_.emplace_back(action::CheckInstance{backup_.place, backup_.instance});
}

void Machine::not_started(const std::string& why) {
    backup_.start_again = false;
    backup_.not_started = true;
    backup_.reasons.push_back(
        "the instance ran before its image was made and does not run again: " + why +
        "; start it by hand"
    );
}

// The image was given up after a bug: it is not known whether the cloud has begun it, nor when.
bool Machine::may_be_stopped_yet() const {
    const Copy& image = backup_.copies.front();
    const bool unwatched =
        image.quarantined && (image.code == unexpected_code || image.code == overdue_code);
    return backup_.power_off && unwatched && now_ - image.settled_at.value_or(now_) < start_window;
}

void Machine::on(const event::InstanceSeen& event) {
    if (awaits_power_check()) {
        seen_before_power_off(event.state);
        return;
    }
    if (!backup_.start_again || !is_settled(source())) {
        return;
    }
    const bool expired =
        now_ - source().settled_at.value_or(now_) > start_window && source().tries >= tries_least;
    // One that nobody asked us to power off may have been deleted meanwhile.
    const bool is_well = event.state ? *event.state == "RUNNING" : !backup_.power_off;
    if (is_well && may_be_stopped_yet()) {
        wait({}, retry_long);
    } else if (is_well) {
        backup_.start_again = false;
    } else if (!event.state) {
        not_started("it does not exist any more");
    } else if (expired) {
        not_started("it is " + *event.state);
    } else {
        source().tries += 1;
        if (*event.state == "STOPPED") {
            actions_.emplace_back(action::StartInstance{backup_.place, backup_.instance});
        } else {
            wait({}, start_poll);
        }
    }
}

void Machine::on(const event::StartAccepted&) {
    wait({}, start_poll);
}

void Machine::on(const event::StartFailed& event) {
    if (awaits_power_check()) {
        source().reason = event.failure.text;
        source().tries += 1;
        if (event.failure.remedy == Remedy::give_up) {
            end(source(), CopyState::failed, event.failure.code, event.failure.text);
        } else if (!may_retry(source())) {
            quarantine(source(), event.failure.code, event.failure.text);
        } else {
            wait({}, start_poll);
        }
        return;
    }
    if (!backup_.start_again) {
        return;
    }
    source().tries += 1;
    const bool expired =
        now_ - source().settled_at.value_or(now_) > start_window && source().tries >= tries_least;
    if (expired || event.failure.remedy == Remedy::give_up) {
        not_started(event.failure.text);
    } else {
        wait({}, start_poll);
    }
}

}  // namespace cvmbackup::backup_machine
