// Which request is which operation of COS. An operation is found by method, what it is about, and
// the parameters that select it; every parameter and x-cos- header that nobody reads makes it one
// that is not simulated, so that none is ignored in silence.
#include "cos_operations.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace cloudsim {
namespace {

enum class Scope { service, bucket, object };

struct Row {
    std::string_view name;
    std::string_view method;
    Scope scope;
    std::string_view selectors;  // parameters that must be there, separated by blanks
    std::string_view others;     // parameters that may be there
    HttpAnswer (*perform)(CosCall&);
    bool is_copy = false;
};

constexpr std::string_view list_page = "prefix delimiter marker max-keys encoding-type";
constexpr std::string_view version_page =
    "prefix delimiter key-marker version-id-marker max-keys encoding-type";
constexpr std::string_view upload_page =
    "prefix delimiter key-marker upload-id-marker max-uploads encoding-type";
constexpr std::string_view part_page = "max-parts part-number-marker encoding-type";
constexpr std::string_view overrides =
    "versionId response-content-type response-content-language response-expires "
    "response-cache-control response-content-disposition response-content-encoding";

constexpr auto rows = std::to_array<Row>({
    {"GetService", "GET", Scope::service, "", "marker max-keys", list_buckets},
    {"HeadBucket", "HEAD", Scope::bucket, "", "", head_bucket},
    {"GetBucket", "GET", Scope::bucket, "", list_page, list_objects},
    {"GetBucketObjectVersions", "GET", Scope::bucket, "versions", version_page, list_versions},
    {"ListMultipartUploads", "GET", Scope::bucket, "uploads", upload_page, list_uploads},
    {"GetBucketLocation", "GET", Scope::bucket, "location", "", bucket_location},
    {"GetBucketVersioning", "GET", Scope::bucket, "versioning", "", get_versioning},
    {"PutBucketVersioning", "PUT", Scope::bucket, "versioning", "", put_versioning},
    {"GetBucketObjectLockConfiguration", "GET", Scope::bucket, "object-lock", "", get_object_lock},
    {"PutBucketObjectLockConfiguration", "PUT", Scope::bucket, "object-lock", "", put_object_lock},
    {"DeleteMultipleObjects", "POST", Scope::bucket, "delete", "", delete_objects},
    {"HeadObject", "HEAD", Scope::object, "", "versionId", head_object},
    {"GetObject", "GET", Scope::object, "", overrides, get_object},
    {"PutObject", "PUT", Scope::object, "", "", put_object},
    {"PutObjectCopy", "PUT", Scope::object, "", "", copy_object, true},
    {"DeleteObject", "DELETE", Scope::object, "", "versionId", delete_object},
    {"RestoreObject", "POST", Scope::object, "restore", "versionId", restore_object},
    {"GetObjectRetention", "GET", Scope::object, "retention", "versionId", get_retention},
    {"PutObjectRetention", "PUT", Scope::object, "retention", "versionId", put_retention},
    {"InitiateMultipartUpload", "POST", Scope::object, "uploads", "", initiate_upload},
    {"UploadPart", "PUT", Scope::object, "partNumber uploadId", "", upload_part},
    {"UploadPartCopy", "PUT", Scope::object, "partNumber uploadId", "", copy_part, true},
    {"ListParts", "GET", Scope::object, "uploadId", part_page, list_parts},
    {"CompleteMultipartUpload", "POST", Scope::object, "uploadId", "", complete_upload},
    {"AbortMultipartUpload", "DELETE", Scope::object, "uploadId", "", abort_upload},
});

bool has_word(std::string_view words, std::string_view word) {
    const std::vector<std::string> all = split(words, ' ');
    return std::ranges::find(all, word) != all.end();
}

// Belongs to the signature, not to the operation.
bool is_of_signature(std::string_view parameter) {
    return parameter.starts_with("q-") || parameter == "x-cos-security-token" ||
           parameter == "sign";
}

bool is_read_header(std::string_view name) {
    static constexpr std::array names{
        std::string_view{"x-cos-security-token"},
        std::string_view{"x-cos-storage-class"},
        std::string_view{"x-cos-metadata-directive"},
        std::string_view{"x-cos-sdk-retry"}};
    return !name.starts_with("x-cos-") || name.starts_with("x-cos-meta-") ||
           name.starts_with("x-cos-copy-source") || std::ranges::find(names, name) != names.end();
}

std::string unread_header(const HttpRequest& request) {
    for (const auto& [name, value] : request.headers) {
        const std::string lower = to_lower(name);
        const bool is_default_acl =
            lower == "x-cos-acl" && (value == "private" || value == "default");
        if (!is_read_header(lower) && !is_default_acl) {
            return lower;
        }
    }
    return "";
}

Scope scope_of(const CosTarget& target) {
    if (target.bucket.empty()) {
        return Scope::service;
    }
    return target.key.empty() ? Scope::bucket : Scope::object;
}

std::string described(const HttpRequest& request, const CosTarget& target) {
    const Scope scope = scope_of(target);
    const std::string what = scope == Scope::service  ? "the service"
                             : scope == Scope::bucket ? "a bucket"
                                                      : "an object";
    return request.method + " of " + what;
}

}  // namespace

std::vector<std::string> cos_operation_names() {
    std::vector<std::string> names;
    for (const Row& row : rows) {
        names.emplace_back(row.name);
    }
    return names;
}

CosOperation cos_operation(const HttpRequest& request, const CosTarget& target) {
    const auto query = parse_target(request.target).query;
    const bool is_copy = request.method == "PUT" && request.header("x-cos-copy-source");
    const Row* best = nullptr;
    std::size_t most_selectors = 0;
    for (const Row& row : rows) {
        const std::vector<std::string> selectors = split(row.selectors, ' ');
        const bool fits =
            row.method == request.method && row.scope == scope_of(target) &&
            row.is_copy == is_copy &&
            std::ranges::all_of(selectors, [&query](const auto& s) { return query.contains(s); });
        if (fits && (best == nullptr || selectors.size() > most_selectors)) {
            best = &row;
            most_selectors = selectors.size();
        }
    }
    CosOperation operation;
    operation.unknown = described(request, target);
    if (best == nullptr) {
        return operation;
    }
    for (const auto& [name, value] : query) {
        if (!is_of_signature(name) && !has_word(best->selectors, name) &&
            !has_word(best->others, name)) {
            operation.unknown = "?" + name;
            return operation;
        }
    }
    operation.name = best->name;
    operation.unknown = unread_header(request);
    operation.perform = operation.unknown.empty() ? best->perform : nullptr;
    return operation;
}

std::string CosCall::parameter(const std::string& name) const {
    const auto found = query.find(name);
    return found == query.end() ? "" : found->second;
}

int CosCall::number(const std::string& name, int fallback, int least, int most) const {
    const std::string text = parameter(name);
    if (text.empty()) {
        return fallback;
    }
    int value = 0;
    const char* last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, value);
    if (error != std::errc{} || end != last || value < least || value > most) {
        throw CosRefusal{400, "InvalidArgument", name + " is not a number that is possible here."};
    }
    return value;
}

}  // namespace cloudsim
