// Exports are deleted by the keys of their objects. So they are looked at before: what somebody put
// in an object's place since is not ours.
#include "engine/pruner.hpp"

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

// The key of an object that is not the one which was recorded; none if all are, or are gone.
Task<Outcome<std::optional<std::string>>> Pruner::replaced_object(Copy copy) {
    const BucketPlace bucket{copy.place.account, copy.place.region, copy.bucket};
    const Outcome<std::vector<StoredObject>> listed =
        co_await cloud_.list_objects(bucket, copy.name);
    if (!listed) {
        co_return listed.error();
    }
    for (const StoredObject& recorded : copy.objects) {
        const auto there = std::ranges::find(*listed, recorded.key, &StoredObject::key);
        if (there == listed->end() || !differs(recorded, *there)) {
            continue;
        }
        const Outcome<std::optional<StoredObject>> head =
            co_await cloud_.head_object(bucket, recorded.key);
        if (!head) {
            co_return head.error();
        }
        if (*head && !is_same_content(recorded, **head)) {
            co_return std::optional<std::string>(recorded.key);
        }
    }
    co_return std::optional<std::string>();
}

Task<void> Pruner::delete_objects(Expired expired, int generation) {
    const Outcome<std::optional<std::string>> replaced = co_await replaced_object(expired.copy);
    if (stopping_ || stale(expired.policy, generation)) {
        co_return;
    }
    if (!replaced) {
        postpone(std::move(expired), replaced.error());
        co_return;
    }
    if (*replaced) {
        refuse_replaced(expired, **replaced);
        co_return;
    }
    std::vector<Expired> one{std::move(expired)};
    set_state(one, CopyState::deleting);
    const Copy copy = one.front().copy;
    const BucketPlace bucket{copy.place.account, copy.place.region, copy.bucket};
    for (const StoredObject& object : copy.objects) {
        const Outcome<void> gone = co_await cloud_.delete_object(bucket, object.key);
        if (!gone) {
            postpone(std::move(one.front()), gone.error());
            co_return;
        }
    }
    set_state(one, CopyState::deleted);
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
