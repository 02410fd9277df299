#include "copy_book.hpp"

#include <algorithm>

namespace cvmbackup::simulation {

namespace {

// "cb-web-ins-aaaaaaa1-20270104T021500Z-2" without the attempt.
std::string without_attempt(const std::string& name) {
    return name.substr(0, name.rfind('-'));
}

bool is_live(const cloudsim::Image& image) {
    return image.state != "CREATEFAILED";
}

// A deletion that was begun before an image got another name may still end.
constexpr Duration longest_deletion = std::chrono::hours(2);

}  // namespace

std::string words(const Copy& copy) {
    return std::string(to_text(copy.kind)) + " " + copy.name + " in " + copy.place.region.text();
}

CopyBook::CopyBook(cloudsim::Cloud& cloud, Catalog& catalog, const PinBook& pins, Marks& marks)
    : cloud_(cloud)
    , catalog_(&catalog)
    , pins_(pins)
    , marks_(marks) {}

const cloudsim::Image* CopyBook::image(const std::string& id) const {
    const auto found = cloud_.state().images.find(id);
    return found == cloud_.state().images.end() ? nullptr : &found->second;
}

void CopyBook::arriving(bool deletes) {
    images_before_.clear();
    keys_before_.clear();
    if (!deletes) {
        return;
    }
    for (const auto& [id, each] : cloud_.state().images) {
        images_before_.emplace_hint(images_before_.end(), id, each.name);
    }
    for (const auto& [name, bucket] : cloud_.state().buckets) {
        for (const auto& [key, versions] : bucket.objects) {
            if (!versions.back().is_delete_marker) {
                keys_before_.emplace_hint(keys_before_.end(), name, key);
            }
        }
    }
}

void CopyBook::acted(const cloudsim::RequestRecord& record) {
    if (record.fault == "task-done-vanishes") {
        will_vanish(record);
    }
    if (record.action == "CreateImage" || record.action == "SyncImages") {
        made(record);
    } else if (record.action == "DeleteImages" && record.is_late) {
        deleted_late();
    } else if (record.action == "DeleteImages") {
        deleted_images(record.time);
    } else if (record.action == "ExportImages") {
        export_begun(record);
    } else if (record.action == "cos:DeleteObject") {
        deleted_objects();
    }
}

void CopyBook::made(const cloudsim::RequestRecord& record) {
    for (const cloudsim::TaskRecord& task : record.tasks) {
        const cloudsim::Image* made = image(task.image);
        if (made == nullptr) {
            continue;
        }
        check_intended(record.action, made->name);
        for (const auto& [id, other] : ours_) {
            const cloudsim::Image* present = image(id);
            if (present != nullptr && is_live(*present) && other.region == made->region &&
                without_attempt(other.name) == without_attempt(made->name)) {
                throw Broken{
                    2,
                    made->id + " doubles " + id + ": both are " + other.name + " in " +
                        other.region};
            }
        }
        ours_[task.image] = Ours{made->name, made->region};
    }
    std::erase_if(ours_, [&](const auto& each) { return image(each.first) == nullptr; });
}

// The catalog must have known before the cloud did.
void CopyBook::check_intended(const std::string& what, const std::string& name) const {
    const bool is_intended = std::ranges::any_of(copies_, [&](const auto& each) {
        const Known& known = each.second;
        return known.state == CopyState::intended && known.kind != CopyKind::exported &&
               known.name == name;
    });
    if (!is_intended && !names_before_.contains(name)) {
        throw Broken{
            2, what + " was called for " + name + ", which no intent in the catalog names"};
    }
}

void CopyBook::deleted_images(Instant true_now) {
    for (const auto& [id, name] : images_before_) {
        if (image(id) != nullptr) {
            continue;
        }
        if (!ours_.contains(id)) {
            throw Broken{4, "the image " + id + " (" + name + ") is not ours and was deleted"};
        }
        const auto renamed = renamed_.find(id);
        if (renamed != renamed_.end() && true_now - renamed->second > longest_deletion) {
            throw Broken{
                4, "the image " + id + " was deleted, though somebody had named it " + name};
        }
        const auto copy = copy_of_image_.find(id);
        if (copy == copy_of_image_.end() && good_before_.contains(id)) {
            throw Broken{
                4, "the image " + id + " was good before the catalog was lost, and was deleted"};
        }
        if (copy == copy_of_image_.end()) {
            continue;  // a duplicate or a failed attempt, not yet or no longer in the catalog
        }
        const Known& known = copies_.at(copy->second);
        if (known.state == CopyState::done) {
            throw Broken{4, "the image " + id + " (" + name + ") was deleted without an intent"};
        }
        const bool needed = std::ranges::any_of(copies_, [&](const auto& other) {
            return other.second.backup == known.backup && in_flight(other.second.state);
        });
        if (needed && known.kind == CopyKind::image && known.state == CopyState::deleting) {
            throw Broken{
                4,
                "the image " + id + " (" + name +
                    ") was deleted while a copy of it was being made"};
        }
    }
}

// Nobody has looked right before; what was asked for then must still be what may go.
void CopyBook::deleted_late() const {
    for (const auto& [id, known] : copies_) {
        const bool counts = known.kind != CopyKind::exported && known.state == CopyState::done;
        if (counts && image(known.image) == nullptr && !is_gone_without_us(known.image)) {
            throw Broken{
                4,
                "the image " + known.image + " (" + known.name +
                    ") was deleted late, and is still needed"};
        }
    }
}

void CopyBook::committed(
    const Changes& changes, const std::vector<Policy>& policies, Instant true_now
) {
    cloud_.advance(true_now);
    if (!changes.backups.empty()) {
        needed_.clear();
    }
    const auto take = [&](const Copy& copy, const Backup* backup) {
        const Known before = copies_[copy.id];
        if (copy.state == CopyState::done && before.state != CopyState::done) {
            check_done(copy, backup);
        }
        if (copy.state == CopyState::deleting && before.state != CopyState::deleting) {
            check_expired(copy, before, policies);
        }
        if (copy.code == "ObjectsTooSmall" && before.state == CopyState::accepted) {
            marks_.hit("export of broken objects given up");
        }
        if (copy.state == CopyState::lost && before.state != CopyState::lost) {
            check_lost(copy);
        }
        if (copy.state == CopyState::deleted && before.state != CopyState::deleted &&
            copy.kind != CopyKind::exported && image(copy.image.text()) != nullptr) {
            throw Broken{5, words(copy) + " is said to be deleted, and is there"};
        }
        keep(copy);
    };
    for (const Backup& backup : changes.backups) {
        policy_of_[backup.id] = backup.policy;
        for (const Copy& copy : backup.copies) {
            take(copy, &backup);
        }
        check_good(backup);
    }
    for (const Copy& copy : changes.copies) {
        take(copy, nullptr);
    }
}

// Retention may have deleted of it since it ended.
void CopyBook::check_good(const Backup& backup) {
    if (backup.state != BackupState::finished) {
        return;
    }
    const bool is_new = ended_.insert(backup.id).second;
    for (const Copy& copy : backup.copies) {
        const bool expired =
            !is_new && (copy.state == CopyState::deleting || copy.state == CopyState::deleted);
        const bool is_left_over =
            copy.state == CopyState::failed &&
            std::ranges::any_of(backup.copies, [&](const Copy& other) {
                return &other < &copy && other.kind == copy.kind && other.place == copy.place;
            });
        if (backup.good && copy.state != CopyState::done && copy.state != CopyState::skipped &&
            !expired && !is_left_over) {
            throw Broken{
                3,
                "backup " + std::to_string(backup.id.value()) + " is good, but " + words(copy) +
                    " is " + to_text(copy.state)};
        }
    }
}

void CopyBook::check_done(const Copy& copy, const Backup* backup) const {
    if (copy.kind == CopyKind::exported) {
        return check_exported(copy, backup);
    }
    const cloudsim::Image* there = image(copy.image.text());
    const bool has_vanished = there == nullptr && has_just_vanished(fleeting_, copy.image.text());
    if (taken_away_.contains(copy.image.text()) || has_vanished) {
        return;
    }
    if (there == nullptr || (there->state != "NORMAL" && there->state != "SYNCING")) {
        throw Broken{
            3,
            words(copy) + " is said to be there, but the cloud has it " +
                (there == nullptr ? "not at all" : there->state)};
    }
    const bool mine = ours_.contains(there->id) && there->name == copy.name &&
                      there->region == copy.place.region.text() &&
                      (backup == nullptr || there->instance_id == backup->instance.text());
    if (!mine) {
        throw Broken{
            3,
            words(copy) + " is said to be " + there->id + ", which is " + there->name + " of " +
                there->instance_id};
    }
    const std::size_t disks = backup == nullptr ? 1 : backup->data_disks.size() + 1;
    if (copy.code.empty() && copy.kind == CopyKind::image && there->disks.size() < disks) {
        throw Broken{3, words(copy) + " lacks disks and is said to be complete"};
    }
}

void CopyBook::check_lost(const Copy& copy) const {
    const cloudsim::Image* there = image(copy.image.text());
    if (copy.kind != CopyKind::exported && there != nullptr && there->state == "NORMAL") {
        throw Broken{5, words(copy) + " is said to be lost, and is there"};
    }
    marks_.hit("copy found to be lost");
    mark_vanished(copy);
}

void CopyBook::keep(const Copy& copy) {
    if (copy.state == CopyState::deleted) {
        if (copy.kind != CopyKind::exported) {
            copy_of_image_.erase(copy.image.text());
            taken_away_.erase(copy.image.text());
            renamed_.erase(copy.image.text());
        }
        for (const StoredObject& object : copy.objects) {
            copy_of_key_.erase(object.key);
        }
        copies_.erase(copy.id);
        return;
    }
    Known& known = copies_[copy.id];
    known.backup = copy.backup;
    known.kind = copy.kind;
    known.state = copy.state;
    known.image = copy.image.text();
    known.name = copy.name;
    known.bucket = copy.bucket.text();
    if (!known.image.empty() && copy.kind != CopyKind::exported) {
        copy_of_image_[known.image] = copy.id;
        good_before_.erase(known.image);
    }
    known.keys.clear();
    for (const StoredObject& object : copy.objects) {
        copy_of_key_[object.key] = copy.id;
        known.keys.insert(object.key);
    }
}

void CopyBook::taken_away(const std::string& image) {
    taken_away_[image] = cloud_.state().now;
}

void CopyBook::renamed(const std::string& image, Instant true_now) {
    renamed_.emplace(image, true_now);
}

bool CopyBook::is_kept(const std::string& image) const {
    const auto copy = copy_of_image_.find(image);
    return copy != copy_of_image_.end() && copies_.at(copy->second).state == CopyState::done;
}

std::optional<std::string> CopyBook::some_image(std::uint64_t how) const {
    std::vector<std::string> candidates;
    for (const auto& [id, what] : ours_) {
        const cloudsim::Image* each = image(id);
        if (each != nullptr && each->state == "NORMAL" && each->copies_running == 0 &&
            each->exports_running == 0 && copy_of_image_.contains(id)) {
            candidates.push_back(id);
        }
    }
    if (candidates.empty()) {
        return std::nullopt;
    }
    return candidates[how % candidates.size()];
}

}  // namespace cvmbackup::simulation
