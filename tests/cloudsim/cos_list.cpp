#include "cos_operations.hpp"

#include <charconv>
#include <set>

namespace cloudsim {
namespace {

constexpr std::size_t keys_max = 1000;  // GET bucket, max-keys: default and maximum

struct Listing {
    std::string prefix;
    std::string delimiter;
    std::string marker;
    std::size_t max_keys = keys_max;
    bool encodes = false;

    std::vector<std::pair<std::string, const ObjectVersion*>> objects;
    std::vector<std::string> common_prefixes;
    std::string next_marker;
    bool is_truncated = false;
};

std::string query_value(const CosCall& call, const std::string& name) {
    const auto found = call.query.find(name);
    return found == call.query.end() ? "" : found->second;
}

Listing wanted_listing(const CosCall& call) {
    Listing listing;
    listing.prefix = query_value(call, "prefix");
    listing.delimiter = query_value(call, "delimiter");
    listing.marker = query_value(call, "marker");
    const std::string encoding = query_value(call, "encoding-type");
    const std::string count = query_value(call, "max-keys");
    if (!encoding.empty() && encoding != "url") {
        throw CosRefusal{400, "InvalidArgument", "encoding-type must be url."};
    }
    listing.encodes = !encoding.empty();
    if (!count.empty()) {
        const char* last = count.data() + count.size();
        const auto [end, error] = std::from_chars(count.data(), last, listing.max_keys);
        if (error != std::errc{} || end != last) {
            throw CosRefusal{400, "InvalidArgument", "max-keys must be a number."};
        }
        listing.max_keys = std::min(listing.max_keys, keys_max);
    }
    return listing;
}

// "" when the key is listed by itself.
std::string common_prefix(const Listing& listing, const std::string& key) {
    if (listing.delimiter.empty()) {
        return "";
    }
    const auto at = key.find(listing.delimiter, listing.prefix.size());
    return at == std::string::npos ? "" : key.substr(0, at + listing.delimiter.size());
}

void fill(Listing& listing, const BucketState& bucket) {
    const std::string& start = std::max(listing.prefix, listing.marker);
    std::string last;
    for (auto entry = bucket.objects.lower_bound(start); entry != bucket.objects.end(); ++entry) {
        const std::string& key = entry->first;
        if (!key.starts_with(listing.prefix)) {
            break;
        }
        const ObjectVersion* version = current_version(bucket, key);
        const std::string shared = common_prefix(listing, key);
        const bool was_listed =
            key <= listing.marker ||
            (!shared.empty() &&
             (shared <= listing.marker ||
              (!listing.common_prefixes.empty() && listing.common_prefixes.back() == shared)));
        if (version == nullptr || was_listed) {
            continue;
        }
        if (listing.objects.size() + listing.common_prefixes.size() == listing.max_keys) {
            listing.is_truncated = true;
            listing.next_marker = last;
            return;
        }
        if (shared.empty()) {
            listing.objects.emplace_back(key, version);
        } else {
            listing.common_prefixes.push_back(shared);
        }
        last = shared.empty() ? key : shared;
    }
}

std::string element(std::string_view name, std::string_view content) {
    std::string text = "<";
    text += name;
    text += ">";
    text += content;
    text += "</";
    text += name;
    return text + ">";
}

std::string to_xml(const Listing& listing, const BucketState& bucket) {
    const auto shown = [&listing](const std::string& text) {
        return listing.encodes ? percent_encode(text) : xml_escape(text);
    };
    std::string body = element("Name", bucket.bucket.name);
    body += listing.encodes ? element("EncodingType", "url") : "";
    body += element("Prefix", shown(listing.prefix)) + element("Marker", shown(listing.marker));
    body += element("MaxKeys", std::to_string(listing.max_keys));
    body += listing.delimiter.empty() ? "" : element("Delimiter", shown(listing.delimiter));
    body += element("IsTruncated", listing.is_truncated ? "true" : "false");
    body += listing.is_truncated ? element("NextMarker", shown(listing.next_marker)) : "";
    for (const auto& [key, version] : listing.objects) {
        const std::string owner = element("ID", bucket.uin) + element("DisplayName", bucket.uin);
        body += element(
            "Contents",
            element("Key", shown(key)) +
                element("LastModified", to_rfc3339(version->modified).insert(19, ".000")) +
                element("ETag", xml_escape(version->etag)) +
                element("Size", std::to_string(version->size)) + element("Owner", owner) +
                element("StorageClass", version->storage_class)
        );
    }
    for (const std::string& prefix : listing.common_prefixes) {
        body += element("CommonPrefixes", element("Prefix", shown(prefix)));
    }
    return "<?xml version='1.0' encoding='utf-8' ?>\n" + element("ListBucketResult", body);
}

}  // namespace

HttpAnswer list_objects(CosCall& call) {
    Listing listing = wanted_listing(call);
    fill(listing, call.bucket);
    HttpAnswer answer;
    answer.headers.emplace_back("Content-Type", "application/xml");
    answer.headers.emplace_back("x-cos-bucket-region", call.bucket.bucket.region);
    answer.body = to_xml(listing, call.bucket);
    return answer;
}

HttpAnswer head_bucket(CosCall& call) {
    HttpAnswer answer;
    answer.headers.emplace_back("x-cos-bucket-region", call.bucket.bucket.region);
    answer.content_length = 0;
    return answer;
}

}  // namespace cloudsim
