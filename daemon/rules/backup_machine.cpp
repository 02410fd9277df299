#include "rules/backup_machine.hpp"

#include "rules/backup_machine_detail.hpp"
#include "rules/image_name.hpp"
#include "rules/retry_pause.hpp"

#include <algorithm>
#include <cassert>

namespace cvmbackup {

namespace backup_machine {

namespace {

// Pauses of five to ten minutes.
constexpr int queued_like_tries = 10;

// Said of one of several regions; nobody documents whether the others have begun then.
bool is_of_one_destination(const Failure& failure) {
    return failure.code == "ImageQuotaLimitExceeded" || failure.code == "InvalidRegion.Unavailable";
}

}  // namespace

void Machine::on(const event::Resumed&) {
    if (!backup_.started) {
        backup_.started = now_;
    }
    backup_.state = BackupState::running;
    correct_stamps();
    for (Copy& copy : backup_.copies) {
        resume(copy);
    }
    if ((backup_.start_again && is_settled(source())) || awaits_power_check()) {
        check_instance();
    }
    begin(nullptr);
}

void Machine::on(const event::TurnCame& event) {
    const std::vector<CopyId> ready = [&] {
        std::vector<CopyId> ids;
        for (const CopyId id : event.copies) {
            if (find(id, CopyState::planned) != nullptr) {
                ids.push_back(id);
            }
        }
        return ids;
    }();
    if (backup_.cancel_requested) {
        begin(nullptr);
    } else if (!ready.empty()) {
        call(ready);
    }
}

void Machine::on(const event::ImageAccepted& event) {
    if (Copy* copy = find(event.copy, CopyState::intended)) {
        accept(*copy, event.image);
    }
}

void Machine::on(const event::ExportAccepted& event) {
    if (Copy* copy = find(event.copy, CopyState::intended)) {
        copy->objects.clear();
        for (const std::string& key : event.keys) {
            StoredObject object;
            object.key = key;
            copy->objects.push_back(std::move(object));
        }
        accept(*copy, source().image);
    }
}

void Machine::on(const event::NoRoom& event) {
    hold_back(event.copies, Failure{Remedy::retry_later, "NoQuota", event.why, ""});
}

// No try: the cloud was not asked. It begins earlier when another has ended.
void Machine::on(const event::ExportsFull& event) {
    for (const CopyId id : event.copies) {
        if (Copy* copy = find(id, CopyState::planned)) {
            copy->code = exports_full_code;
            copy->reason = event.why;
            copy->queued_until = now_;
            wait({id}, retry_pause(queued_like_tries, id.value(), Duration(0), Duration(0)));
        }
    }
}

void Machine::on(const event::Refused& event) {
    std::vector<CopyId> intended;
    for (const CopyId id : event.copies) {
        if (find(id, CopyState::intended) != nullptr) {
            intended.push_back(id);
        }
    }
    if (intended.empty()) {
        return;
    }
    if (intended.size() > 1 && is_of_one_destination(event.failure)) {
        Failure unsure = event.failure;
        unsure.remedy = Remedy::look_first;
        for (const CopyId id : intended) {
            refuse(*find(id), unsure);
        }
        return;
    }
    const Remedy remedy = event.failure.remedy;
    const bool not_executed = remedy == Remedy::retry_now || remedy == Remedy::retry_later ||
                              remedy == Remedy::refresh_credentials;
    if (not_executed && may_retry(*find(intended.front()))) {
        refuse_for_now(intended, event.failure, event.refused_for);
        return;
    }
    if (!not_executed && remedy == Remedy::give_up && intended.size() > 1) {
        // One call for several regions was refused as a whole: ask for each alone.
        for (const CopyId id : intended) {
            find(id)->state = CopyState::planned;
            const std::vector<CopyId> only{id};
            begin(&only);
        }
        return;
    }
    for (const CopyId id : intended) {
        if (not_executed) {
            quarantine(*find(id), event.failure.code, event.failure.text);
        } else {
            refuse(*find(id), event.failure);
        }
    }
}

void Machine::on(const event::Looked& event) {
    Copy* copy = find(event.copy, CopyState::intended);
    if (copy == nullptr) {
        return;
    }
    if (event.image) {
        accept(*copy, event.image->id);
    } else if (is_past_fence(*copy) && !event.twice) {
        look(*copy);
    } else {
        absent(*copy, fence);
    }
}

void Machine::on(const event::Found& event) {
    Copy* copy = find(event.copy, CopyState::planned);
    const std::optional<NameParts> parts = parse_image_name(event.image.name);
    if (copy != nullptr && parts) {
        copy->name = event.image.name;
        copy->attempt = parts->attempt;
        copy->intended_at = now_;
        accept(*copy, event.image.id);
    }
}

void Machine::on(const event::ObjectsLooked& event) {
    Copy* copy = find(event.copy);
    if (copy == nullptr ||
        (copy->state != CopyState::planned && copy->state != CopyState::intended)) {
        return;
    }
    const ExpectedExport exported = expected_export(backup_, *copy);
    const std::vector<StoredObject> ours = objects_of(exported, event.objects);
    if (copy->state == CopyState::planned) {
        if (ours.empty()) {
            return;
        }
        copy->state = CopyState::intended;  // by a life that the catalog does not know
        copy->intended_at = now_;
        copy->unanswered = true;
    }
    const bool all_there = ours.size() >= 1 + backup_.data_disks.size();
    if (!all_there || !why_too_small(exported, ours).empty()) {
        // A daemon that starts anew every night never sees two days pass.
        const bool is_old = now_ - backup_.started.value_or(now_) > partial_export_patience;
        absent(*copy, ours.empty() || is_old ? unseen_export_patience() : export_patience);
        return;
    }
    copy->objects = ours;
    accept(*copy, source().image);
}

void Machine::on(const event::LookFailed& event) {
    if (Copy* watched = find(event.copy, CopyState::accepted)) {
        watched->reason = event.failure.text;  // for whoever asks why it takes so long
        return;
    }
    hold_back({event.copy}, event.failure);
    Copy* copy = find(event.copy, CopyState::intended);
    if (copy == nullptr) {
        return;
    }
    copy->reason = event.failure.text;
    copy->tries += 1;
    const Duration lost_for = now_ - copy->intended_at.value_or(now_);
    const bool hopeless = event.failure.remedy == Remedy::give_up && !may_retry(*copy);
    if (hopeless || (lost_for > look_patience && copy->tries >= tries_least)) {
        quarantine(
            *copy,
            event.failure.code,
            "it is not known whether the cloud made it: " + event.failure.text
        );
        return;
    }
    wait({copy->id}, look_pause(*copy));
}

void Machine::on(const event::ImageSettled& event) {
    Copy* copy = find(event.copy, CopyState::accepted);
    if (copy == nullptr || copy->image != event.image.id) {
        return;
    }
    if (failed_in_cloud(event.image)) {
        copy->code = event.image.state_word;
        discard(*copy);
        return;
    }
    complete_image(*copy, event.image);
}

void Machine::on(const event::ImageVanished& event) {
    if (Copy* copy = find(event.copy, CopyState::accepted)) {
        try_under_new_name(*copy, "Vanished", "the image disappeared while the cloud made it");
    }
}

void Machine::on(const event::ExportCompleted& event) {
    Copy* copy = find(event.copy, CopyState::accepted);
    if (copy == nullptr) {
        return;
    }
    copy->objects = event.objects;
    std::int64_t bytes = 0;
    for (const StoredObject& object : copy->objects) {
        bytes += object.size_bytes;
    }
    copy->size_gib = (bytes + (1LL << 30) - 1) >> 30;
    const bool whole = copy->objects.size() >= 1 + backup_.data_disks.size();
    end(*copy, CopyState::done, whole ? "" : objects_missing_code, "");
    if (!whole) {
        backup_.reasons.push_back(
            "export " + copy->name + " holds " + std::to_string(copy->objects.size()) + " of the " +
            std::to_string(1 + backup_.data_disks.size()) + " disks asked for"
        );
    }
    begin_waiting_siblings();
}

void Machine::on(const event::ExportTooSmall& event) {
    if (Copy* copy = find(event.copy, CopyState::accepted)) {
        copy->objects = event.objects;
        end(*copy, CopyState::failed, too_small_code, event.why);
    }
}

void Machine::on(const event::Overdue& event) {
    if (Copy* copy = find(event.copy, CopyState::accepted)) {
        end(*copy, CopyState::failed, overdue_code, event.why);
    }
}

void Machine::on(const event::Discarded& event) {
    if (Copy* copy = find(event.copy, CopyState::accepted)) {
        try_under_new_name(*copy, copy->code, "the cloud failed to make the image");
    }
}

// A failed image that stays is a left-over: the copy keeps its id, and retention deletes it later.
void Machine::on(const event::DiscardFailed& event) {
    Copy* copy = find(event.copy, CopyState::accepted);
    if (copy == nullptr) {
        return;
    }
    copy->tries += 1;
    if (event.failure.remedy == Remedy::give_up || copy->tries >= tries_least) {
        end(*copy,
            CopyState::failed,
            copy->code,
            "the cloud failed to make the image, and it cannot be deleted: " + event.failure.text);
        return;
    }
    wait({copy->id}, retry_long);
}

void Machine::on(const event::TimePassed& event) {
    for (const CopyId id : event.copies) {
        if (Copy* copy = find(id, CopyState::intended)) {
            look(*copy);
        }
        if (Copy* copy = find(id, CopyState::accepted); copy != nullptr && !copy->code.empty()) {
            discard(*copy);
        }
    }
    begin(&event.copies);
    const bool powered_off = backup_.start_again && is_settled(source());
    if ((event.copies.empty() && powered_off) || awaits_power_check()) {
        check_instance();
    }
}

void Machine::on(const event::ClockSet& event) {
    const auto move = [&](std::optional<Instant>& stamp) {
        if (stamp) {
            *stamp += event.by;
        }
    };
    move(backup_.started);
    for (Copy& copy : backup_.copies) {
        move(copy.intended_at);
        move(copy.accepted_at);
        move(copy.settled_at);
        move(copy.queued_until);
    }
}

void Machine::on(const event::CancelRequested&) {
    backup_.cancel_requested = true;
    begin(nullptr);
}

// What the cloud works on may be completed after all; the comparison finds it, like what a call
// whose answer is not known has made.
void Machine::on(const event::Unexpected& event) {
    for (Copy& copy : backup_.copies) {
        if (is_settled(copy)) {
            continue;
        }
        const bool may_come = copy.state == CopyState::accepted && copy.code.empty();
        copy.quarantined = true;
        end(copy,
            CopyState::failed,
            may_come ? overdue_code : unexpected_code,
            "given up after an error that nobody expected: " + event.what);
    }
    if (image_was_settled_ && backup_.start_again) {
        not_started(event.what);
    }
}

}  // namespace backup_machine

bool only_waits(const Backup& backup) {
    const Copy& source = backup.copies.front();
    const bool may_be_off =
        backup.start_again && (backup_machine::is_settled(source) || source.attempt > 1);
    return backup.state == BackupState::running && !may_be_off &&
           std::ranges::none_of(backup.copies, [](const Copy& copy) {
               return copy.state == CopyState::intended || copy.state == CopyState::accepted;
           });
}

std::vector<Action> step(Backup& backup, const Event& event, Instant now) {
    assert(!backup.copies.empty() && "a backup without copies was finished when it was planned");
    if (backup.state == BackupState::finished) {
        return {};
    }
    backup_machine::Machine machine(backup, now);
    std::visit([&](const auto& what) { machine.on(what); }, event);
    return machine.finish();
}

}  // namespace cvmbackup
