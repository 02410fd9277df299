// The three listings of a bucket: objects, versions, multipart uploads. All walk keys in the order
// of their bytes, fold them at the delimiter, and end a page after so many entries; what is folded
// is jumped over, so that a page costs what it shows.
#include "cos_common.hpp"

#include <algorithm>
#include <iterator>

namespace cloudsim {
namespace {

constexpr int entries_max = 1000;  // default and maximum

class Page {
public:
    Page(const CosCall& call, const std::string& count_name)
        : prefix{call.parameter("prefix")}
        , delimiter{call.parameter("delimiter")}
        , most_{std::min(call.number(count_name, entries_max, 0, 1'000'000'000), entries_max)}
        , encodes_{call.parameter("encoding-type") == "url"} {
        const std::string encoding = call.parameter("encoding-type");
        if (!encoding.empty() && encoding != "url") {
            throw CosRefusal{400, "InvalidArgument", "encoding-type must be url."};
        }
    }

    std::string shown(const std::string& text) const {
        return encodes_ ? percent_encode(text) : xml_escape(text);
    }

    // The part that keys share up to the delimiter, "" for a key that is shown by itself.
    std::string folded(const std::string& key) const {
        const auto at = delimiter.empty() ? std::string::npos : key.find(delimiter, prefix.size());
        return at == std::string::npos ? "" : key.substr(0, at + delimiter.size());
    }

    // Whether one more entry has room. If not, the page is truncated.
    bool has_room() {
        is_truncated = count_ == most_ && most_ > 0;
        return count_ < most_;
    }

    void add(std::string_view name, const std::string& content) {
        entries_ += element(name, content);
        ++count_;
    }

    void add_prefix(const std::string& shared, std::string_view name) {
        prefixes_ += element(name, element("Prefix", shown(shared)));
        ++count_;
    }

    std::string head(std::string_view count_name, std::string_view encoding_name) const {
        return (encodes_ ? element(encoding_name, "url") : "") + element("Prefix", shown(prefix)) +
               (delimiter.empty() ? "" : element("Delimiter", shown(delimiter))) +
               element(count_name, std::to_string(most_)) +
               element("IsTruncated", is_truncated ? "true" : "false");
    }

    std::string entries() const { return entries_ + prefixes_; }

    std::string prefix;
    std::string delimiter;
    bool is_truncated = false;

private:
    int most_;
    bool encodes_;
    int count_ = 0;
    std::string entries_;
    std::string prefixes_;
};

// The least key behind all that begin with the prefix; "" when there is none.
std::string behind(std::string prefix) {
    while (!prefix.empty() && prefix.back() == '\xff') {
        prefix.pop_back();
    }
    if (!prefix.empty()) {
        prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
    }
    return prefix;
}

using Objects = std::map<std::string, std::vector<ObjectVersion>>;

// Whether some key that begins so has a current version: delete markers show no prefix.
bool shows_any(
    const BucketState& bucket, Objects::const_iterator entry, const std::string& shared
) {
    for (; entry != bucket.objects.end() && entry->first.starts_with(shared); ++entry) {
        if (!entry->second.back().is_delete_marker) {
            return true;
        }
    }
    return false;
}

Objects::const_iterator jump(const BucketState& bucket, const std::string& shared) {
    const std::string next = behind(shared);
    return next.empty() ? bucket.objects.end() : bucket.objects.lower_bound(next);
}

// The first key that the page may show. A marker that is a folded prefix stands for all its keys.
Objects::const_iterator first_of(
    const BucketState& bucket, const Page& page, const std::string& marker
) {
    if (marker < page.prefix) {
        return bucket.objects.lower_bound(page.prefix);
    }
    if (!page.delimiter.empty() && !marker.empty() && marker.starts_with(page.prefix) &&
        page.folded(marker) == marker) {
        return jump(bucket, marker);
    }
    return bucket.objects.upper_bound(marker);
}

std::string summary(const Page& page, const std::string& key, const ObjectVersion& version) {
    return element("Key", page.shown(key)) + element("LastModified", xml_time(version.modified)) +
           text_element("ETag", version.etag) + element("Size", std::to_string(version.size));
}

// Tells the last entry shown.
std::string fill_objects(Page& page, const BucketState& bucket, const std::string& marker) {
    std::string last;
    auto entry = first_of(bucket, page, marker);
    while (entry != bucket.objects.end() && entry->first.starts_with(page.prefix)) {
        const auto& [key, versions] = *entry;
        const std::string shared = page.folded(key);
        const bool shows =
            shared.empty() ? !versions.back().is_delete_marker : shows_any(bucket, entry, shared);
        if (shows && !page.has_room()) {
            return last;
        }
        if (shows && shared.empty()) {
            const ObjectVersion& version = versions.back();
            page.add(
                "Contents",
                summary(page, key, version) + owner_element("Owner", bucket) +
                    element("StorageClass", version.storage_class)
            );
        } else if (shows) {
            page.add_prefix(shared, "CommonPrefixes");
        }
        last = shows ? (shared.empty() ? key : shared) : last;
        entry = shared.empty() ? std::next(entry) : jump(bucket, shared);
    }
    return last;
}

struct VersionMark {
    std::string key;
    std::string version;
};

void add_version(
    Page& page, const BucketState& bucket, const std::string& key, const ObjectVersion& version
) {
    const bool is_latest = &version == &bucket.objects.at(key).back();
    const std::string content = element("VersionId", shown_version(bucket, version)) +
                                element("IsLatest", is_latest ? "true" : "false") +
                                owner_element("Owner", bucket);
    if (version.is_delete_marker) {
        page.add(
            "DeleteMarker",
            element("Key", page.shown(key)) + element("LastModified", xml_time(version.modified)) +
                content
        );
        return;
    }
    page.add(
        "Version",
        summary(page, key, version) + element("StorageClass", version.storage_class) + content
    );
}

// Newest first, behind the version of that id; false when the page is full. Of a version that was
// deleted since, nobody knows the place: all that are left are shown, so that none is missed.
bool fill_key(
    Page& page,
    const BucketState& bucket,
    const Objects::value_type& object,
    const std::string& after,
    VersionMark& last
) {
    const auto& [key, versions] = object;
    bool is_behind =
        after.empty() || std::ranges::none_of(versions, [&](const ObjectVersion& version) {
            return shown_version(bucket, version) == after;
        });
    for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
        const std::string id = shown_version(bucket, *version);
        if (!is_behind) {
            is_behind = id == after;
            continue;
        }
        if (!page.has_room()) {
            return false;
        }
        add_version(page, bucket, key, *version);
        last = {key, id};
    }
    return true;
}

VersionMark fill_versions(Page& page, const BucketState& bucket, const VersionMark& marker) {
    VersionMark last;
    auto entry = first_of(bucket, page, marker.key);
    if (!marker.version.empty()) {
        const auto marked = bucket.objects.find(marker.key);
        if (marked != bucket.objects.end() &&
            !fill_key(page, bucket, *marked, marker.version, last)) {
            return last;
        }
    }
    while (entry != bucket.objects.end() && entry->first.starts_with(page.prefix)) {
        const std::string shared = page.folded(entry->first);
        if (!shared.empty()) {
            if (!page.has_room()) {
                return last;
            }
            page.add_prefix(shared, "CommonPrefixes");
            last = {shared, ""};
            entry = jump(bucket, shared);
        } else if (!fill_key(page, bucket, *entry, "", last)) {
            return last;
        } else {
            ++entry;
        }
    }
    return last;
}

}  // namespace

HttpAnswer list_objects(CosCall& call) {
    Page page{call, "max-keys"};
    const std::string marker = call.parameter("marker");
    const std::string last = fill_objects(page, *call.bucket, marker);
    HttpAnswer answer = xml_answer(
        "ListBucketResult",
        element("Name", call.bucket->bucket.name) + page.head("MaxKeys", "EncodingType") +
            element("Marker", page.shown(marker)) +
            (page.is_truncated ? element("NextMarker", page.shown(last)) : "") + page.entries()
    );
    answer.headers.emplace_back("x-cos-bucket-region", call.bucket->bucket.region);
    return answer;
}

HttpAnswer list_versions(CosCall& call) {
    Page page{call, "max-keys"};
    const VersionMark marker{call.parameter("key-marker"), call.parameter("version-id-marker")};
    if (marker.key.empty() && !marker.version.empty()) {
        throw CosRefusal{
            400, "InvalidArgument", "A version-id-marker is nothing without a key-marker."};
    }
    const VersionMark last = fill_versions(page, *call.bucket, marker);
    return xml_answer(
        "ListVersionsResult",
        element("Name", call.bucket->bucket.name) + page.head("MaxKeys", "EncodingType") +
            element("KeyMarker", page.shown(marker.key)) +
            element("VersionIdMarker", xml_escape(marker.version)) +
            (page.is_truncated ? element("NextKeyMarker", page.shown(last.key)) +
                                     element("NextVersionIdMarker", last.version)
                               : "") +
            page.entries()
    );
}

HttpAnswer list_uploads(CosCall& call) {
    Page page{call, "max-uploads"};
    const BucketState& bucket = *call.bucket;
    const std::string key_marker = call.parameter("key-marker");
    const std::string id_marker = call.parameter("upload-id-marker");
    std::pair<std::string, std::string> last;
    std::string last_prefix;
    for (const auto& [place, upload] : bucket.uploads) {
        const auto& [key, id] = place;
        const std::string shared = page.folded(key);
        const bool is_behind =
            key > key_marker || (key == key_marker && !id_marker.empty() && id > id_marker);
        const bool is_told = !shared.empty() && (shared == last_prefix || shared <= key_marker);
        if (!key.starts_with(page.prefix) || !is_behind || is_told) {
            continue;
        }
        if (!page.has_room()) {
            break;
        }
        if (shared.empty()) {
            page.add(
                "Upload",
                element("Key", page.shown(key)) + element("UploadId", id) +
                    owner_element("Initiator", bucket) + owner_element("Owner", bucket) +
                    element("StorageClass", upload.object.storage_class) +
                    element("Initiated", xml_time(upload.initiated))
            );
            last = place;
        } else {
            page.add_prefix(shared, "CommonPrefixs");
            last = {shared, ""};
            last_prefix = shared;
        }
    }
    // Encoding-Type and CommonPrefixs are spelt so by the documents of this listing alone.
    return xml_answer(
        "ListMultipartUploadsResult",
        element("Bucket", bucket.bucket.name) + page.head("MaxUploads", "Encoding-Type") +
            element("KeyMarker", page.shown(key_marker)) +
            element("UploadIdMarker", xml_escape(id_marker)) +
            (page.is_truncated ? element("NextKeyMarker", page.shown(last.first)) +
                                     element("NextUploadIdMarker", last.second)
                               : "") +
            page.entries()
    );
}

}  // namespace cloudsim
