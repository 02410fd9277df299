#include "cos_operations.hpp"
#include "digests.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace cloudsim {
namespace {

constexpr std::size_t key_length_max = 850;
constexpr std::string_view metadata_prefix = "x-cos-meta-";

[[noreturn]] void no_such_key() {
    throw CosRefusal{404, "NoSuchKey", "The specified key does not exist."};
}

const ObjectVersion& wanted_version(const CosCall& call) {
    const auto wanted = call.query.find("versionId");
    if (wanted == call.query.end()) {
        const ObjectVersion* version = current_version(call.bucket, call.key);
        if (version == nullptr) {
            no_such_key();
        }
        return *version;
    }
    const auto found = call.bucket.objects.find(call.key);
    if (found != call.bucket.objects.end()) {
        const auto version =
            std::ranges::find(found->second, wanted->second, &ObjectVersion::version_id);
        if (version != found->second.end() && !version->is_delete_marker) {
            return *version;
        }
    }
    throw CosRefusal{404, "NoSuchVersion", "The specified version does not exist."};
}

void check_conditions(const CosCall& call, const ObjectVersion& version) {
    const auto must_match = call.request.header("If-Match");
    if (must_match && *must_match != version.etag) {
        throw CosRefusal{412, "PreconditionFailed", "The ETag is another one."};
    }
}

bool is_unchanged(const CosCall& call, const ObjectVersion& version) {
    return call.request.header("If-None-Match") == std::string_view{version.etag};
}

HttpAnswer describe(const ObjectVersion& version) {
    HttpAnswer answer;
    answer.headers.emplace_back("Content-Type", version.content_type);
    answer.headers.emplace_back("ETag", version.etag);
    answer.headers.emplace_back("Last-Modified", to_http_date(version.modified));
    answer.headers.emplace_back("Accept-Ranges", "bytes");
    answer.headers.emplace_back("x-cos-hash-crc64ecma", std::to_string(version.crc64));
    if (version.storage_class != "STANDARD") {
        answer.headers.emplace_back("x-cos-storage-class", version.storage_class);
    }
    if (!version.version_id.empty()) {
        answer.headers.emplace_back("x-cos-version-id", version.version_id);
    }
    for (const auto& [name, value] : version.metadata) {
        answer.headers.emplace_back(name, value);
    }
    return answer;
}

// response-content-type=… and the like replace a header of the answer.
void override_headers(const CosCall& call, HttpAnswer& answer) {
    constexpr std::string_view prefix = "response-";
    for (const auto& [name, value] : call.query) {
        if (!name.starts_with(prefix)) {
            continue;
        }
        const std::string header = name.substr(prefix.size());
        std::erase_if(answer.headers, [&header](const auto& present) {
            return equal_without_case(present.first, header);
        });
        answer.headers.emplace_back(header, value);
    }
}

struct Range {
    std::size_t first;
    std::size_t last;
};

// One "bytes=first-last" range; anything else cannot be satisfied.
Range parse_range(std::string_view text, std::size_t size) {
    constexpr std::string_view unit = "bytes=";
    const auto dash = text.find('-');
    std::size_t first = 0;
    std::size_t last = size == 0 ? 0 : size - 1;
    bool is_good = text.starts_with(unit) && dash != std::string_view::npos && size > 0;
    if (is_good) {
        const std::string_view head = text.substr(unit.size(), dash - unit.size());
        const std::string_view tail = text.substr(dash + 1);
        const auto first_end = std::from_chars(head.data(), head.data() + head.size(), first).ptr;
        is_good = !head.empty() && first_end == head.data() + head.size();
        if (is_good && !tail.empty()) {
            const auto end = std::from_chars(tail.data(), tail.data() + tail.size(), last).ptr;
            is_good = end == tail.data() + tail.size();
        }
    }
    if (!is_good || first >= size || last < first) {
        throw CosRefusal{416, "InvalidRange", "The requested range cannot be satisfied."};
    }
    return {first, std::min(last, size - 1)};
}

std::string decode_base64(std::string_view text) {
    std::string bytes(text.size(), '\0');
    const int length = EVP_DecodeBlock(
        reinterpret_cast<unsigned char*>(bytes.data()),
        reinterpret_cast<const unsigned char*>(text.data()),
        static_cast<int>(text.size())
    );
    if (length < 0) {
        return "";
    }
    constexpr std::size_t md5_length = 16;
    bytes.resize(std::min(static_cast<std::size_t>(length), md5_length));
    return bytes;
}

void check_content(const CosCall& call) {
    if (call.key.size() > key_length_max) {
        throw CosRefusal{400, "KeyTooLong", "The key is longer than 850 bytes."};
    }
    const auto md5 = call.request.header("Content-MD5");
    if (md5 && to_hex(decode_base64(*md5)) != md5_hex(call.request.body)) {
        throw CosRefusal{400, "BadDigest", "The Content-MD5 does not fit the body."};
    }
    for (const std::string_view name : {"x-cos-copy-source", "x-cos-server-side-encryption"}) {
        if (call.request.header(name)) {
            throw CosRefusal{501, "NotImplemented", std::string{name} + " is not simulated."};
        }
    }
}

std::string checked_storage_class(const HttpRequest& request) {
    static constexpr std::array classes{
        std::string_view{"STANDARD"},
        std::string_view{"STANDARD_IA"},
        std::string_view{"INTELLIGENT_TIERING"},
        std::string_view{"ARCHIVE"},
        std::string_view{"DEEP_ARCHIVE"}};
    const std::string_view name = request.header("x-cos-storage-class").value_or("STANDARD");
    if (std::ranges::find(classes, name) == classes.end()) {
        throw CosRefusal{400, "InvalidArgument", "There is no such storage class."};
    }
    return std::string{name};
}

bool is_archived(const ObjectVersion& version) {
    return version.storage_class == "ARCHIVE" || version.storage_class == "DEEP_ARCHIVE";
}

HttpAnswer delete_version(CosCall& call, const std::string& version_id) {
    HttpAnswer answer;
    answer.status = 204;
    const auto found = call.bucket.objects.find(call.key);
    if (found == call.bucket.objects.end()) {
        return answer;
    }
    auto& versions = found->second;
    const auto version = std::ranges::find(versions, version_id, &ObjectVersion::version_id);
    if (version == versions.end()) {
        return answer;
    }
    if (version->is_delete_marker) {
        answer.headers.emplace_back("x-cos-delete-marker", "true");
    }
    answer.headers.emplace_back("x-cos-version-id", version_id);
    versions.erase(version);
    if (versions.empty()) {
        call.bucket.objects.erase(found);
    }
    return answer;
}

}  // namespace

const ObjectVersion* current_version(const BucketState& bucket, const std::string& key) {
    const auto found = bucket.objects.find(key);
    if (found == bucket.objects.end() || found->second.empty() ||
        found->second.back().is_delete_marker) {
        return nullptr;
    }
    return &found->second.back();
}

HttpAnswer head_object(CosCall& call) {
    const ObjectVersion& version = wanted_version(call);
    check_conditions(call, version);
    HttpAnswer answer = describe(version);
    if (is_unchanged(call, version)) {
        answer.status = 304;
        return answer;
    }
    answer.content_length = version.size;
    return answer;
}

HttpAnswer get_object(CosCall& call) {
    const ObjectVersion& version = wanted_version(call);
    check_conditions(call, version);
    if (is_archived(version)) {
        throw CosRefusal{403, "InvalidObjectState", "The object is archived."};
    }
    HttpAnswer answer = describe(version);
    if (is_unchanged(call, version)) {
        answer.status = 304;
        return answer;
    }
    if (!version.content) {
        throw CosRefusal{
            501, "NotImplemented", "The simulated cloud keeps no bytes of exported images."};
    }
    override_headers(call, answer);
    const auto range_text = call.request.header("Range");
    if (!range_text) {
        answer.body = *version.content;
        return answer;
    }
    const Range range = parse_range(*range_text, version.content->size());
    answer.status = 206;
    answer.headers.emplace_back(
        "Content-Range",
        "bytes " + std::to_string(range.first) + "-" + std::to_string(range.last) + "/" +
            std::to_string(version.content->size())
    );
    answer.body = version.content->substr(range.first, range.last - range.first + 1);
    return answer;
}

HttpAnswer put_object(CosCall& call) {
    check_content(call);
    ObjectVersion version;
    version.storage_class = checked_storage_class(call.request);
    version.size = call.request.body.size();
    version.content = call.request.body;
    version.etag = "\"" + md5_hex(call.request.body) + "\"";
    version.crc64 = crc64_ecma(call.request.body);
    version.content_type =
        std::string{call.request.header("Content-Type").value_or("application/octet-stream")};
    version.modified = call.state.now;
    for (const auto& [name, value] : call.request.headers) {
        if (to_lower(name).starts_with(metadata_prefix)) {
            version.metadata[to_lower(name)] = value;
        }
    }
    call.state.put_object(call.bucket, call.key, std::move(version));
    HttpAnswer answer = describe(*current_version(call.bucket, call.key));
    std::erase_if(answer.headers, [](const auto& header) {
        return header.first != "ETag" && header.first != "x-cos-hash-crc64ecma" &&
               header.first != "x-cos-version-id";
    });
    return answer;
}

HttpAnswer delete_object(CosCall& call) {
    const auto wanted = call.query.find("versionId");
    if (wanted != call.query.end()) {
        return delete_version(call, wanted->second);
    }
    HttpAnswer answer;
    answer.status = 204;
    if (!call.bucket.bucket.versioned) {
        call.bucket.objects.erase(call.key);
        return answer;
    }
    ObjectVersion marker;
    marker.is_delete_marker = true;
    marker.modified = call.state.now;
    call.state.put_object(call.bucket, call.key, std::move(marker));
    answer.headers.emplace_back("x-cos-delete-marker", "true");
    answer.headers.emplace_back(
        "x-cos-version-id", call.bucket.objects[call.key].back().version_id
    );
    return answer;
}

}  // namespace cloudsim
