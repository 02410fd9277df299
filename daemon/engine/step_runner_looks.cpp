// Images that may be there already are looked for by their names.
#include "engine/step_runner.hpp"
#include "rules/image_name.hpp"
#include "rules/reconcile.hpp"

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
    event::Looked looked{what.copy, std::nullopt, what.twice};
    for (int lists = what.twice ? 2 : 1; lists > 0 && !looked.image; --lists) {
        std::vector<std::string> names{what.name};
        const Outcome<std::vector<Image>> images =
            co_await cloud_.images_named(what.place, std::move(names));
        if (!images) {
            feed(backup, event::LookFailed{what.copy, images.error()});
            co_return;
        }
        for (const Image& image : *images) {
            if (may_be_ours(what.kind, image) &&
                (!looked.image || is_older(image, *looked.image))) {
                looked.image = image;
            }
        }
        if (!looked.image && lists > 1) {
            co_await clock_.sleep_for(second_look);
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

// The objects of an export that an earlier life planned, should there be some already.
Task<Outcome<std::vector<StoredObject>>> StepRunner::written_already(Backup backup, Copy copy) {
    const BucketPlace bucket = bucket_of(copy);
    const Outcome<std::vector<StoredObject>> listed =
        co_await cloud_.list_objects(bucket, copy.name);
    if (!listed) {
        co_return listed.error();
    }
    co_return objects_of(expected_export(backup, copy), *listed);
}

// What tells the machine that the copy was asked for already, or that this is not known; nothing if
// it is to be asked for.
Task<std::optional<Event>> StepRunner::asked_for_already(Backup backup, Copy copy) {
    if (copy.kind == CopyKind::exported) {
        const Outcome<std::vector<StoredObject>> written = co_await written_already(backup, copy);
        if (!written) {
            co_return event::LookFailed{copy.id, written.error()};
        }
        inherited_.erase(copy.id);
        co_return written->empty() ? std::nullopt
                                   : std::optional<Event>(event::ObjectsLooked{copy.id, *written});
    }
    const Outcome<std::optional<Image>> made = co_await made_already(backup, copy);
    if (!made) {
        co_return event::LookFailed{copy.id, made.error()};
    }
    inherited_.erase(copy.id);
    co_return *made ? std::optional<Event>(event::Found{copy.id, **made}) : std::nullopt;
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
        const std::optional<Event> already = co_await asked_for_already(found->second, copy);
        if (already) {
            feed(backup, *already);
        } else {
            ready.push_back(id);
        }
    }
    co_return ready;
}

}  // namespace cvmbackup
