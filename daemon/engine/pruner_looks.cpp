// What is read before anything is deleted: the images themselves, and those that stay.
#include "engine/image_reads.hpp"
#include "engine/pruner.hpp"
#include "rules/reconcile.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

namespace cvmbackup {

namespace {

bool deletable(ImageState state) {
    return state == ImageState::normal || state == ImageState::create_failed ||
           state == ImageState::import_failed;
}

}  // namespace

// What is not ours is left alone.
Task<Pruner::Seen> Pruner::look_at(
    Place place, std::vector<Expired> expired, std::vector<Copy> staying
) {
    std::vector<ImageId> ids;
    for (const Expired& each : expired) {
        ids.push_back(each.copy.image);
    }
    for (const Copy& copy : staying) {
        ids.push_back(copy.image);
    }
    const Duration looked_at = clock_.steady_now();
    const Outcome<std::vector<Image>> images = co_await read_images(cloud_, place, std::move(ids));
    Seen seen;
    if (!images) {
        seen.failure = images.error();
        seen.unread = std::move(expired);
        co_return seen;
    }
    std::map<ImageId, const Image*> there;
    for (const Image& image : *images) {
        there.emplace(image.id, &image);
    }
    for (Expired& each : expired) {
        const auto image = there.find(each.copy.image);
        if (image == there.end()) {
            seen.absent.push_back(std::move(each));
        } else if (image->second->name != each.copy.name) {
            refuse_foreign(each, *image->second);
        } else if (is_complete_after_all(each.copy, *image->second) ||
                   is_whole_again(each.copy, *image->second)) {
            leave_to_comparison(each.copy.id);
        } else if (is_half_done(each)) {
            judge_anew(std::move(each), looked_at);
        } else if (deletable(image->second->state)) {
            each.is_whole = !fenced(each.copy, looked_at);
            seen.ours.push_back(std::move(each));
        }
    }
    for (Copy& copy : staying) {
        const auto image = there.find(copy.image);
        if (image == there.end() || is_newly_broken(copy, *image->second)) {
            seen.missing.push_back(std::move(copy));
        }
    }
    co_return seen;
}

// Two looks, as one list may lag.
Task<Pruner::Seen> Pruner::look_twice_at(
    Place place, std::vector<Expired> expired, std::vector<Copy> staying
) {
    Seen seen = co_await look_at(place, std::move(expired), std::move(staying));
    if (seen.absent.empty() && seen.missing.empty()) {
        co_return seen;
    }
    co_await clock_.sleep_for(second_look);
    Seen later = co_await look_at(place, std::move(seen.absent), std::move(seen.missing));
    std::ranges::move(later.ours, std::back_inserter(seen.ours));
    later.ours = std::move(seen.ours);
    co_return later;
}

// The rules let a copy go because others stay. Somebody may have deleted these since the last
// comparison.
void Pruner::wait_for_comparison(
    const std::vector<Copy>& missing,
    std::string why,
    const PolicyName& policy,
    const InstanceId& instance
) {
    for (const Copy& copy : missing) {
        leave_to_comparison(copy.id);
    }
    observer_.observe(Notice{
        Notice::Level::warning,
        std::move(why) + "; trying again in " + to_text(prune_retry),
        policy,
        instance});
    try_again_later();
}

}  // namespace cvmbackup
