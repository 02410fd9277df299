// Exports: the cloud lets only so many of them run at once.
#include "engine/step_runner.hpp"

#include <algorithm>

namespace cvmbackup {

namespace {

constexpr const char* too_many = "LimitExceeded.ExportImageTaskLimitExceeded";

bool waits_for_room(const Copy& copy) {
    return copy.state == CopyState::planned &&
           (copy.code == exports_full_code || copy.code == too_many);
}

}  // namespace

std::size_t StepRunner::exports_in(const Place& place, std::initializer_list<CopyState> states)
    const {
    std::size_t count = 0;
    for (const auto& [id, backup] : live_) {
        for (const Copy& copy : backup.copies) {
            const bool among = std::ranges::find(states, copy.state) != states.end();
            count += copy.kind == CopyKind::exported && copy.place == place && among ? 1 : 0;
        }
    }
    return count;
}

bool StepRunner::may_export(const Place& place) const {
    const auto cap = export_caps_.find(place);
    const std::size_t begun = exports_in(place, {CopyState::intended, CopyState::accepted});
    return cap == export_caps_.end() || cap->second.has_room(begun, clock_.steady_now());
}

std::string StepRunner::no_export_room(const Place& place) const {
    return "as many exports as the cloud allows are running in " + place.region.text() +
           " (account " + place.account.text() + "); it is asked for when one has ended";
}

// The first that waits takes the place, before its own pause is over.
void StepRunner::export_ended(const Place& place) {
    for (const auto& [id, backup] : live_) {
        for (const Copy& copy : backup.copies) {
            if (copy.kind == CopyKind::exported && copy.place == place && waits_for_room(copy)) {
                hooks_.wait_over(id, event::TimePassed{{copy.id}});
                return;
            }
        }
    }
}

Task<void> StepRunner::export_image(BackupId backup, action::ExportImage what) {
    const Outcome<std::vector<std::string>> keys =
        co_await cloud_.export_image(what.place, std::move(what.request));
    const std::size_t running = exports_in(what.place, {CopyState::accepted});
    if (keys) {
        export_caps_[what.place].taken(running + 1);
        feed(backup, event::ExportAccepted{what.copy, *keys});
    } else {
        if (keys.error().code == too_many) {
            export_caps_[what.place].refused(running, clock_.steady_now());
        }
        feed(backup, event::Refused{{what.copy}, keys.error()});
    }
}

Task<void> StepRunner::find_objects(BackupId backup, action::FindObjects what) {
    const Outcome<std::vector<StoredObject>> objects =
        co_await cloud_.list_objects(what.bucket, what.prefix);
    if (objects) {
        feed(backup, event::ObjectsLooked{what.copy, *objects});
    } else {
        feed(backup, event::LookFailed{what.copy, objects.error()});
    }
}

}  // namespace cvmbackup
