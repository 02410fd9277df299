// What the catalog knows, looked for in the list; what the list holds beyond that is in
// reconcile_images.cpp.
#include "rules/reconcile.hpp"

#include "rules/backup_machine.hpp"
#include "rules/backup_result.hpp"
#include "rules/reconcile_detail.hpp"

#include <algorithm>

namespace cvmbackup {

namespace reconcile {

Comparer::Comparer(
    const ImageListing& listing,
    const std::vector<Backup>& known,
    const std::vector<Policy>& policies,
    Instant now
)
    : listing_(listing)
    , policies_(policies)
    , now_(now)
    , known_(known) {
    for (const Image& image : listing.images) {
        listed_.emplace(image.id, &image);
    }
}

Comparison Comparer::run() {
    for (const Image& image : listing_.images) {
        if (const auto origin = proven_origin(image.name, image.description)) {
            Instant& made = result_.made[origin->policy];
            made = std::max(made, origin->due);
        }
    }
    for (Backup& backup : known_) {
        for (Copy& copy : backup.copies) {
            judge_copy(backup, copy);
        }
    }
    // The earliest of several images of one copy is the one to keep.
    std::vector<const Image*> rest;
    for (const auto& [id, image] : listed_) {
        if (!claimed_.contains(id)) {
            rest.push_back(image);
        }
    }
    std::ranges::stable_sort(rest, {}, created);
    for (const Image* image : rest) {
        judge_image(*image);
    }
    for (Backup& backup : known_) {
        if (changed_.contains(backup.id)) {
            judge_result(backup);
            result_.changed.push_back(std::move(backup));
        }
    }
    for (Backup& backup : result_.adopted) {
        judge_result(backup);
    }
    return std::move(result_);
}

Finding Comparer::finding(FindingKind kind, const Backup& backup, const Image& image) const {
    Finding finding;
    finding.kind = kind;
    finding.place = listing_.place;
    finding.object = image.id.text();
    finding.name = image.name;
    finding.policy = backup.policy;
    finding.instance = backup.instance;
    finding.backup = backup.id;
    return finding;
}

void Comparer::report(Finding finding, Mending mending, std::string text) {
    finding.mending = mending;
    finding.text = std::move(text);
    result_.findings.push_back(std::move(finding));
}

void Comparer::judge_copy(Backup& backup, Copy& copy) {
    const bool image_kind = copy.kind == CopyKind::image || copy.kind == CopyKind::replica;
    if (copy.place != listing_.place || !image_kind) {
        return;
    }
    if (!copy.image.empty()) {
        const auto listed = listed_.find(copy.image);
        const bool stale_deletion =
            copy.state == CopyState::deleted && !was_just_stamped(copy.deleted_at);
        if (listed != listed_.end() && !stale_deletion) {
            claimed_.insert(copy.image);
        }
        if (backup.state == BackupState::finished && copy.state == CopyState::done &&
            listed == listed_.end()) {
            judge_absent(backup, copy);
        } else if (backup.state == BackupState::finished && listed != listed_.end()) {
            judge_present(backup, copy, *listed->second);
        }
    }
    if (in_flight(copy.state) || backup.state != BackupState::finished) {
        under_way_.insert(copy.name);
    }
}

void Comparer::judge_absent(Backup& backup, Copy& copy) {
    if (was_just_stamped(copy.settled_at)) {
        result_.unsettled = true;
        return;
    }
    result_.absent.push_back(copy.image);
    Image image;
    image.id = copy.image;
    image.name = copy.name;
    report(
        finding(FindingKind::missing, backup, image),
        Mending::marked,
        std::string(to_text(copy.kind)) + " " + copy.image.text() + " (" + copy.name + ")" +
            where() + " is not in the cloud any more; it no longer counts as a copy"
    );
    copy.state = CopyState::lost;
    copy.code = "Missing";
    copy.reason = "the cloud did not have it any more at " + to_rfc3339(now_);
    touch(backup);
}

void Comparer::judge_present(Backup& backup, Copy& copy, const Image& image) {
    const std::string id = image.id.text();
    if (copy.state == CopyState::lost && image.name == copy.name &&
        image.state == ImageState::normal) {
        adopt(backup, copy, image, FindingKind::missing);
        return;
    }
    if (is_complete_after_all(copy, image)) {
        adopt(backup, copy, image, FindingKind::leftover);
        return;
    }
    if (copy.state != CopyState::done) {
        return;
    }
    const bool has_disks_now = copy.code == disks_missing_code && image.name == copy.name &&
                               image.state == ImageState::normal &&
                               image.disks.size() > backup.data_disks.size();
    if (has_disks_now || is_whole_again(copy, image)) {
        adopt(backup, copy, image, FindingKind::wrong_state);
        return;
    }
    if (image.name != copy.name) {
        report(
            finding(FindingKind::wrong_state, backup, image),
            Mending::none,
            "image " + id + where() + " was named '" + copy.name + "' and is now '" + image.name +
                "'; it will not be deleted under that name"
        );
    } else if (is_newly_broken(copy, image)) {
        report(
            finding(FindingKind::wrong_state, backup, image),
            Mending::marked,
            "image " + id + where() + " was complete and is now " + image.state_word +
                "; it no longer counts as a good copy"
        );
        copy.code = broken_code;
        copy.reason = "the cloud says " + image.state_word + " since " + to_rfc3339(now_);
        touch(backup);
    }
}

}  // namespace reconcile

bool is_complete_after_all(const Copy& copy, const Image& image) {
    return copy.state == CopyState::failed && copy.code == overdue_code &&
           image.state == ImageState::normal && image.name == copy.name;
}

bool is_whole_again(const Copy& copy, const Image& image) {
    return copy.state == CopyState::done && copy.code == broken_code &&
           image.state == ImageState::normal && image.name == copy.name;
}

bool is_newly_broken(const Copy& copy, const Image& image) {
    return copy.state == CopyState::done && copy.code != broken_code && failed_in_cloud(image) &&
           image.name == copy.name;
}

BackupKey key_of(const Backup& backup) {
    return BackupKey{backup.policy, backup.instance, backup.due};
}

std::optional<BackupKey> claimed_backup(const Image& image, const std::vector<Policy>& policies) {
    if (const auto origin = proven_origin(image.name, image.description)) {
        return BackupKey{origin->policy, origin->instance, origin->due};
    }
    const std::optional<NameParts> parts = parse_image_name(image.name);
    if (!parts) {
        return std::nullopt;
    }
    const auto policy = std::ranges::find_if(policies, [&](const Policy& each) {
        return stands_for(parts->policy, each.name);
    });
    if (policy == policies.end()) {
        return std::nullopt;
    }
    return BackupKey{policy->name, parts->instance, parts->due};
}

Comparison compare_images(
    const ImageListing& listing,
    const std::vector<Backup>& known,
    const std::vector<Policy>& policies,
    Instant now
) {
    return reconcile::Comparer(listing, known, policies, now).run();
}

}  // namespace cvmbackup
