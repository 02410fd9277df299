// Images that may be there already are looked for by their names.
#include "engine/step_runner.hpp"
#include "rules/image_name.hpp"

#include <algorithm>

namespace cvmbackup {

namespace {

// A name can be anybody's. A replica may lack the description of its source.
bool may_be_ours(CopyKind kind, const Image& image) {
    const bool may_lack = kind == CopyKind::replica && image.description.empty();
    return may_lack || proven_origin(image.name, image.description).has_value();
}

bool is_older(const Image& one, const Image& other) {
    return std::pair(one.created.value_or(Instant::max()), one.id) <
           std::pair(other.created.value_or(Instant::max()), other.id);
}

// The last attempt that was made counts: the others failed.
int attempt_of(const Image& image) {
    const std::optional<NameParts> parts = parse_image_name(image.name);
    return parts ? parts->attempt : 0;
}

}  // namespace

Task<void> StepRunner::find_image(BackupId backup, action::FindImage what) {
    std::vector<std::string> names{what.name};
    const Outcome<std::vector<Image>> images =
        co_await cloud_.images_named(what.place, std::move(names));
    if (!images) {
        feed(backup, event::LookFailed{what.copy, images.error()});
        co_return;
    }
    event::Looked looked{what.copy, std::nullopt};
    for (const Image& image : *images) {
        if (may_be_ours(what.kind, image) && (!looked.image || is_older(image, *looked.image))) {
            looked.image = image;
        }
    }
    feed(backup, looked);
}

// The image of a copy that an earlier life planned, should it be there already; it may have got
// beyond the attempt that the catalog knows.
Task<Outcome<std::optional<Image>>> StepRunner::made_already(Backup backup, Copy copy) {
    // A replica's attempt follows the image's: an earlier life may have made it of an earlier
    // image.
    const int first = copy.kind == CopyKind::replica ? 1 : copy.attempt;
    std::vector<std::string> names;
    for (int attempt = first; attempt <= attempts_max; ++attempt) {
        names.push_back(image_name(backup.policy, backup.instance, backup.due, attempt));
    }
    const Outcome<std::vector<Image>> images =
        co_await cloud_.images_named(copy.place, std::move(names));
    if (!images) {
        co_return images.error();
    }
    std::optional<Image> made;
    for (const Image& image : *images) {
        const bool is_later = !made || attempt_of(image) > attempt_of(*made) ||
                              (image.name == made->name && is_older(image, *made));
        if (may_be_ours(copy.kind, image) && is_later) {
            made = image;
        }
    }
    co_return made;
}

// A catalog that was put back is older than the last life, and knows nothing of its calls: what an
// earlier life had planned is looked for once before it is asked for.
Task<std::vector<CopyId>> StepRunner::not_made_yet(BackupId backup, action::AwaitTurn what) {
    std::vector<CopyId> ready;
    for (const CopyId id : what.copies) {
        const auto found = live_.find(backup);
        if (found == live_.end()) {
            break;
        }
        if (!inherited_.contains(id)) {
            ready.push_back(id);
            continue;
        }
        const Copy copy = *std::ranges::find(found->second.copies, id, &Copy::id);
        const Outcome<std::optional<Image>> made = co_await made_already(found->second, copy);
        if (!made) {
            feed(backup, event::LookFailed{id, made.error()});
            continue;
        }
        inherited_.erase(id);
        if (*made) {
            feed(backup, event::Found{id, **made});
        } else {
            ready.push_back(id);
        }
    }
    co_return ready;
}

}  // namespace cvmbackup
