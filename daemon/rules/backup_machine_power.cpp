// An instance that was powered off for its image must run again, whatever became of the image. The
// cloud does not say whether it starts the instance by itself, so its state decides.
#include "rules/backup_machine_detail.hpp"

namespace cvmbackup::backup_machine {

namespace {

constexpr Duration start_poll = std::chrono::seconds(30);

}  // namespace

void Machine::start_again_if_needed() {
    if (!backup_.start_again || image_was_settled_ || !is_settled(source())) {
        return;
    }
    if (source().intended_at) {
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
        "the instance was powered off for its image and does not run again: " + why +
        "; start it by hand"
    );
}

void Machine::on(const event::InstanceSeen& event) {
    if (!backup_.start_again || !is_settled(source())) {
        return;
    }
    if (!event.state) {
        not_started("it does not exist any more");
    } else if (*event.state == "RUNNING") {
        backup_.start_again = false;
    } else if (now_ - source().settled_at.value_or(now_) > start_window) {
        not_started("it is " + *event.state);
    } else if (*event.state == "STOPPED") {
        actions_.emplace_back(action::StartInstance{backup_.place, backup_.instance});
    } else {
        wait({}, now_ + start_poll);
    }
}

void Machine::on(const event::StartAccepted&) {
    wait({}, now_ + start_poll);
}

void Machine::on(const event::StartFailed& event) {
    if (!backup_.start_again) {
        return;
    }
    const bool expired = now_ - source().settled_at.value_or(now_) > start_window;
    if (expired || event.failure.remedy == Remedy::give_up) {
        not_started(event.failure.text);
    } else {
        wait({}, now_ + start_poll);
    }
}

}  // namespace cvmbackup::backup_machine
