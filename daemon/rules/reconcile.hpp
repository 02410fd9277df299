// Compares what the catalog says of one account and region with a full list of the images there.
//
// Nothing younger than the visibility margin is missing or unknown, for lists lag; nothing that the
// catalog works on (its backup is unfinished, or the name is that of a call under way) is judged.
// An image is proven ours by its name and its description together, or, where the cloud gave a
// replica no description, by a name that the catalog knows. What is not proven is only shown.
//
// What may be done is done to the catalog alone: a missing copy becomes `lost` and counts for
// nothing; one that is back counts again, and so does one that was given up and is complete after
// all; what is ours and unknown becomes a copy of its backup; a failed image becomes a left-over,
// which retention deletes with the checks it always makes. A second image of one copy is shown.
#pragma once

#include "model/finding.hpp"
#include "model/policy.hpp"

#include <map>
#include <optional>
#include <set>
#include <vector>

namespace cvmbackup {

constexpr Duration visibility_margin = std::chrono::minutes(30);
// No single list is believed: an image that one lacks is asked for by its id after so long.
constexpr Duration second_look = std::chrono::minutes(1);

// Whether lists may not show yet what the catalog stamped then. A stamp of the future is of a clock
// that was wrong: it may be of a moment ago while the clock is new, which it is for the margin
// after it was set, or after a start.
inline bool is_young(Instant stamp, Instant now, bool clock_is_new) {
    const bool may_be_old = !clock_is_new && stamp > now + visibility_margin;
    return stamp > now - visibility_margin && !may_be_old;
}

// Which backup an image claims to belong to.
struct BackupKey {
    PolicyName policy;
    InstanceId instance;
    Instant due{};

    auto operator<=>(const BackupKey&) const = default;
};

// Given up because it took too long or could not be read, and now there under its name. It may lack
// disks, also because the list does not show them yet: then it counts as incomplete until it does.
bool is_complete_after_all(const Copy& copy, const Image& image);
// The cloud called it failed, and takes that back.
bool is_whole_again(const Copy& copy, const Image& image);
// The cloud calls it failed, which the catalog does not know.
bool is_newly_broken(const Copy& copy, const Image& image);

BackupKey key_of(const Backup& backup);
std::optional<BackupKey> claimed_backup(const Image& image, const std::vector<Policy>& policies);

struct ImageListing {
    Place place;
    std::vector<Image> images;
    Duration cloud_ahead{0};  // how far the clock that dates images is ahead of this machine's
    bool clock_is_new = true;
};

// The objects of these folders of a bucket ("" is all of it).
struct ObjectListing {
    BucketPlace bucket;
    std::vector<std::string> folders;
    std::vector<StoredObject> objects;
    bool clock_is_new = true;
};

// By the keys of its objects, as the policies that export there name them.
std::set<BackupKey> claimed_backups(
    const ObjectListing& listing, const std::vector<Policy>& policies
);

struct Comparison {
    std::vector<Finding> findings;
    std::vector<Backup> changed;  // rows of the catalog; copies without a number are new
    std::vector<Backup> adopted;  // new backups, without numbers and without a run
    bool unsettled = false;       // something of ours was too young to be judged
    // Ids of copies that the list lacks: to be asked for by id before they count as missing.
    std::vector<ImageId> absent;
    std::vector<std::string> absent_keys;  // the same for objects
    // The newest due time of our images, whatever their state: these firings were made.
    std::map<PolicyName, Instant> made;
};

// `known`: the backups with images in this place, and those that the images there claim.
Comparison compare_images(
    const ImageListing& listing,
    const std::vector<Backup>& known,
    const std::vector<Policy>& policies,
    Instant now
);

// Exports. An unknown one is ours if its keys are of the documented form under the policy's own
// prefix; one younger than export_patience may still be written, and is left for later, and so is
// one that was given up, which counts when all its objects are there. `known`: the backups with
// exports in this place, and those that the objects there claim.
Comparison compare_objects(
    const ObjectListing& listing,
    const std::vector<Backup>& known,
    const std::vector<Policy>& policies,
    Instant now
);

// What a backup found in the cloud looks like before any of its copies is known.
Backup backup_from_cloud(
    const BackupKey& key, int disks, const Place& place, const std::vector<Policy>& policies
);

}  // namespace cvmbackup
