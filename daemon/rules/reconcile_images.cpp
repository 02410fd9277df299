// Images that the catalog does not know by their ids.
#include "rules/backup_machine.hpp"
#include "rules/reconcile_detail.hpp"

#include <algorithm>

namespace cvmbackup::reconcile {

namespace {

bool is_settled(const Image& image) {
    return image.state == ImageState::normal || failed_in_cloud(image);
}

// Whose image is known has no other one, also when it is gone.
bool is_second_of(const Copy& copy, const Image& image) {
    const bool was_made = copy.state == CopyState::done || copy.state == CopyState::deleting ||
                          copy.state == CopyState::deleted || copy.state == CopyState::lost;
    return was_made && copy.image != image.id && image.state == ImageState::normal;
}

std::int64_t size_of(const Image& image) {
    std::int64_t sum = 0;
    for (const ImageDisk& disk : image.disks) {
        sum += disk.size_gib;
    }
    return std::max(sum, image.size_gib);
}

}  // namespace

void Comparer::judge_image(const Image& image) {
    const std::optional<BackupKey> key = claimed_backup(image, policies_);
    const std::optional<ImageOrigin> origin = proven_origin(image.name, image.description);
    if (!key && !parse_image_name(image.name)) {
        return;
    }
    const bool is_new =
        image.created && *image.created - listing_.cloud_ahead > now_ - visibility_margin;
    if (under_way_.contains(image.name) || is_new || !is_settled(image)) {
        result_.unsettled = true;
        return;
    }
    Backup* backup = key ? find(*key) : nullptr;
    const bool kin =
        backup != nullptr && backup->place != listing_.place && image.description.empty() &&
        std::ranges::find(backup->copies, image.name, &Copy::name) != backup->copies.end();
    if (!origin && !kin) {
        Finding foreign;
        foreign.kind = FindingKind::foreign;
        foreign.place = listing_.place;
        foreign.object = image.id.text();
        foreign.name = image.name;
        report(
            foreign,
            Mending::none,
            "image " + image.id.text() + where() + " has the name '" + image.name +
                "', but nothing proves that it was made here; it is left alone"
        );
        return;
    }
    judge_ours(image, *key, origin);
}

void Comparer::judge_ours(
    const Image& image, const BackupKey& key, const std::optional<ImageOrigin>& origin
) {
    Backup* const backup = find(key);
    if (backup == nullptr) {
        adopt_backup(image, key, *origin);
        return;
    }
    if (backup->state != BackupState::finished) {
        result_.unsettled = true;
        return;
    }
    Copy* copy = copy_here(*backup);
    if (copy == nullptr) {
        adopt(*backup, new_copy(*backup, image), image, FindingKind::unknown);
        return;
    }
    if (is_second_of(*copy, image)) {
        judge_second(*backup, *copy, image);
    } else if (image.state == ImageState::normal) {
        const bool tried = copy->state == CopyState::failed;
        adopt(*backup, *copy, image, tried ? FindingKind::leftover : FindingKind::unknown);
    } else if (!origin) {
        report(
            finding(FindingKind::leftover, *backup, image),
            Mending::none,
            "image " + image.id.text() + where() + " is " + image.state_word +
                "; nothing but its name says whose it is, delete it by hand"
        );
    } else {
        Copy& left = copy->image.empty() && copy->state == CopyState::failed
                         ? *copy
                         : new_copy(*backup, image);
        left.state = CopyState::failed;
        left.image = image.id;
        left.code = image.state_word;
        left.reason = "left by an attempt that the cloud failed to carry out";
        touch(*backup);
        report(
            finding(FindingKind::leftover, *backup, image),
            Mending::to_be_deleted,
            "image " + image.id.text() + where() + " is " + image.state_word +
                "; retention will delete it"
        );
    }
}

// A copy is asked for once, so a second image of it was most likely asked for by another
// installation, which counts on it. Nothing in it tells, so a person has to.
void Comparer::judge_second(const Backup& backup, const Copy& copy, const Image& image) {
    if (copy.state == CopyState::done && !listed_.contains(copy.image)) {
        result_.unsettled = true;
        return;
    }
    report(
        finding(FindingKind::duplicate, backup, image),
        Mending::none,
        "image " + image.id.text() + where() + " is a second one of " + copy.image.text() + " (" +
            copy.name +
            "); if another installation runs this policy it is that one's, and only one of them "
            "should run; if none does, delete it by hand"
    );
}

void Comparer::adopt(Backup& backup, Copy& copy, const Image& image, FindingKind kind) {
    std::string how = " is ours, and the catalog did not know it; it is a copy of its backup now";
    if (copy.image == image.id && copy.state == CopyState::lost) {
        how = " is there again; it counts as a copy again";
    } else if (copy.image == image.id && copy.state == CopyState::failed) {
        how = " was given up, and is complete after all; it counts as a copy now";
    } else if (copy.image == image.id && copy.code == disks_missing_code) {
        how = " lacked disks when it was made, and has them now; it counts as complete";
    } else if (copy.image == image.id && copy.code == broken_code) {
        how = " is complete again, the cloud says; it counts as a good copy";
    }
    copy.state = CopyState::done;
    copy.image = image.id;
    copy.name = image.name;
    copy.size_gib = size_of(image);
    copy.accepted_at = image.created;
    copy.settled_at = now_;
    copy.deleted_at.reset();
    copy.code = image.disks.size() < 1 + backup.data_disks.size() ? disks_missing_code : "";
    copy.reason.clear();
    if (backup.id != BackupId()) {
        touch(backup);
    }
    report(
        finding(kind, backup, image),
        Mending::adopted,
        "image " + image.id.text() + " (" + image.name + ")" + where() + how
    );
}

void Comparer::adopt_backup(const Image& image, const BackupKey& key, const ImageOrigin& origin) {
    if (image.state != ImageState::normal) {
        Finding found;
        found.kind = FindingKind::leftover;
        found.place = listing_.place;
        found.object = image.id.text();
        found.name = image.name;
        found.policy = key.policy;
        found.instance = key.instance;
        report(
            found,
            Mending::none,
            "image " + image.id.text() + where() + " is " + image.state_word +
                ", and the catalog knows nothing of its backup; delete it if you do not need it"
        );
        return;
    }
    Backup backup = backup_from_cloud(key, origin.disks, listing_.place, policies_);
    backup.os_name = image.os_name;
    std::size_t data = 0;
    for (const ImageDisk& disk : image.disks) {
        if (disk.is_system) {
            backup.system_disk.size_gib = disk.size_gib;
        } else if (data < backup.data_disks.size()) {
            backup.data_disks[data++].size_gib = disk.size_gib;
        }
    }
    Copy* copy = copy_here(backup);
    adopt(backup, copy == nullptr ? new_copy(backup, image) : *copy, image, FindingKind::unknown);
    result_.adopted.push_back(std::move(backup));
}

Backup* Comparer::find(const BackupKey& key) {
    const auto is_it = [&](const Backup& backup) {
        return backup.policy == key.policy && backup.instance == key.instance &&
               backup.due == key.due && backup.place.account == listing_.place.account &&
               !backup.copies.empty();
    };
    const auto known = std::ranges::find_if(known_, is_it);
    if (known != known_.end()) {
        return &*known;
    }
    const auto adopted = std::ranges::find_if(result_.adopted, is_it);
    return adopted == result_.adopted.end() ? nullptr : &*adopted;
}

// The copy that belongs in this place; second images of it come after it.
Copy* Comparer::copy_here(Backup& backup) {
    const auto found = std::ranges::find_if(backup.copies, [&](const Copy& copy) {
        return copy.place == listing_.place &&
               (copy.kind == CopyKind::image || copy.kind == CopyKind::replica);
    });
    return found == backup.copies.end() ? nullptr : &*found;
}

Copy& Comparer::new_copy(Backup& backup, const Image& image) const {
    Copy copy;
    copy.backup = backup.id;
    copy.kind = backup.place == listing_.place ? CopyKind::image : CopyKind::replica;
    copy.place = listing_.place;
    copy.name = image.name;
    copy.image = image.id;
    copy.size_gib = size_of(image);
    copy.accepted_at = image.created;
    copy.settled_at = now_;
    return backup.copies.emplace_back(std::move(copy));
}

}  // namespace cvmbackup::reconcile
