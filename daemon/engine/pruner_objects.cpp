// Exports are deleted by the keys of their objects. So they are looked at before: what somebody put
// in an object's place since is not ours, and what should stay must be there.
#include "engine/pruner.hpp"
#include "rules/export_objects.hpp"

#include <algorithm>

namespace cvmbackup {

namespace {

// Of an export that was never complete, only the keys may be known.
bool differs(const StoredObject& recorded, const StoredObject& there) {
    return !recorded.etag.empty() &&
           (there.etag != recorded.etag || there.size_bytes != recorded.size_bytes);
}

// Copied onto itself, to another storage class, say: that changes the ETag alone.
bool is_same_content(const StoredObject& recorded, const StoredObject& there) {
    return !recorded.crc64.empty() && there.crc64 == recorded.crc64 &&
           there.size_bytes == recorded.size_bytes;
}

}  // namespace

// Those that lack an object.
Task<Outcome<std::vector<Copy>>> Pruner::missing_of(
    std::vector<Copy> exports, InstanceId instance
) {
    const BucketPlace bucket = bucket_of(exports.front());
    std::set<std::string> there;
    for (const std::string& prefix : prefixes_to_list(exports, instance)) {
        const Outcome<std::vector<StoredObject>> objects =
            co_await cloud_.list_objects(bucket, prefix);
        if (!objects) {
            co_return objects.error();
        }
        for (const StoredObject& object : *objects) {
            there.insert(object.key);
        }
    }
    std::vector<Copy> missing;
    for (const Copy& copy : exports) {
        for (const StoredObject& object : copy.objects) {
            if (there.contains(object.key)) {
                continue;
            }
            const Outcome<std::optional<StoredObject>> head =
                co_await cloud_.head_object(bucket, object.key);
            if (!head) {
                co_return head.error();
            }
            if (!*head) {
                missing.push_back(copy);
                break;
            }
        }
    }
    co_return missing;
}

Task<bool> Pruner::delete_exports(Exports exports, int generation) {
    if (exports.expired.empty()) {
        co_return true;
    }
    const PolicyName policy = exports.expired.front().policy;
    if (stopping_ || stale(policy, generation)) {
        co_return true;
    }
    const InstanceId instance = exports.expired.front().instance;
    Outcome<std::vector<Copy>> missing = std::vector<Copy>();
    if (!exports.staying.empty()) {
        missing = co_await missing_of(std::move(exports.staying), instance);
    }
    bool all_read = missing && missing->empty();
    for (Expired& each : exports.expired) {
        if (stopping_ || stale(policy, generation)) {
            co_return true;
        }
        if (!missing) {
            postpone(std::move(each), missing.error());
        } else if (missing->empty()) {
            const bool read = co_await delete_objects(std::move(each), generation);
            all_read = all_read && read;
        }
    }
    if (missing && !missing->empty()) {
        const Copy& first = missing->front();
        const std::string why = "no export of " + instance.text() + " in bucket " +
                                first.bucket.text() + " is deleted: export " + first.name +
                                " should stay, and not all of its objects are there";
        wait_for_comparison(*missing, why, policy, instance);
    }
    co_return all_read;
}

Task<Outcome<Pruner::Listed>> Pruner::list_objects(Copy copy) {
    const BucketPlace bucket = bucket_of(copy);
    const Outcome<std::vector<StoredObject>> objects =
        co_await cloud_.list_objects(bucket, copy.name);
    if (!objects) {
        co_return objects.error();
    }
    Listed listed;
    for (const StoredObject& recorded : copy.objects) {
        const auto there = std::ranges::find(*objects, recorded.key, &StoredObject::key);
        if (there == objects->end()) {
            listed.all_there = false;
            continue;
        }
        if (!differs(recorded, *there)) {
            continue;
        }
        const Outcome<std::optional<StoredObject>> head =
            co_await cloud_.head_object(bucket, recorded.key);
        if (!head) {
            co_return head.error();
        }
        if (*head && !is_same_content(recorded, **head)) {
            listed.replaced = recorded.key;
            break;
        }
    }
    co_return listed;
}

Task<bool> Pruner::delete_objects(Expired expired, int generation) {
    const Duration looked_at = clock_.steady_now();
    const Outcome<Listed> listed = co_await list_objects(expired.copy);
    if (stopping_ || stale(expired.policy, generation)) {
        co_return true;
    }
    if (!listed) {
        postpone(std::move(expired), listed.error());
        co_return false;
    }
    if (!listed->replaced.empty()) {
        refuse_replaced(expired, listed->replaced);
        co_return true;
    }
    if (is_half_done(expired) && listed->all_there) {
        judge_anew(std::move(expired), looked_at);
        co_return true;
    }
    std::vector<Expired> one{std::move(expired)};
    set_state(one, CopyState::deleting);
    const Copy copy = one.front().copy;
    const BucketPlace bucket = bucket_of(copy);
    for (const StoredObject& object : copy.objects) {
        const Outcome<void> gone = co_await cloud_.delete_object(bucket, object.key);
        if (!gone) {
            postpone(std::move(one.front()), gone.error());
            co_return true;
        }
    }
    set_state(one, CopyState::deleted);
    co_return true;
}

void Pruner::refuse_replaced(const Expired& expired, const std::string& key) {
    observer_.observe(Notice{
        Notice::Level::error,
        "the object " + key + " in bucket " + expired.copy.bucket.text() +
            " is not the one that was exported: something else was put in its place; export " +
            expired.copy.name + " is left alone as long as it is there",
        expired.policy,
        expired.instance});
}

}  // namespace cvmbackup
