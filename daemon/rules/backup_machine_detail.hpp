// The workings of rules/backup_machine, shared by its source files only.
#pragma once

#include "rules/backup_machine.hpp"

#include <algorithm>

namespace cvmbackup::backup_machine {

inline bool is_settled(const Copy& copy) {
    return !in_flight(copy.state);
}

class Machine {
public:
    Machine(Backup& backup, Instant now)
        : backup_(backup)
        , now_(now)
        , image_was_settled_(is_settled(source())) {}

    std::vector<Action> finish() {
        start_again_if_needed();
        settle_dependents();
        close_if_settled();
        return std::move(actions_);
    }

    void on(const event::Resumed&);
    void on(const event::TurnCame&);
    void on(const event::ImageAccepted&);
    void on(const event::ExportAccepted&);
    void on(const event::NoRoom&);
    void on(const event::ExportsFull&);
    void on(const event::Refused&);
    void on(const event::Looked&);
    void on(const event::Found&);
    void on(const event::ObjectsLooked&);
    void on(const event::LookFailed&);
    void on(const event::ImageSettled&);
    void on(const event::ImageVanished&);
    void on(const event::ExportCompleted&);
    void on(const event::ExportTooSmall&);
    void on(const event::Overdue&);
    void on(const event::Discarded&);
    void on(const event::DiscardFailed&);
    void on(const event::InstanceSeen&);
    void on(const event::StartAccepted&);
    void on(const event::StartFailed&);
    void on(const event::TimePassed&);
    void on(const event::CancelRequested&);
    void on(const event::Unexpected&);
    void on(const event::ClockSet&);

private:
    Copy& source() { return backup_.copies.front(); }

    Copy* find(CopyId id) {
        const auto found =
            std::ranges::find_if(backup_.copies, [&](const Copy& copy) { return copy.id == id; });
        return found == backup_.copies.end() ? nullptr : &*found;
    }

    Copy* find(CopyId id, CopyState expected) {
        Copy* copy = find(id);
        return copy != nullptr && copy->state == expected ? copy : nullptr;
    }

    std::vector<std::vector<CopyId>> planned(CopyKind kind, const std::vector<CopyId>* among);
    void begin(const std::vector<CopyId>* among);
    void correct_stamps();
    void resume(Copy& copy);
    void look(const Copy& copy);
    void watch(const Copy& copy);
    void call(const std::vector<CopyId>& ids);
    void accept(Copy& copy, const ImageId& image);
    void refuse(Copy& copy, const Failure& failure);
    void hold_back(const std::vector<CopyId>& ids, const Failure& failure);
    void refuse_for_now(
        const std::vector<CopyId>& ids, const Failure& failure, Duration refused_for
    );
    Duration unseen_export_patience() const;
    bool is_past_fence(const Copy& copy) const;
    void absent(Copy& copy, Duration patience);
    void look_before_next_call(Copy& copy);
    void complete_image(Copy& copy, const Image& image);
    void try_under_new_name(Copy& copy, const std::string& code, const std::string& why);
    void quarantine(Copy& copy, std::string code, const std::string& why);
    void end(Copy& copy, CopyState state, std::string code, std::string reason);
    void wait(std::vector<CopyId> ids, Duration time);
    Duration look_pause(const Copy& copy) const;
    bool has_sibling(const Copy& copy) const;
    void begin_waiting_siblings();
    void start_again_if_needed();
    void check_instance();
    void not_started(const std::string& why);
    void settle_dependents();
    void close_if_settled();

    void discard(const Copy& copy);
    Duration waited(const Copy& copy) const;  // since it could be asked for first
    bool may_retry(const Copy& copy) const;
    bool awaits_power_check() const;
    bool may_be_stopped_yet() const;
    void seen_before_power_off(const std::optional<std::string>& state);

    Backup& backup_;
    Instant now_;
    bool image_was_settled_;
    bool power_known_ = false;  // in this very step: the instance was just looked at
    std::vector<Action> actions_;
};

}  // namespace cvmbackup::backup_machine
