// Exports: what the catalog says of one bucket against the objects that are there.
#include "rules/backup_machine.hpp"
#include "rules/backup_result.hpp"
#include "rules/export_key.hpp"
#include "rules/reconcile.hpp"

#include <algorithm>

namespace cvmbackup {

namespace {

// Calls `take` with each object whose key a policy that exports to the bucket would have given it.
template <class Take>
void for_each_key(const ObjectListing& listing, const std::vector<Policy>& policies, Take take) {
    for (const Policy& policy : policies) {
        if (!policy.exported || policy.account != listing.bucket.account ||
            policy.region != listing.bucket.region ||
            policy.exported->bucket != listing.bucket.bucket) {
            continue;
        }
        const ExportKeyReader reader(policy.name, policy.exported->prefix);
        for (const StoredObject& object : listing.objects) {
            if (const std::optional<ExportKey> key = reader.read(object.key)) {
                take(BackupKey{policy.name, key->instance, key->due}, *key, object);
            }
        }
    }
}

class ObjectComparer {
public:
    ObjectComparer(
        const ObjectListing& listing,
        const std::vector<Backup>& known,
        const std::vector<Policy>& policies,
        Instant now
    )
        : listing_(listing)
        , policies_(policies)
        , now_(now)
        , known_(known) {
        for (const StoredObject& object : listing.objects) {
            listed_.emplace(object.key, &object);
        }
    }

    Comparison run() {
        for (Backup& backup : known_) {
            for (Copy& copy : backup.copies) {
                judge_copy(backup, copy);
            }
        }
        for (auto& [key, objects] : unknown_exports()) {
            judge_unknown(key.first, key.second, std::move(objects));
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

private:
    // Which backup, and the prefix and image of the export.
    using Key = std::pair<BackupKey, std::pair<std::string, ImageId>>;

    bool is_here(const Copy& copy) const {
        return copy.kind == CopyKind::exported && copy.bucket == listing_.bucket.bucket &&
               copy.place == Place{listing_.bucket.account, listing_.bucket.region};
    }

    bool was_listed(const std::string& name) const {
        return std::ranges::any_of(listing_.folders, [&](const std::string& folder) {
            return name.starts_with(folder);
        });
    }

    // No list tells whether an export is still being written.
    bool is_written(const BackupKey& key) const { return key.due <= now_ - export_patience; }

    void judge_copy(Backup& backup, Copy& copy);
    std::vector<StoredObject> as_listed(const Copy& copy) const;
    void take_in(const Backup& backup, Copy& copy, std::vector<StoredObject> objects) const;
    std::map<Key, std::vector<StoredObject>> unknown_exports() const;
    void judge_unknown(
        const BackupKey& key,
        const std::pair<std::string, ImageId>& what,
        std::vector<StoredObject> objects
    );
    Backup& find_or_make(const BackupKey& key, int disks);
    Copy& copy_here(Backup& backup) const;
    void report(const Backup& backup, const Copy& copy, Finding finding);

    const ObjectListing& listing_;
    const std::vector<Policy>& policies_;
    Instant now_;
    std::vector<Backup> known_;
    std::map<std::string, const StoredObject*> listed_;
    std::set<std::string> prefixes_;  // of copies that are there or under way
    std::set<BackupId> changed_;
    Comparison result_;
};

void ObjectComparer::report(const Backup& backup, const Copy& copy, Finding finding) {
    finding.place = copy.place;
    finding.bucket = copy.bucket;
    finding.name = copy.name;
    finding.policy = backup.policy;
    finding.instance = backup.instance;
    finding.backup = backup.id;
    result_.findings.push_back(std::move(finding));
}

void ObjectComparer::judge_copy(Backup& backup, Copy& copy) {
    if (!is_here(copy)) {
        return;
    }
    const bool finished = backup.state == BackupState::finished;
    // The list may be older than a deletion.
    const bool just_deleted = copy.state == CopyState::deleted &&
                              is_young(copy.deleted_at.value_or(now_), now_, listing_.clock_is_new);
    if (in_flight(copy.state) || copy.state == CopyState::done ||
        copy.state == CopyState::deleting || !finished || just_deleted) {
        prefixes_.insert(copy.name);
    }
    const bool young = copy.settled_at && is_young(*copy.settled_at, now_, listing_.clock_is_new);
    const bool given_up = copy.state == CopyState::failed &&
                          (copy.code == overdue_code || copy.code == too_small_code);
    if (!finished || young || !was_listed(copy.name) || copy.objects.empty() ||
        (copy.state != CopyState::done && copy.state != CopyState::lost && !given_up)) {
        return;
    }
    std::vector<std::string> absent;
    for (const StoredObject& object : copy.objects) {
        if (!listed_.contains(object.key)) {
            absent.push_back(object.key);
        }
    }
    Finding finding;
    finding.kind = FindingKind::missing;
    const bool all_there =
        absent.empty() && why_too_small(expected_export(backup, copy), as_listed(copy)).empty();
    if (copy.state == CopyState::lost && all_there) {
        copy.state = CopyState::done;
        copy.code.clear();
        copy.reason.clear();
        finding.mending = Mending::adopted;
        finding.text = "export " + copy.name + " is there again; it counts as a copy again";
    } else if (given_up && all_there && is_written(key_of(backup)) &&
               copy.objects.size() >= 1 + backup.data_disks.size()) {
        take_in(backup, copy, as_listed(copy));
        finding.kind = FindingKind::leftover;
        finding.mending = Mending::adopted;
        finding.text = "export " + copy.name +
                       " was given up, and is complete after all; it counts as a copy now";
    } else if (copy.state == CopyState::done && !absent.empty() && copy.code.empty()) {
        const bool all = absent.size() == copy.objects.size();
        result_.absent_keys.insert(result_.absent_keys.end(), absent.begin(), absent.end());
        finding.mending = Mending::marked;
        finding.object = absent.front();
        finding.text = "export " + copy.name + " in bucket " + copy.bucket.text() + " lacks " +
                       std::to_string(absent.size()) + " of its " +
                       std::to_string(copy.objects.size()) +
                       " objects; it no longer counts as a good copy";
        copy.state = all ? CopyState::lost : CopyState::done;
        copy.code = all ? "Missing" : objects_missing_code;
        copy.reason =
            "the bucket did not have " + absent.front() + " any more at " + to_rfc3339(now_);
    } else {
        return;
    }
    changed_.insert(backup.id);
    report(backup, copy, std::move(finding));
}

std::map<ObjectComparer::Key, std::vector<StoredObject>> ObjectComparer::unknown_exports() const {
    std::map<Key, std::vector<StoredObject>> found;
    for_each_key(
        listing_,
        policies_,
        [&](const BackupKey& backup, const ExportKey& key, const StoredObject& object) {
            if (!prefixes_.contains(key.prefix)) {
                found[{backup, {key.prefix, key.image}}].push_back(object);
            }
        }
    );
    return found;
}

Backup& ObjectComparer::find_or_make(const BackupKey& key, int disks) {
    const auto is_it = [&](const Backup& backup) {
        return backup.policy == key.policy && backup.instance == key.instance &&
               backup.due == key.due && backup.place.account == listing_.bucket.account &&
               !backup.copies.empty();
    };
    if (const auto known = std::ranges::find_if(known_, is_it); known != known_.end()) {
        return *known;
    }
    const auto adopted = std::ranges::find_if(result_.adopted, is_it);
    if (adopted != result_.adopted.end()) {
        return *adopted;
    }
    const Place place{listing_.bucket.account, listing_.bucket.region};
    return result_.adopted.emplace_back(backup_from_cloud(key, disks, place, policies_));
}

Copy& ObjectComparer::copy_here(Backup& backup) const {
    const auto found =
        std::ranges::find_if(backup.copies, [&](const Copy& copy) { return is_here(copy); });
    if (found != backup.copies.end()) {
        return *found;
    }
    Copy copy;
    copy.backup = backup.id;
    copy.kind = CopyKind::exported;
    copy.place = Place{listing_.bucket.account, listing_.bucket.region};
    copy.bucket = listing_.bucket.bucket;
    copy.state = CopyState::cancelled;
    return backup.copies.emplace_back(std::move(copy));
}

std::vector<StoredObject> ObjectComparer::as_listed(const Copy& copy) const {
    std::vector<StoredObject> objects;
    for (const StoredObject& object : copy.objects) {
        if (const auto listed = listed_.find(object.key); listed != listed_.end()) {
            objects.push_back(*listed->second);
        }
    }
    return objects;
}

void ObjectComparer::take_in(const Backup& backup, Copy& copy, std::vector<StoredObject> objects)
    const {
    std::int64_t bytes = 0;
    for (const StoredObject& object : objects) {
        bytes += object.size_bytes;
    }
    copy.state = CopyState::done;
    copy.size_gib = (bytes + (1LL << 30) - 1) >> 30;
    copy.settled_at = now_;
    copy.deleted_at.reset();
    copy.code = objects.size() < 1 + backup.data_disks.size() ? objects_missing_code : "";
    copy.reason = why_too_small(expected_export(backup, copy), objects);
    if (!copy.reason.empty()) {
        copy.code = too_small_code;
    }
    copy.objects = std::move(objects);
}

void ObjectComparer::judge_unknown(
    const BackupKey& key,
    const std::pair<std::string, ImageId>& what,
    std::vector<StoredObject> objects
) {
    Instant& made = result_.made[key.policy];
    made = std::max(made, key.due);
    if (!is_written(key)) {
        result_.unsettled = true;
        return;
    }
    Backup& backup = find_or_make(key, static_cast<int>(objects.size()));
    Copy& copy = copy_here(backup);
    if (backup.state != BackupState::finished || copy.state == CopyState::done ||
        in_flight(copy.state)) {
        return;
    }
    if (copy.state == CopyState::deleted || copy.state == CopyState::lost) {
        copy.intended_at.reset();  // somebody put them there, which is no doing of ours
    }
    copy.name = what.first;
    copy.image = what.second;
    take_in(backup, copy, std::move(objects));
    Finding finding;
    finding.mending = Mending::adopted;
    finding.object = copy.objects.front().key;
    finding.text = "export " + copy.name + " in bucket " + copy.bucket.text() +
                   " is ours, and the catalog did not know it; it is a copy of its backup now";
    if (backup.id != BackupId()) {
        changed_.insert(backup.id);
    }
    report(backup, copy, std::move(finding));
}

}  // namespace

std::set<BackupKey> claimed_backups(
    const ObjectListing& listing, const std::vector<Policy>& policies
) {
    std::set<BackupKey> keys;
    for_each_key(
        listing,
        policies,
        [&](const BackupKey& backup, const ExportKey&, const StoredObject&) { keys.insert(backup); }
    );
    return keys;
}

Comparison compare_objects(
    const ObjectListing& listing,
    const std::vector<Backup>& known,
    const std::vector<Policy>& policies,
    Instant now
) {
    return ObjectComparer(listing, known, policies, now).run();
}

}  // namespace cvmbackup
