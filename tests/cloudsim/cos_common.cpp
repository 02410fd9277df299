#include "cos_common.hpp"

#include "base64.hpp"
#include "digests.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace cloudsim {
namespace {

constexpr std::size_t key_length_max = 850;
constexpr std::size_t metadata_size_max = 2048;
constexpr std::size_t xml_size_max = 2 * 1024 * 1024;
constexpr std::string_view metadata_prefix = "x-cos-meta-";

bool is_stored_header(std::string_view name) {
    static constexpr std::array names{
        std::string_view{"cache-control"},
        std::string_view{"content-disposition"},
        std::string_view{"content-encoding"},
        std::string_view{"content-language"},
        std::string_view{"expires"}};
    return name.starts_with(metadata_prefix) || std::ranges::find(names, name) != names.end();
}

std::string checked_storage_class(const HttpRequest& request) {
    static constexpr std::array classes{
        std::string_view{"STANDARD"},
        std::string_view{"STANDARD_IA"},
        std::string_view{"INTELLIGENT_TIERING"},
        std::string_view{"ARCHIVE"},
        std::string_view{"DEEP_ARCHIVE"},
        std::string_view{"MAZ_STANDARD"},
        std::string_view{"MAZ_STANDARD_IA"},
        std::string_view{"MAZ_INTELLIGENT_TIERING"}};
    const std::string_view name = request.header("x-cos-storage-class").value_or("STANDARD");
    if (std::ranges::find(classes, name) == classes.end()) {
        throw CosRefusal{400, "InvalidArgument", "There is no such storage class."};
    }
    return std::string{name};
}

std::string without_quotes(std::string_view etag) {
    etag = trim(etag);
    if (etag.size() >= 2 && etag.starts_with('"') && etag.ends_with('"')) {
        etag = etag.substr(1, etag.size() - 2);
    }
    return std::string{etag};
}

bool matches_any(std::string_view list, const ObjectVersion& version) {
    return std::ranges::any_of(split(list, ','), [&version](const std::string& etag) {
        return trim(etag) == "*" || without_quotes(etag) == without_quotes(version.etag);
    });
}

// Times of HTTP have whole seconds only. A time that cannot be read is no condition.
bool is_modified_after(std::string_view text, const ObjectVersion& version) {
    const auto at = parse_http_date(text);
    return !at || whole_seconds(version.modified) > whole_seconds(*at);
}

}  // namespace

std::string shown_version(const BucketState& bucket, const ObjectVersion& version) {
    if (bucket.versioning == Versioning::never) {
        return "";
    }
    return version.version_id.empty() ? null_version : version.version_id;
}

const ObjectVersion* current_version(const BucketState& bucket, const std::string& key) {
    const auto found = bucket.objects.find(key);
    return found == bucket.objects.end() || found->second.back().is_delete_marker
               ? nullptr
               : &found->second.back();
}

ObjectVersion& version_of(BucketState& bucket, const std::string& key, const std::string& id) {
    const auto found = bucket.objects.find(key);
    const auto marker_headers = [&bucket](const ObjectVersion& marker) {
        return Headers{
            {"x-cos-delete-marker", "true"}, {"x-cos-version-id", shown_version(bucket, marker)}};
    };
    if (id.empty()) {
        const bool is_there = found != bucket.objects.end();
        if (!is_there || found->second.back().is_delete_marker) {
            throw CosRefusal{
                404,
                "NoSuchKey",
                "The specified key does not exist.",
                is_there ? marker_headers(found->second.back()) : Headers{}};
        }
        return found->second.back();
    }
    const std::string stored = id == null_version ? "" : id;
    if (found != bucket.objects.end()) {
        const auto version = std::ranges::find(found->second, stored, &ObjectVersion::version_id);
        if (version != found->second.end() && version->is_delete_marker) {
            throw CosRefusal{
                405,
                "MethodNotAllowed",
                "The specified version is a delete marker.",
                marker_headers(*version)};
        }
        if (version != found->second.end()) {
            return *version;
        }
    }
    throw CosRefusal{404, "NoSuchVersion", "The specified version does not exist."};
}

ObjectVersion& wanted_version(CosCall& call) {
    return version_of(*call.bucket, call.key(), call.parameter("versionId"));
}

bool is_archived(const ObjectVersion& version, Instant now) {
    const bool is_cold =
        version.storage_class == "ARCHIVE" || version.storage_class == "DEEP_ARCHIVE";
    const auto& restoration = version.restoration;
    return is_cold && !(restoration && restoration->ready <= now && now < restoration->expires);
}

std::string restore_header(const ObjectVersion& version, Instant now) {
    if (!version.restoration || version.restoration->expires <= now) {
        return "";
    }
    if (version.restoration->ready > now) {
        return "ongoing-request=\"true\"";
    }
    return "ongoing-request=\"false\", expiry-date=\"" +
           to_http_date(version.restoration->expires) + "\"";
}

void check_content_md5(const HttpRequest& request, bool is_required) {
    const auto told = request.header("Content-MD5");
    if (!told && is_required) {
        throw CosRefusal{400, "InvalidRequest", "The header Content-MD5 is missing."};
    }
    if (!told) {
        return;
    }
    constexpr std::size_t md5_length = 16;
    const auto bytes = base64_decode(*told);
    if (!bytes || bytes->size() != md5_length) {
        throw CosRefusal{400, "InvalidDigest", "The Content-MD5 is not the base64 of an MD5."};
    }
    if (*bytes != md5(request.body)) {
        throw CosRefusal{400, "BadDigest", "The Content-MD5 does not fit the body."};
    }
}

XmlElement parse_body(const HttpRequest& request, std::string_view root) {
    auto document = request.body.size() <= xml_size_max ? parse_xml(request.body) : std::nullopt;
    if (!document || document->name != root) {
        throw CosRefusal{
            400, "MalformedXML", "The body is not a well-formed " + std::string{root} + "."};
    }
    return std::move(*document);
}

void check_key(const std::string& key) {
    if (key.size() > key_length_max) {
        throw CosRefusal{400, "KeyTooLong", "The key is longer than 850 bytes."};
    }
}

ObjectVersion described_object(const HttpRequest& request) {
    ObjectVersion version;
    version.storage_class = checked_storage_class(request);
    const std::string_view type = request.header("Content-Type").value_or("");
    version.content_type = type.empty() ? "application/octet-stream" : std::string{type};
    std::size_t size = 0;
    for (const auto& [name, value] : request.headers) {
        const std::string lower = to_lower(name);
        if (is_stored_header(lower) && !value.empty()) {
            version.metadata[lower] = value;
        }
        if (lower.starts_with(metadata_prefix)) {
            size += lower.size() - metadata_prefix.size() + value.size();
        }
    }
    if (size > metadata_size_max) {
        throw CosRefusal{400, "MetadataTooLarge", "The metadata is larger than 2 KB."};
    }
    return version;
}

void set_content(ObjectVersion& version, std::string content) {
    version.size = content.size();
    version.etag = "\"" + md5_hex(content) + "\"";
    version.crc64 = crc64_ecma(content);
    version.content = std::make_shared<const std::string>(std::move(content));
}

void check_replaceable(const CosCall& call) {
    if (call.state.is_held(*call.bucket, call.key())) {
        throw CosRefusal{403, "AccessDenied", "The object is retained by object lock."};
    }
}

Verdict judge_conditions(
    const HttpRequest& request, const std::string& prefix, const ObjectVersion& version
) {
    const auto header = [&](const char* name) { return request.header(prefix + name); };
    const auto match = header("If-Match");
    const auto unmodified_since = header("If-Unmodified-Since");
    const auto none_match = header("If-None-Match");
    const auto modified_since = header("If-Modified-Since");
    if (match && !matches_any(*match, version)) {
        return Verdict::fails;
    }
    // An ETag says more than a time: where both are given, the time does not count (RFC 7232 6).
    if (!match && unmodified_since && parse_http_date(*unmodified_since) &&
        is_modified_after(*unmodified_since, version)) {
        return Verdict::fails;
    }
    if (none_match && matches_any(*none_match, version)) {
        return Verdict::unchanged;
    }
    if (!none_match && modified_since && !is_modified_after(*modified_since, version)) {
        return Verdict::unchanged;
    }
    return Verdict::holds;
}

std::optional<ByteRange> parse_range(std::string_view text, std::uint64_t size) {
    constexpr std::string_view unit = "bytes=";
    const auto dash = text.find('-');
    if (!text.starts_with(unit) || dash == std::string_view::npos) {
        return std::nullopt;
    }
    const auto number = [](std::string_view digits) -> std::optional<std::uint64_t> {
        std::uint64_t value = 0;
        const char* last = digits.data() + digits.size();
        const auto [end, error] = std::from_chars(digits.data(), last, value);
        return error == std::errc{} && end == last ? std::optional{value} : std::nullopt;
    };
    const std::string_view head = text.substr(unit.size(), dash - unit.size());
    const std::string_view tail = text.substr(dash + 1);
    const auto first = number(head);
    const auto last = number(tail);
    if ((!first && !head.empty()) || (!last && !tail.empty()) || (!first && !last) ||
        (first && last && *last < *first)) {
        return std::nullopt;
    }
    if (size == 0 || (first && *first >= size) || (!first && *last == 0)) {
        throw CosRefusal{
            416,
            "InvalidRange",
            "The requested range cannot be satisfied.",
            {{"Content-Range", "bytes */" + std::to_string(size)}}};
    }
    if (!first) {
        return ByteRange{size - std::min(*last, size), size - 1};
    }
    return ByteRange{*first, std::min(last.value_or(size - 1), size - 1)};
}

const ObjectVersion& copy_source(CosCall& call) {
    std::string source{call.request.header("x-cos-copy-source").value_or("")};
    source = source.substr(
        source.starts_with("https://")  ? 8
        : source.starts_with("http://") ? 7
                                        : 0
    );
    const auto slash = source.find('/');
    if (slash == std::string::npos) {
        throw CosRefusal{400, "InvalidArgument", "x-cos-copy-source is not HOST/KEY."};
    }
    HttpRequest read;
    read.headers = {{"Host", source.substr(0, slash)}};
    read.target = source.substr(slash);
    const CosTarget target = cos_target(read);
    BucketState* bucket = call.state.find_bucket(target.bucket);
    if (bucket == nullptr || target.key.empty() || target.region != bucket->bucket.region) {
        throw CosRefusal{404, "NoSuchBucket", "The bucket of x-cos-copy-source does not exist."};
    }
    if (bucket->uin != call.caller.uin) {
        throw CosRefusal{403, "AccessDenied", "Access Denied."};
    }
    const auto query = parse_target(read.target).query;
    const auto id = query.find("versionId");
    const ObjectVersion& version =
        version_of(*bucket, target.key, id == query.end() ? "" : id->second);
    if (judge_conditions(call.request, "x-cos-copy-source-", version) != Verdict::holds) {
        throw CosRefusal{412, "PreconditionFailed", "A condition on the source does not hold."};
    }
    if (is_archived(version, call.state.now)) {
        throw CosRefusal{403, "InvalidObjectState", "The source is archived."};
    }
    return version;
}

HttpAnswer xml_answer(std::string_view root, std::string_view content) {
    HttpAnswer answer;
    answer.headers.emplace_back("Content-Type", "application/xml");
    answer.body = "<?xml version='1.0' encoding='utf-8' ?>\n" + element(root, content);
    return answer;
}

std::string owner_element(std::string_view name, const BucketState& bucket) {
    return element(name, element("ID", bucket.uin) + element("DisplayName", bucket.uin));
}

std::string xml_time(Instant at) {
    constexpr std::size_t seconds_end = 19;
    return to_rfc3339(at).insert(seconds_end, ".000");
}

}  // namespace cloudsim
