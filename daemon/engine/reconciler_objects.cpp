// Exports: which buckets are looked at, and how.
#include "engine/reconciler.hpp"
#include "rules/export_key.hpp"

#include <algorithm>
#include <iterator>

namespace cvmbackup {

// The buckets of the place that policies name or copies are in, each with the folders to list.
std::vector<ObjectListing> Reconciler::buckets(
    const Place& place, const std::vector<Backup>& with_exports
) const {
    std::map<BucketName, std::set<std::string>> folders;
    for (const Policy& policy : policies_) {
        if (policy.exported && Place{policy.account, policy.region} == place) {
            folders[policy.exported->bucket].insert(top_folder(policy.exported->prefix, policy.name)
            );
        }
    }
    for (const Backup& backup : with_exports) {
        for (const Copy& copy : backup.copies) {
            if (copy.kind == CopyKind::exported && copy.place == place &&
                (copy.state == CopyState::done || copy.state == CopyState::lost)) {
                folders[copy.bucket].insert(top_folder(copy.name, backup.policy));
            }
        }
    }
    std::vector<ObjectListing> listings;
    for (auto& [bucket, names] : folders) {
        ObjectListing listing;
        listing.clock_is_new = is_clock_new();
        listing.bucket = BucketPlace{place.account, place.region, bucket};
        listing.folders.assign(names.begin(), names.end());
        if (names.contains("")) {
            listing.folders = {""};
        }
        listings.push_back(std::move(listing));
    }
    return listings;
}

Task<void> Reconciler::compare_buckets(Place place) {
    const std::vector<Backup> backups = catalog_.with_exports_at(place);
    std::vector<ObjectListing> listings = buckets(place, backups);
    std::vector<BackupId> before(backups.size());
    std::ranges::transform(backups, before.begin(), &Backup::id);
    for (ObjectListing& listing : listings) {
        if (!read_buckets_.contains(listing.bucket)) {
            co_await compare_bucket(std::move(listing), before);
        }
    }
}

Task<void> Reconciler::compare_bucket(ObjectListing listing, std::vector<BackupId> before) {
    const Place place{listing.bucket.account, listing.bucket.region};
    const Instant now = clock_.now();
    const auto fail = [&](const Failure& failure) {
        trouble(place, "bucket " + listing.bucket.bucket.text(), failure);
    };
    for (const std::string& folder : listing.folders) {
        Outcome<std::vector<StoredObject>> objects =
            co_await cloud_.list_objects(listing.bucket, folder);
        if (!objects) {
            fail(objects.error());
            co_return;
        }
        std::ranges::move(*objects, std::back_inserter(listing.objects));
    }
    Comparison comparison =
        compare_objects(listing, known_exports(listing, before), policies_, now);
    if (!comparison.absent_keys.empty()) {
        for (const std::string& key : comparison.absent_keys) {
            const Outcome<std::optional<StoredObject>> object =
                co_await cloud_.head_object(listing.bucket, key);
            if (!object) {
                fail(object.error());
                co_return;
            }
            if (*object) {
                listing.objects.push_back(**object);
            }
        }
        comparison = compare_objects(listing, known_exports(listing, before), policies_, now);
    }
    read_buckets_.insert(listing.bucket);
    apply(std::move(comparison), place);
}

// The backups with exports in the place, those that the objects claim, and those that had some
// before the list was asked for, as they are now.
std::vector<Backup> Reconciler::known_exports(
    const ObjectListing& listing, const std::vector<BackupId>& before
) const {
    std::vector<Backup> backups;
    std::set<BackupId> ids;
    std::set<BackupKey> keys;
    const auto add = [&](Backup backup) {
        if (ids.insert(backup.id).second) {
            keys.insert(key_of(backup));
            backups.push_back(std::move(backup));
        }
    };
    const Place place{listing.bucket.account, listing.bucket.region};
    std::ranges::for_each(catalog_.with_exports_at(place), add);
    for (const BackupId id : before) {
        if (!ids.contains(id)) {
            add(*catalog_.backup(id));
        }
    }
    for (const BackupKey& key : claimed_backups(listing, policies_)) {
        if (!keys.contains(key)) {
            std::ranges::for_each(catalog_.backups_due(key.policy, key.instance, key.due), add);
        }
    }
    return backups;
}

}  // namespace cvmbackup
