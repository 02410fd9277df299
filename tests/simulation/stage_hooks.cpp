#include "stage.hpp"

#include <algorithm>
#include <set>

namespace cvmbackup::simulation {

namespace {

using namespace std::chrono;

bool was_lost_after(const cloudsim::RequestRecord& record) {
    return record.fault == "lost-after" || record.fault == "garbage" ||
           record.fault == "truncated" || record.fault == "huge";
}

std::string words(const cloudsim::RequestRecord& record) {
    std::string text = record.action + " " + record.region;
    for (const cloudsim::TaskRecord& task : record.tasks) {
        text += " -> " + task.image;
    }
    if (!record.code.empty()) {
        text += " refused: " + record.code;
    }
    text += record.is_late ? " (late)" : "";
    return record.fault.empty() ? text : text + " [" + record.fault + "]";
}

std::string words(const Backup& backup) {
    std::string text = "backup " + std::to_string(backup.id.value()) + " " + backup.policy.text() +
                       " " + backup.instance.text() + " " + to_rfc3339(backup.due) + " " +
                       to_text(backup.state);
    for (const Copy& copy : backup.copies) {
        text += std::string(", ") + to_text(copy.kind) + " " + copy.place.region.text() + " " +
                to_text(copy.state) + (copy.code.empty() ? "" : " (" + copy.code + ")");
    }
    return backup.result ? text + ": " + to_text(*backup.result) : text;
}

}  // namespace

void Stage::hook_up() {
    SimulatedTransport& transport = life_->transport;
    transport.arriving = [this](const HttpRequest& request) { request_arrives(request); };
    transport.acted = [this](const cloudsim::RequestRecord& record) { request_acted(record); };
    transport.at_boundary = [this](std::size_t, SimulatedTransport::Moment moment) {
        boundary(
            moment == SimulatedTransport::Moment::before ? Boundary::before_request
                                                         : Boundary::after_request
        );
    };
    life_->clock.at_wake = [this] { boundary(Boundary::at_await); };
}

void Stage::request_arrives(const HttpRequest& request) {
    arriving_ = request.method == "DELETE" ? "cos:DeleteObject"
                                           : find_header(request.headers, "X-TC-Action");
    changed_ = false;
    is_later_page_ = request.body.find("\"Offset\":") != std::string::npos &&
                     request.body.find("\"Offset\":0") == std::string::npos;
    const bool deletes = arriving_ == "DeleteImages" || arriving_ == "cos:DeleteObject";
    if (deletes) {
        let_cloud_go_on();
    }
    copies_.arriving(deletes);
    // An instance that stays off is urgent: it is asked to start every minute.
    static const std::set<std::string> counted{
        "CreateImage", "SyncImages", "ExportImages", "DeleteImages"};
    const std::string call = arriving_ + " " +
                             std::string(find_header(request.headers, "X-TC-Region")) + " " +
                             request.host + request.target + " " + request.body;
    loads_.arriving(call, !request.repeatable, life_->clock.true_now());
    if (counted.contains(arriving_)) {
        loads_.counted(call, life_->clock.true_now());
    }
}

// What the cloud carries out late is seen before anything changes by what comes now.
void Stage::let_cloud_go_on() {
    cloud_.advance(life_ ? life_->clock.true_now() : now_);
    for (const cloudsim::RequestRecord& late : cloud_.take_late_records()) {
        request_acted(late);
    }
}

void Stage::request_acted(const cloudsim::RequestRecord& record) {
    if (record.is_late) {
        note(words(record));
        mark_late(record);
        copies_.acted(record);
        return;
    }
    figures_.requests += 1;
    // What the cloud never does is asked for once a backup, and no trouble of anybody's.
    const bool is_impossible = record.code.starts_with("UnsupportedOperation.Encrypted");
    if (!is_impossible && (!record.code.empty() || !record.fault.empty())) {
        figures_.failed_requests += 1;
        figures_.needless_starts += record.code.ends_with("InstanceStateRunning") ? 1 : 0;
        loads_.failed(life_->clock.true_now());
    }
    last_request_ = life_->clock.true_now();
    changed_ = !record.tasks.empty();
    note(words(record));
    mark_answer(record);
    mark_request(record);
    copies_.acted(record);
}

void Stage::mark_late(const cloudsim::RequestRecord& record) {
    const bool made = !record.tasks.empty();
    if (record.action == "CreateImage" && made) {
        marks_.hit("request carried out late, image made");
    } else if (record.action == "SyncImages" && made) {
        marks_.hit("request carried out late, copy made");
    } else if (record.action == "DeleteImages" && record.code.empty()) {
        marks_.hit("request carried out late, images deleted");
    }
}

void Stage::mark_answer(const cloudsim::RequestRecord& record) {
    static const std::map<std::string, std::string> by_fault{
        {"stale", "list of a while ago"},
        {"error-after", "error told of what was carried out"},
        {"huge", "answer too large"},
        {"wrong-request-id", "answer told to be another request's"},
        {"denied", "reading denied for long"},
        {"key-revoked", "key revoked"},
        {"in-arrears", "account in arrears"},
        {"region-gone", "region gone"},
    };
    if (const auto mark = by_fault.find(record.fault); mark != by_fault.end()) {
        marks_.hit(mark->second);
    }
    if (record.fault == "page-shifts" && is_later_page_) {
        marks_.hit("page began one later");
    }
    if (record.fault == "instance-vanishes" && record.action == "CreateImage" &&
        record.code.empty()) {
        marks_.hit("instance gone soon after it was named");
    }
    static const std::map<std::string, std::string> by_code{
        {"InvalidImageName.Duplicate", "name already taken"},
        {"RequestLimitExceeded", "throttled"},
        {"AuthFailure.SignatureExpire", "signature expired"},
        {"MutexOperation.TaskRunning", "instance busy"},
        {"InvalidImageId.NotFound", "deletion of an image already gone"},
        {"UnsupportedOperation.StoppedModeStopCharging", "instance stopped without charge"},
    };
    if (const auto mark = by_code.find(record.code); mark != by_code.end()) {
        marks_.hit(mark->second);
    }
}

void Stage::mark_request(const cloudsim::RequestRecord& record) {
    const std::string& action = record.action;
    const bool made = !record.tasks.empty();
    if (was_lost_after(record) && made) {
        marks_.hit(
            action == "CreateImage"  ? "answer lost, image made"
            : action == "SyncImages" ? "answer lost, copy made"
                                     : "answer lost, export begun"
        );
    }
    if (was_lost_after(record) && action == "DeleteImages" && record.code.empty()) {
        marks_.hit("answer lost, images deleted");
    }
    if (record.fault == "lost-before" && action == "CreateImage") {
        marks_.hit("request lost, not executed");
    }
    if (record.fault.starts_with("task-") && record.fault != "task-done-vanishes" && made) {
        const bool creation = action == "CreateImage";
        if (record.fault == "task-hangs") {
            marks_.hit("image hung");
        } else if (action == "ExportImages") {
            marks_.hit("export failed");
        } else if (record.fault == "task-fails" && creation) {
            marks_.hit("image failed");
        } else {
            marks_.hit(creation ? "image vanished" : "copy vanished");
        }
    }
    if (record.fault.starts_with("task-fails") && action == "StartInstances") {
        marks_.hit("could not be started at first");
    }
    if (record.code.starts_with("InvalidParameterValue.ImageQuota") ||
        record.code.starts_with("ImageQuota")) {
        marks_.hit("quota full");
    }
    if (action == "DeleteImages" && !record.code.empty()) {
        marks_.hit("deletion refused at first");
    }
    if (action == "StartInstances" && record.code.empty()) {
        marks_.hit("powered off and started again");
    }
    for (const cloudsim::TaskRecord& task : record.tasks) {
        const cloudsim::Image* image = cloud_.state().find_image(task.image);
        if (image != nullptr && action == "CreateImage") {
            if (image->disks.size() > 1) {
                marks_.hit("whole-machine image");
            }
            if (image->listed_from > image->created + seconds(10)) {
                marks_.hit("image late in lists");
            }
        }
    }
}

void Stage::before_commit(const Changes& changes) {
    let_cloud_go_on();
    intended_ = std::ranges::any_of(changes.backups, [](const Backup& backup) {
        return std::ranges::any_of(backup.copies, [](const Copy& copy) {
            return copy.state == CopyState::intended;
        });
    });
    boundary(Boundary::before_commit);
}

void Stage::after_commit(const Changes& changes) {
    if (to_be_copied_) {
        to_be_copied_->commit(changes);
    }
    for (const Run& run : changes.runs) {
        note(
            "run " + std::to_string(run.id.value()) + " " + run.policy.text() + " " +
            to_rfc3339(run.due) + " " + to_text(run.trigger) +
            (run.result ? std::string(": ") + to_text(*run.result) + " " + run.note : "")
        );
    }
    for (const Backup& backup : changes.backups) {
        note(words(backup));
        mark_backup(backup);
    }
    for (const Copy& copy : changes.copies) {
        note(std::string(to_text(copy.kind)) + " " + copy.name + " " + to_text(copy.state));
    }
    const Instant true_now = life_ ? life_->clock.true_now() : now_;
    firings_.committed(changes, wall());
    instances_.committed(changes);
    copies_.committed(changes, policies_, true_now);
    note_passes(changes);
    brake_.committed(changes);
    loads_.committed(changes, static_cast<std::size_t>(scenario_.settings.backups_in_flight));
    boundary(Boundary::after_commit);
}

void Stage::note_passes(const Changes& changes) {
    for (const PolicyMemory& memory : changes.memories) {
        const auto policy = std::ranges::find(policies_, memory.policy, &Policy::name);
        if (policy != policies_.end() && brake_.notes_new_pass(memory)) {
            brake_.passed(memory.policy, copies_.needed_by(*policy).kept.size());
        }
    }
}

void Stage::mark_backup(const Backup& backup) {
    const bool waits = backup.state == BackupState::waiting;
    if (waits && backup.start_at > backup.due) {
        marks_.hit("spread waited for");
    }
    for (const DrawnPolicy& drawn : in_force_) {
        const std::string& zone = drawn.policy.zone.text();
        const Instant start = backup.start_at;
        const bool waited = std::ranges::any_of(drawn.denied, [&](const Denied& denied) {
            return denied.holds(local_clock(zone, start - Duration(1))) &&
                   !denied.holds(local_clock(zone, start));
        });
        if (waits && drawn.policy.name == backup.policy && waited) {
            marks_.hit("denied window waited for");
        }
    }
    for (const Copy& copy : backup.copies) {
        mark_copy(backup, copy);
    }
    if (backup.state != BackupState::finished || copies_.has_ended(backup.id)) {
        return;
    }
    if (backup.adopted) {
        marks_.hit("backup rebuilt from the cloud");
        return;
    }
    if (!backup.reasons.empty() &&
        backup.reasons.front().find("still under way") != std::string::npos) {
        marks_.hit("previous backup still under way");
    }
    figures_.backups += 1;
    figures_.good += backup.good ? 1 : 0;
    const bool skipped = std::ranges::any_of(backup.copies, [](const Copy& copy) {
        return copy.state == CopyState::skipped;
    });
    if (skipped) {
        marks_.hit("copy skipped as impossible");
    }
    if (backup.result == Result::partial) {
        marks_.hit("backup partial");
    }
    if (backup.result == Result::failed) {
        marks_.hit("backup failed");
    }
}

void Stage::mark_copy(const Backup& backup, const Copy& copy) {
    const auto before = under_way_.find(copy.id);
    if (before != under_way_.end()) {
        const Copy& old = before->second;
        const bool asked = copy.state == CopyState::intended;
        if (asked && old.intended_at && old.state == CopyState::planned) {
            marks_.hit("asked again under the same name");
        }
        if (asked && !old.intended_at && copy.attempt > 1) {
            marks_.hit("asked under the next name");
        }
        const bool lost = old.state == CopyState::intended && !old.code.empty();
        if (lost && copy.state == CopyState::accepted && copy.kind != CopyKind::exported) {
            marks_.hit("image found by its name");
        }
        if (copy.kind == CopyKind::exported && copy.state == CopyState::failed) {
            marks_.hit("export without objects given up");
        }
        if (copy.quarantined) {
            marks_.hit("copy quarantined");
        }
    }
    if (backup.state == BackupState::finished) {
        under_way_.erase(copy.id);
    } else {
        under_way_[copy.id] = copy;
    }
}

void Stage::observe(const Fact& fact) {
    if (const auto* notice = std::get_if<Notice>(&fact)) {
        note("says: " + notice->text);
        if (notice->text.ends_with("go again")) {
            marks_.hit("calls held back by the breaker");
        }
    }
    if (const auto* compared = std::get_if<Reconciled>(&fact)) {
        // What was there when the catalog was lost is neither young nor unread any more.
        for (const Finding& finding : compared->pass.findings) {
            if (finding.kind != FindingKind::duplicate) {  // nobody here makes any
                marks_.hit(std::string("found: ") + to_text(finding.kind));
            }
        }
        const Reconciliation& pass = compared->pass;
        const bool whole = pass.troubles.empty() && pass.left_alone.empty();
        const bool complete = whole && wrong_ > -minutes(10);
        if (complete && now_ > lost_at_ && life_->clock.true_now() - lost_at_ > hours(2)) {
            copies_.rebuilt();
        }
    }
    if (const auto* brake = std::get_if<BrakeChanged>(&fact)) {
        for (const BrakeStop& stop : brake->stops) {
            note("brake: " + stop.text);
            marks_.hit(std::string("deletions stopped: ") + to_text(stop.reason));
        }
    }
    if (const auto* ended = std::get_if<RunFinished>(&fact)) {
        if (ended->run.note.starts_with("cannot list")) {
            marks_.hit("run failed for want of a list");
        }
    }
}

}  // namespace cvmbackup::simulation
