#include "engine/image_watch.hpp"

#include <algorithm>

namespace cvmbackup {

namespace {

// Settled means that the cloud will not go on with the image by itself.
bool is_settled(const Image& image, Duration age) {
    switch (image.state) {
        case ImageState::create_failed:
        case ImageState::import_failed:
            return true;
        case ImageState::normal:
        case ImageState::in_use:
            // The snapshots may be listed a little later than the state; an image is complete
            // with them.
            return !image.disks.empty() || age > image_visibility;
        default:
            return false;
    }
}

}  // namespace

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
    watched.since = what.since;
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
        const std::vector<ImageId> asking = due(clock_.now());
        for (std::size_t begin = 0; begin < asking.size(); begin += ids_per_call) {
            const std::size_t end = std::min(asking.size(), begin + ids_per_call);
            const std::vector<ImageId> page(
                asking.begin() + static_cast<std::ptrdiff_t>(begin),
                asking.begin() + static_cast<std::ptrdiff_t>(end)
            );
            const Outcome<std::vector<Image>> answer = co_await cloud_.images(place_, page);
            // A failed read says nothing about the images: they are read again next time.
            if (answer) {
                judge(page, *answer);
            }
        }
        co_await clock_.sleep_for(image_poll_period);
    }
}

std::vector<ImageId> ImageWatch::due(Instant now) const {
    std::vector<ImageId> ids;
    for (const auto& [id, watched] : watched_) {
        const auto known = experience_.find(watched.kind);
        const Duration quickest =
            known == experience_.end() ? Duration(0) : known->second.quickest.value_or(Duration(0));
        if (now - watched.since >= quickest * 9 / 10) {
            ids.push_back(id);
        }
    }
    return ids;
}

void ImageWatch::judge(const std::vector<ImageId>& asked, const std::vector<Image>& answer) {
    std::map<ImageId, const Image*> present;
    for (const Image& image : answer) {
        present.emplace(image.id, &image);
    }
    const Instant now = clock_.now();
    for (const ImageId& id : asked) {
        const auto found = watched_.find(id);
        if (found == watched_.end()) {
            continue;
        }
        Watched& watched = found->second;
        const auto image = present.find(id);
        if (image != present.end()) {
            judge_present(watched, *image->second);
        } else if (watched.seen || now - watched.since > image_visibility) {
            forget(id, event::ImageVanished{watched.copy});
        }
    }
}

void ImageWatch::judge_present(Watched& watched, const Image& image) {
    const Duration age = clock_.now() - watched.since;
    watched.seen = true;
    watched.percent = image.sync_percent;
    watched.state_word = image.state_word;
    if (is_settled(image, age)) {
        if (image.state == ImageState::normal) {
            Experience& experience = experience_[watched.kind];
            experience.quickest = std::min(experience.quickest.value_or(age), age);
            experience.sum += age;
            experience.count += 1;
        }
        forget(image.id, event::ImageSettled{watched.copy, image});
    } else if (age > image_patience) {
        forget(image.id, event::Overdue{watched.copy, image.state_word});
    }
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
    progress.since = found->second.since;
    progress.state_word = found->second.state_word;
    const auto known = experience_.find(found->second.kind);
    if (known != experience_.end() && known->second.count > 0) {
        progress.expected_end = found->second.since + known->second.sum / known->second.count;
    }
    return progress;
}

}  // namespace cvmbackup
