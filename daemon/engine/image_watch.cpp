#include "engine/image_watch.hpp"

#include <algorithm>

namespace cvmbackup {

Duration silence(std::optional<Duration> quickest, Duration age) {
    const Duration ready = quickest.value_or(Duration(0)) * 9 / 10;
    return std::clamp<Duration>(ready - age, Duration(0), silence_max);
}

Duration next_pause(std::optional<Duration> quickest, Duration age) {
    return std::max(
        std::clamp<Duration>(age / poll_share, poll_shortest, poll_longest), silence(quickest, age)
    );
}

std::string overdue_text(Duration patience, const std::string& state_word) {
    return "still not complete after " + to_text(patience) + " (the cloud says: " + state_word +
           ")";
}

std::string unreadable_text(const Failure& failure) {
    const bool refused = failure.remedy == Remedy::give_up;
    return "whether it is complete could not be read for " +
           to_text(refused ? refusal_patience : unreadable_patience) + ": " + failure.text;
}

bool Unreadable::failed(const Failure& failure, Duration now) {
    failing_since_ = failing_since_.value_or(now);
    if (failure.remedy != Remedy::give_up) {
        return now - *failing_since_ > unreadable_patience;
    }
    refused_since_ = refused_since_.value_or(now);
    return now - *refused_since_ > refusal_patience;
}

bool Unreadable::is_worth_telling(const Failure& failure, Duration now) const {
    return failure.remedy == Remedy::give_up || now - *failing_since_ > unreadable_notice;
}

ImageWatch::ImageWatch(Clock& clock, Cloud& cloud, Place place, Report report)
    : clock_(clock)
    , cloud_(cloud)
    , place_(std::move(place))
    , report_(std::move(report))
    , sleeper_(clock.sleeper()) {}

void ImageWatch::add(BackupId backup, const action::WatchImage& what) {
    Watched watched;
    watched.backup = backup;
    watched.copy = what.copy;
    watched.kind = what.kind;
    watched.added = clock_.steady_now();
    watched.since = watched.added - what.age;
    watched.next_look = watched.added + silence(quickest(what.kind), what.age);
    watched.disks = what.disks;
    const bool first = watched_.empty();
    watched_.insert_or_assign(what.image, std::move(watched));
    if (first) {
        sleeper_->wake();
    }
}

Task<void> ImageWatch::run() {
    while (true) {
        if (watched_.empty()) {
            co_await sleeper_->sleep_until(Instant::max());
            continue;
        }
        const std::vector<ImageId> asking = due(clock_.steady_now());
        for (std::size_t begin = 0; begin < asking.size(); begin += ids_per_call) {
            const std::size_t end = std::min(asking.size(), begin + ids_per_call);
            const std::vector<ImageId> page(
                asking.begin() + static_cast<std::ptrdiff_t>(begin),
                asking.begin() + static_cast<std::ptrdiff_t>(end)
            );
            co_await look(page);
        }
        co_await clock_.sleep_for(image_tick);
    }
}

Task<void> ImageWatch::look(std::vector<ImageId> page) {
    const Outcome<std::vector<Image>> answer = co_await cloud_.images(place_, page);
    looked(page);
    if (answer) {
        judge(page, *answer);
        co_return;
    }
    for (const ImageId& id : refused(page, answer.error())) {
        std::vector<ImageId> alone{id};
        co_await look(std::move(alone));
    }
}

std::optional<Duration> ImageWatch::quickest(CopyKind kind) const {
    const auto known = experience_.find(kind);
    return known == experience_.end() ? std::nullopt : known->second.quickest;
}

// The last page is filled up with those that are due next: they cost no further call.
std::vector<ImageId> ImageWatch::due(Duration now) const {
    std::vector<std::pair<Duration, ImageId>> by_next_look;
    std::size_t due = 0;
    for (const auto& [id, watched] : watched_) {
        by_next_look.emplace_back(watched.next_look, id);
        due += watched.next_look <= now ? 1 : 0;
    }
    const std::size_t pages = (due + ids_per_call - 1) / ids_per_call;
    std::ranges::sort(by_next_look);
    by_next_look.resize(std::min(by_next_look.size(), pages * ids_per_call));
    std::vector<ImageId> ids;
    for (auto& [next_look, id] : by_next_look) {
        ids.push_back(std::move(id));
    }
    return ids;
}

void ImageWatch::looked(const std::vector<ImageId>& asked) {
    const Duration now = clock_.steady_now();
    for (const ImageId& id : asked) {
        const auto found = watched_.find(id);
        if (found != watched_.end()) {
            Watched& watched = found->second;
            watched.next_look = now + next_pause(quickest(watched.kind), now - watched.since);
        }
    }
}

void ImageWatch::judge(const std::vector<ImageId>& asked, const std::vector<Image>& answer) {
    std::map<ImageId, const Image*> present;
    for (const Image& image : answer) {
        present.emplace(image.id, &image);
    }
    const Duration now = clock_.steady_now();
    for (const ImageId& id : asked) {
        const auto found = watched_.find(id);
        if (found == watched_.end()) {
            continue;
        }
        Watched& watched = found->second;
        watched.unreadable.answered();
        const auto image = present.find(id);
        if (image != present.end()) {
            judge_present(watched, *image->second);
            continue;
        }
        watched.absences += 1;
        const bool is_old = now - watched.since > image_visibility;
        if (is_old && watched.absences >= absences_needed) {
            forget(id, event::ImageVanished{watched.copy});
        }
    }
}

// A read that fails says nothing about the images. When that lasts it is told, and ends the wait
// some time: nobody could ever say that the images are complete. Told are those that must be asked
// for alone before that: one that no call may name must not take the others of its page with it.
std::vector<ImageId> ImageWatch::refused(
    const std::vector<ImageId>& asked, const Failure& failure
) {
    const Duration now = clock_.steady_now();
    std::vector<ImageId> to_ask_alone;
    for (const ImageId& id : asked) {
        const auto found = watched_.find(id);
        if (found == watched_.end()) {
            continue;
        }
        Watched& watched = found->second;
        if (watched.unreadable.failed(failure, now)) {
            if (asked.size() > 1 && failure.remedy == Remedy::give_up) {
                to_ask_alone.push_back(id);
            } else {
                forget(id, event::Overdue{watched.copy, unreadable_text(failure)});
            }
        } else if (watched.unreadable.is_worth_telling(failure, now)) {
            report_(watched.backup, event::LookFailed{watched.copy, failure});
        }
    }
    return to_ask_alone;
}

void ImageWatch::judge_present(Watched& watched, const Image& image) {
    const Duration now = clock_.steady_now();
    const Duration age = now - watched.since;
    watched.absences = 0;
    watched.percent = image.sync_percent;
    watched.state_word = image.state_word;
    if (is_settled(watched, image)) {
        learn(watched, age);
        forget(image.id, event::ImageSettled{watched.copy, image});
        return;
    }
    watched.seen_unfinished = true;
    if (age > image_patience && now - watched.added > watched_least) {
        const std::string why = overdue_text(image_patience, image.state_word);
        forget(image.id, event::Overdue{watched.copy, why});
    }
}

// Settled means that the cloud will not go on with the image by itself.
bool ImageWatch::is_settled(Watched& watched, const Image& image) const {
    switch (image.state) {
        case ImageState::create_failed:
        case ImageState::import_failed:
            return true;
        case ImageState::normal:
        case ImageState::in_use:
            break;
        default:
            return false;
    }
    // The snapshots may be listed a little later than the state; an image is complete with them.
    if (!watched.normal_since) {
        watched.normal_since = clock_.steady_now();
    }
    return image.disks.size() >= watched.disks ||
           clock_.steady_now() - *watched.normal_since > image_visibility;
}

void ImageWatch::learn(const Watched& watched, Duration age) {
    if (!watched.seen_unfinished) {
        return;  // it may have been complete for long
    }
    Experience& experience = experience_[watched.kind];
    experience.quickest = std::min(experience.quickest.value_or(age), age);
    experience.sum += age;
    experience.count += 1;
}

void ImageWatch::forget(const ImageId& image, const Event& event) {
    const auto found = watched_.find(image);
    const BackupId backup = found->second.backup;
    watched_.erase(found);
    report_(backup, event);
}

std::optional<ImageWatch::Progress> ImageWatch::progress(const ImageId& image) const {
    const auto found = watched_.find(image);
    if (found == watched_.end()) {
        return std::nullopt;
    }
    Progress progress;
    progress.percent = found->second.percent;
    progress.age = clock_.steady_now() - found->second.since;
    progress.state_word = found->second.state_word;
    const auto known = experience_.find(found->second.kind);
    if (known != experience_.end() && known->second.count > 0) {
        progress.left = known->second.sum / known->second.count - progress.age;
    }
    return progress;
}

}  // namespace cvmbackup
