// How single copies go from state to state; which event leads to what is in backup_machine.cpp,
// what becomes of those whose answer was lost in backup_machine_lost.cpp.
#include "rules/backup_machine_detail.hpp"
#include "rules/backup_result.hpp"
#include "rules/image_name.hpp"
#include "rules/retry_pause.hpp"

#include <algorithm>
#include <cstdint>
#include <map>

namespace cvmbackup::backup_machine {

namespace {

Change change_of(CopyKind kind) {
    switch (kind) {
        case CopyKind::image:
            return Change::create_image;
        case CopyKind::replica:
            return Change::sync_images;
        case CopyKind::exported:
        case CopyKind::share:
            return Change::export_images;
    }
    return Change::create_image;
}

// ImageSize tells of the system disk only; what is stored and billed are all the disks.
std::int64_t total_size(const Image& image) {
    std::int64_t sum = 0;
    for (const ImageDisk& disk : image.disks) {
        sum += disk.size_gib;
    }
    return std::max(sum, image.size_gib);
}

}  // namespace

// Replicas of one name travel in one call; everything else goes alone.
std::vector<std::vector<CopyId>> Machine::planned(CopyKind kind, const std::vector<CopyId>* among) {
    std::map<std::string, std::vector<CopyId>> by_name;
    for (const Copy& copy : backup_.copies) {
        const bool wanted = among == nullptr || std::ranges::find(*among, copy.id) != among->end();
        if (copy.kind == kind && copy.state == CopyState::planned && wanted) {
            by_name[copy.name].push_back(copy.id);
        }
    }
    std::vector<std::vector<CopyId>> groups;
    for (auto& [name, ids] : by_name) {
        groups.push_back(std::move(ids));
    }
    return groups;
}

// Queues for the limiter: the image first, replicas and export once it is complete.
void Machine::begin(const std::vector<CopyId>* among) {
    if (backup_.cancel_requested) {
        for (Copy& copy : backup_.copies) {
            if (copy.state == CopyState::planned) {
                end(copy, CopyState::cancelled, "Cancelled", "cancelled before it was begun");
            }
        }
        return;
    }
    for (const CopyKind kind : {CopyKind::image, CopyKind::replica, CopyKind::exported}) {
        const bool ready = kind == CopyKind::image || source().state == CopyState::done;
        if (!ready || (kind == CopyKind::image && awaits_power_check())) {
            continue;
        }
        for (std::vector<CopyId>& ids : planned(kind, among)) {
            actions_.emplace_back(action::AwaitTurn{std::move(ids), backup_.place, change_of(kind)}
            );
        }
    }
}

// What is dated in the future was written by a clock that was wrong.
void Machine::correct_stamps() {
    const auto correct = [&](std::optional<Instant>& stamp) {
        if (stamp) {
            stamp = std::min(*stamp, now_);
        }
    };
    correct(backup_.started);
    for (Copy& copy : backup_.copies) {
        correct(copy.intended_at);
        correct(copy.accepted_at);
        correct(copy.settled_at);
        correct(copy.queued_until);
    }
}

void Machine::resume(Copy& copy) {
    if (copy.state == CopyState::intended) {
        copy.intended_at = now_;
        copy.unanswered = true;
        look(copy);
    } else if (copy.state == CopyState::accepted) {
        watch(copy);
    }
}

void Machine::look(const Copy& copy) {
    if (copy.kind == CopyKind::exported) {
        actions_.emplace_back(action::FindObjects{copy.id, bucket_of(copy), copy.name});
    } else {
        actions_.emplace_back(action::FindImage{
            copy.id, copy.kind, copy.place, copy.name, is_past_fence(copy)});
    }
}

void Machine::watch(const Copy& copy) {
    const Duration age = now_ - copy.accepted_at.value_or(now_);
    if (copy.kind != CopyKind::exported) {
        actions_.emplace_back(action::WatchImage{
            copy.id, copy.kind, copy.place, copy.image, 1 + backup_.data_disks.size(), age});
        return;
    }
    std::vector<std::string> keys;
    for (const StoredObject& object : copy.objects) {
        keys.push_back(object.key);
    }
    actions_.emplace_back(action::WatchExport{
        copy.id, bucket_of(copy), expected_export(backup_, copy), std::move(keys), age});
}

// Marks the copies as intended and puts the one call for them on the way.
void Machine::call(const std::vector<CopyId>& ids) {
    for (const CopyId id : ids) {
        Copy& copy = *find(id);
        copy.state = CopyState::intended;
        copy.intended_at = now_;
        copy.code.clear();
        copy.reason.clear();
    }
    const Copy& first = *find(ids.front());
    if (first.kind == CopyKind::image) {
        CreateImageRequest request;
        request.instance = backup_.instance;
        request.name = first.name;
        request.description = image_description(
            {backup_.policy,
             backup_.instance,
             backup_.due,
             first.attempt,
             1 + static_cast<int>(backup_.data_disks.size())}
        );
        request.power_off = backup_.power_off;
        for (const Disk& disk : backup_.data_disks) {
            request.data_disks.push_back(disk.id);
        }
        actions_.emplace_back(action::CreateImage{first.id, first.place, std::move(request)});
        return;
    }
    if (first.kind == CopyKind::exported) {
        ExportImageRequest request{source().image, first.bucket, first.name, backup_.format};
        actions_.emplace_back(action::ExportImage{first.id, first.place, std::move(request)});
        return;
    }
    SyncImageRequest request;
    request.image = source().image;
    request.name = first.name;
    for (const CopyId id : ids) {
        request.destinations.push_back(find(id)->place.region);
    }
    actions_.emplace_back(action::SyncImage{ids, backup_.place, std::move(request)});
}

void Machine::accept(Copy& copy, const ImageId& image) {
    copy.state = CopyState::accepted;
    copy.image = image;
    copy.accepted_at = now_;
    copy.unanswered = false;
    copy.tries = 0;
    copy.code.clear();
    copy.reason.clear();
    watch(copy);
}

void Machine::end(Copy& copy, CopyState state, std::string code, std::string reason) {
    copy.state = state;
    copy.settled_at = now_;
    copy.code = std::move(code);
    copy.reason = std::move(reason);
}

// Tried as often and as long as it makes sense: out of the way of the others, until the next
// firing begins anew.
void Machine::quarantine(Copy& copy, std::string code, const std::string& why) {
    copy.request_id.clear();
    copy.quarantined = true;
    end(copy,
        CopyState::failed,
        std::move(code),
        "quarantined until the policy's next run, after " + std::to_string(copy.attempt) +
            " names and " + std::to_string(copy.tries) + " tries of the last: " + why);
}

void Machine::wait(std::vector<CopyId> ids, Duration time) {
    actions_.emplace_back(action::Wait{std::move(ids), time});
}

// Not even asked for: those that are planned wait, or are given up.
void Machine::hold_back(const std::vector<CopyId>& ids, const Failure& failure) {
    std::vector<CopyId> waiting;
    for (const CopyId id : ids) {
        Copy* copy = find(id, CopyState::planned);
        if (copy != nullptr && may_retry(*copy)) {
            waiting.push_back(id);
        } else if (copy != nullptr) {
            quarantine(*copy, failure.code, failure.text);
        }
    }
    if (!waiting.empty()) {
        refuse_for_now(waiting, failure, Duration(0));
    }
}

// The call was certainly not executed: the copies are as good as new, and wait. An earlier call for
// them that was never answered may have been; what it made may be why this one is refused.
void Machine::refuse_for_now(
    const std::vector<CopyId>& ids, const Failure& failure, Duration refused_for
) {
    Duration pause{0};
    for (const CopyId id : ids) {
        Copy& copy = *find(id);
        if (copy.unanswered) {
            look_before_next_call(copy);
        } else {
            copy.state = CopyState::planned;
        }
        // A sibling that reads the same image makes it busy until it is complete.
        const bool by_sibling = failure.code.ends_with("InvalidImageState") && has_sibling(copy);
        pause = std::max(
            pause,
            by_sibling ? retry_bound(waited(copy))
                       : retry_pause(copy.tries, copy.id.value(), waited(copy), refused_for)
        );
        copy.tries += 1;
        copy.code = failure.code;
        copy.reason = failure.text;
    }
    wait(ids, pause);
}

void Machine::refuse(Copy& copy, const Failure& failure) {
    copy.request_id = failure.request_id;
    if (failure.remedy == Remedy::look_first) {
        copy.code = failure.code;
        copy.reason = failure.text;
        copy.intended_at = now_;  // the call may have gone out long after its intent
        copy.unanswered = true;
        wait({copy.id}, retry_first);  // the cloud may still have to list what it began
        return;
    }
    if (failure.code == name_taken_code && copy.kind != CopyKind::exported) {
        copy.code = failure.code;
        look(copy);
        return;
    }
    const bool impossible = failure.code == "InvalidParameter.InstanceImageNotSupport" ||
                            failure.code.ends_with("ExportUnsupported") ||
                            failure.code == "InvalidParameterValue.InvalidImageOsName";
    end(copy, impossible ? CopyState::skipped : CopyState::failed, failure.code, failure.text);
}

bool Machine::has_sibling(const Copy& copy) const {
    return std::ranges::any_of(backup_.copies, [&](const Copy& other) {
        return other.id != copy.id && other.kind != CopyKind::image &&
               other.state == CopyState::accepted;
    });
}

// A copy was completed: the source image may be free for those that found it busy.
void Machine::begin_waiting_siblings() {
    std::vector<CopyId> waiting;
    for (const Copy& copy : backup_.copies) {
        if (copy.state == CopyState::planned && copy.code.ends_with("InvalidImageState")) {
            waiting.push_back(copy.id);
        }
    }
    if (!waiting.empty()) {
        begin(&waiting);
    }
}

Duration Machine::waited(const Copy& copy) const {
    const std::optional<Instant> begun =
        copy.kind == CopyKind::image ? backup_.started : backup_.copies.front().settled_at;
    return now_ - std::max(begun.value_or(now_), copy.queued_until.value_or(Instant::min()));
}

// After a long time without the daemon or the network, an old start alone is no reason to give up.
bool Machine::may_retry(const Copy& copy) const {
    return waited(copy) < retry_window || copy.tries < tries_least;
}

void Machine::discard(const Copy& copy) {
    actions_.emplace_back(action::DiscardImage{copy.id, copy.place, copy.image});
}

void Machine::try_under_new_name(Copy& copy, const std::string& code, const std::string& why) {
    if (copy.attempt >= attempts_max) {
        quarantine(copy, code, why + " in each of " + std::to_string(attempts_max) + " attempts");
        return;
    }
    copy.attempt += 1;
    copy.name = image_name(backup_.policy, backup_.instance, backup_.due, copy.attempt);
    copy.state = CopyState::planned;
    copy.image = ImageId();
    copy.intended_at.reset();
    copy.accepted_at.reset();
    copy.unanswered = false;
    const std::vector<CopyId> only{copy.id};
    begin(&only);
}

void Machine::complete_image(Copy& copy, const Image& image) {
    const std::size_t disks = 1 + backup_.data_disks.size();
    const bool whole = image.disks.size() >= disks;
    end(copy, CopyState::done, whole ? "" : disks_missing_code, "");
    copy.size_gib = total_size(image);
    if (!whole) {
        backup_.reasons.push_back(
            "image " + image.id.text() + " holds " + std::to_string(image.disks.size()) +
            " of the " + std::to_string(disks) + " disks asked for"
        );
    }
    if (copy.kind == CopyKind::image) {
        for (Copy& other : backup_.copies) {
            if (other.kind == CopyKind::replica && other.state == CopyState::planned) {
                other.name = copy.name;
                other.attempt = copy.attempt;
            }
        }
        begin(nullptr);
    } else {
        begin_waiting_siblings();
    }
}

// Without the image there is nothing to replicate or export.
void Machine::settle_dependents() {
    const CopyState state = source().state;
    if (!is_settled(source()) || state == CopyState::done) {
        return;
    }
    for (Copy& copy : backup_.copies) {
        if (copy.state == CopyState::planned) {
            end(copy, CopyState::skipped, no_image_code, "there is no image to make it from");
        }
    }
}

void Machine::close_if_settled() {
    if (backup_.state == BackupState::finished || backup_.start_again ||
        !std::ranges::all_of(backup_.copies, is_settled)) {
        return;
    }
    backup_.state = BackupState::finished;
    backup_.finished = now_;
    judge_result(backup_);
    for (const Copy& copy : backup_.copies) {
        if (copy.state != CopyState::done && !copy.reason.empty()) {
            backup_.reasons.push_back(
                std::string(to_text(copy.kind)) + " in " + copy.place.region.text() + " " +
                to_text(copy.state) + ": " + copy.reason
            );
        }
    }
}

}  // namespace cvmbackup::backup_machine
