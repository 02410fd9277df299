#include "engine/export_watch.hpp"

#include <algorithm>

namespace cvmbackup {

namespace {

// The promised objects out of what is listed. The names that the API promises and those it writes
// are documented in different forms; if none of the promised exists, the objects of this image
// under the backup's own prefix stand for them.
std::vector<StoredObject> promised(
    const action::WatchExport& what, const std::vector<StoredObject>& listed
) {
    std::vector<StoredObject> objects;
    for (const StoredObject& object : listed) {
        if (std::ranges::find(what.keys, object.key) != what.keys.end()) {
            objects.push_back(object);
        }
    }
    return objects.empty() ? objects_of(what.exported, listed) : objects;
}

}  // namespace

ExportWatch::ExportWatch(Clock& clock, Cloud& cloud, Report report)
    : clock_(clock)
    , cloud_(cloud)
    , report_(std::move(report))
    , sleeper_(clock.sleeper()) {}

void ExportWatch::add(BackupId backup, const action::WatchExport& what) {
    Watched watched;
    watched.backup = backup;
    watched.what = what;
    watched.added = clock_.steady_now();
    watched.since = watched.added - what.age;
    watched.next_look =
        watched.added + std::max<Duration>(poll_shortest - what.age, silence(quickest_, what.age));
    watched_.insert_or_assign(what.copy, std::move(watched));
    sleeper_->wake();
}

Task<void> ExportWatch::run() {
    while (true) {
        if (watched_.empty()) {
            co_await sleeper_->sleep_until(Instant::max());
            continue;
        }
        const Duration now = clock_.steady_now();
        Duration next = Duration::max();
        std::vector<CopyId> due;
        for (const auto& [copy, watched] : watched_) {
            if (watched.next_look <= now) {
                due.push_back(copy);
            } else {
                next = std::min(next, watched.next_look);
            }
        }
        for (const CopyId copy : due) {
            co_await look(copy);
        }
        // What is added meanwhile is not due before that.
        if (due.empty()) {
            co_await clock_.sleep_for(std::min(next - now, poll_shortest));
        }
    }
}

Task<void> ExportWatch::look(CopyId copy) {
    const action::WatchExport what = watched_.at(copy).what;
    const Outcome<std::vector<StoredObject>> listed =
        co_await cloud_.list_objects(what.bucket, what.exported.prefix);
    Watched& watched = watched_.at(copy);
    const Duration now = clock_.steady_now();
    const Duration age = now - watched.since;
    watched.next_look = now + next_pause(quickest_, age);
    if (!listed) {
        refused(copy, listed.error());
        co_return;
    }
    std::vector<StoredObject> objects = promised(what, *listed);
    const bool complete = objects.size() >= std::max<std::size_t>(1, what.keys.size());
    const bool is_still = complete && objects == watched.last_seen;
    if (!is_still) {
        watched.unreadable.answered();  // else HEAD has to answer too
    }
    if (!complete) {
        unfinished(copy, std::to_string(objects.size()) + " objects exist");
    } else if (std::string why = why_too_small(what.exported, objects); !why.empty()) {
        too_small(copy, std::move(objects), why);
    } else if (is_still) {
        co_await confirm(copy, std::move(objects));
    } else {
        const bool changed = !watched.last_seen.empty();
        watched.last_seen = std::move(objects);
        watched.next_look = now + poll_shortest;
        if (changed) {
            unfinished(copy, "its objects change");
        }
    }
}

// When that lasts it is told, and ends the wait some time: nobody could ever say that the export is
// complete.
void ExportWatch::refused(CopyId copy, const Failure& failure) {
    Watched& watched = watched_.at(copy);
    const Duration now = clock_.steady_now();
    if (watched.unreadable.failed(failure, now)) {
        forget(copy, event::Overdue{copy, unreadable_text(failure)});
        return;
    }
    if (watched.unreadable.is_worth_telling(failure, now)) {
        report_(watched.backup, event::LookFailed{copy, failure});
    }
}

void ExportWatch::unfinished(CopyId copy, const std::string& state) {
    if (is_overdue(watched_.at(copy))) {
        forget(copy, event::Overdue{copy, overdue_text(export_patience, state)});
    }
}

// Perhaps they still grow.
void ExportWatch::too_small(
    CopyId copy, std::vector<StoredObject> objects, const std::string& why
) {
    if (is_overdue(watched_.at(copy))) {
        const std::string text = overdue_text(export_patience, why);
        forget(copy, event::ExportTooSmall{copy, std::move(objects), text});
    }
}

bool ExportWatch::is_overdue(Watched& watched) const {
    watched.seen_unfinished = true;
    const Duration now = clock_.steady_now();
    return now - watched.since > export_patience && now - watched.added > watched_least;
}

Task<void> ExportWatch::confirm(CopyId copy, std::vector<StoredObject> objects) {
    const BucketPlace bucket = watched_.at(copy).what.bucket;
    for (StoredObject& object : objects) {
        const Outcome<std::optional<StoredObject>> head =
            co_await cloud_.head_object(bucket, object.key);
        if (!head) {
            refused(copy, head.error());
            co_return;
        }
        if (!*head || (*head)->size_bytes != object.size_bytes) {
            watched_.at(copy).unreadable.answered();
            watched_.at(copy).last_seen.clear();
            unfinished(copy, "its objects change");
            co_return;
        }
        object = **head;
    }
    const Watched& watched = watched_.at(copy);
    const Duration age = clock_.steady_now() - watched.since;
    if (watched.seen_unfinished) {
        quickest_ = std::min(quickest_.value_or(age), age);
    }
    forget(copy, event::ExportCompleted{copy, std::move(objects)});
}

void ExportWatch::forget(CopyId copy, const Event& event) {
    const BackupId backup = watched_.at(copy).backup;
    watched_.erase(copy);
    report_(backup, event);
}

}  // namespace cvmbackup
