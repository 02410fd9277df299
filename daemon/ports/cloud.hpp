// What the engine asks of the cloud, in the daemon's words. Implementations page, sign, pace and
// retry reads; a changing call is made exactly once per request and never repeated inside.
//
// Fence: a changing call is signed at most `signing_max` after it was handed over, or it fails
// unsent with Remedy::retry_later. The cloud refuses a signature older than 300 s
// (AuthFailure.SignatureExpire), so a lost call cannot begin to run after that.
#pragma once

#include "model/cloud_objects.hpp"
#include "model/failure.hpp"
#include "model/requests.hpp"
#include "ports/clock.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cvmbackup {

constexpr Duration signing_max = std::chrono::seconds(60);
constexpr std::size_t ids_per_call = 100;  // DescribeImages, DescribeInstances: Limit

struct ImageQuota {
    int limit = 0;
    int used = 0;
};

struct Identity {
    std::string account_uin;
    std::string user_uin;
};

class Cloud {
public:
    virtual ~Cloud() = default;

    // Waits until the limiter lets one such call go. Call it, commit the intent, then make the
    // call: the queue for the limiter stays outside of the fence.
    virtual Task<void> turn(Place place, Change change) = 0;

    virtual Task<Outcome<ImageId>> create_image(Place place, CreateImageRequest request) = 0;
    // In the source's region. May answer fewer images than destinations asked for.
    virtual Task<Outcome<std::vector<SyncedImage>>> sync_image(
        Place place, SyncImageRequest request
    ) = 0;
    // Keys as the cloud promises them, without a leading slash; they exist when it has finished.
    virtual Task<Outcome<std::vector<std::string>>> export_image(
        Place place, ExportImageRequest request
    ) = 0;
    // Images with their snapshots; all or none.
    virtual Task<Outcome<void>> delete_images(Place place, std::vector<ImageId> images) = 0;

    // From STOPPED only; that it runs is seen later.
    virtual Task<Outcome<void>> start_instance(Place place, InstanceId instance) = 0;

    virtual Task<Outcome<std::vector<Instance>>> instances(Place place, InstanceQuery query) = 0;
    // By id, at most ids_per_call; unknown ids are simply absent from the answer.
    virtual Task<Outcome<std::vector<Image>>> images(Place place, std::vector<ImageId> ids) = 0;
    // Own custom images with exactly one of these names, of which there are at most five
    // (DescribeImages, Filter.Values).
    virtual Task<Outcome<std::vector<Image>>> images_named(
        Place place, std::vector<std::string> names
    ) = 0;
    // All own custom images of the place, in order of their ids. Any list that moves while its
    // pages are read is read again; whatever was seen counts. One that never shows as many as there
    // are fails.
    virtual Task<Outcome<std::vector<Image>>> own_images(Place place) = 0;
    virtual Task<Outcome<std::vector<std::string>>> image_shares(Place place, ImageId image) = 0;
    virtual Task<Outcome<ImageQuota>> image_quota(Place place) = 0;
    virtual Task<Outcome<Identity>> identity(AccountName account) = 0;
    // How far the cloud's clock is ahead of this machine's, as little as its last answer allows;
    // nothing before the first one.
    virtual std::optional<Duration> clock_ahead(const AccountName& account) const = 0;

    // Nothing if the object does not exist.
    virtual Task<Outcome<std::optional<StoredObject>>> head_object(
        BucketPlace bucket, std::string key
    ) = 0;
    virtual Task<Outcome<std::vector<StoredObject>>> list_objects(
        BucketPlace bucket, std::string prefix
    ) = 0;
    // Deleting what is not there succeeds.
    virtual Task<Outcome<void>> delete_object(BucketPlace bucket, std::string key) = 0;
    // Fails with code "NoSuchBucket" (text names the right region if the cloud tells it).
    virtual Task<Outcome<void>> head_bucket(BucketPlace bucket) = 0;
};

}  // namespace cvmbackup
