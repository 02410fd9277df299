// What is read before anything is deleted: the images themselves, and those that stay.
#include "engine/pruner.hpp"
#include "rules/reconcile.hpp"

#include <algorithm>

namespace cvmbackup {

namespace {

bool deletable(ImageState state) {
    return state == ImageState::normal || state == ImageState::create_failed ||
           state == ImageState::import_failed;
}

}  // namespace

// What is not ours is left alone.
Task<Pruner::Seen> Pruner::look_at(Place place, std::vector<Expired> expired) {
    Seen seen;
    for (std::size_t begin = 0; begin < expired.size(); begin += ids_per_call) {
        const std::size_t end = std::min(expired.size(), begin + ids_per_call);
        std::vector<ImageId> ids;
        for (std::size_t i = begin; i < end; ++i) {
            ids.push_back(expired[i].copy.image);
        }
        const Outcome<std::vector<Image>> images = co_await cloud_.images(place, std::move(ids));
        if (!images) {
            seen.all_read = false;
            for (std::size_t i = begin; i < end; ++i) {
                postpone(expired[i], images.error());
            }
            continue;
        }
        for (std::size_t i = begin; i < end; ++i) {
            const auto image = std::ranges::find(*images, expired[i].copy.image, &Image::id);
            if (image == images->end()) {
                seen.absent.push_back(expired[i]);
            } else if (image->name != expired[i].copy.name) {
                refuse_foreign(expired[i], *image);
            } else if (is_complete_after_all(expired[i].copy, *image)) {
                leave_to_comparison(expired[i].copy.id);
            } else if (deletable(image->state)) {
                expired[i].is_whole = true;
                seen.ours.push_back(expired[i]);
            }
        }
    }
    co_return seen;
}

// Those that the place does not show.
Task<Outcome<std::vector<Copy>>> Pruner::missing_of(Place place, std::vector<Copy> copies) {
    std::vector<Copy> missing;
    for (std::size_t begin = 0; begin < copies.size(); begin += ids_per_call) {
        const std::size_t end = std::min(copies.size(), begin + ids_per_call);
        std::vector<ImageId> ids;
        for (std::size_t i = begin; i < end; ++i) {
            ids.push_back(copies[i].image);
        }
        const Outcome<std::vector<Image>> images = co_await cloud_.images(place, std::move(ids));
        if (!images) {
            co_return images.error();
        }
        for (std::size_t i = begin; i < end; ++i) {
            if (std::ranges::count(*images, copies[i].image, &Image::id) == 0) {
                missing.push_back(copies[i]);
            }
        }
    }
    co_return missing;
}

// The rules let a copy go because others stay. Somebody may have deleted these since the last
// comparison.
Task<bool> Pruner::are_there(Place place, std::vector<Copy> staying, PolicyName policy) {
    Outcome<std::vector<Copy>> missing = co_await missing_of(place, std::move(staying));
    if (missing && !missing->empty()) {
        co_await clock_.sleep_for(second_look);  // one list may lag
        std::vector<Copy> again = std::move(*missing);
        missing = co_await missing_of(place, std::move(again));
    }
    if (missing && missing->empty()) {
        co_return true;
    }
    std::string why = "the images that stay cannot be read: ";
    if (missing) {
        why = "image " + missing->front().name + " should stay, and is not in the cloud";
        for (const Copy& copy : *missing) {
            leave_to_comparison(copy.id);
        }
    } else {
        why += missing.error().text;
    }
    observer_.observe(Notice{
        Notice::Level::warning,
        "nothing is deleted in " + place.region.text() + ": " + why + "; trying again in " +
            to_text(prune_retry),
        policy,
        InstanceId()});
    try_again_later();
    co_return false;
}

}  // namespace cvmbackup
