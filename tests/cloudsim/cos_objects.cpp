#include "cos_common.hpp"
#include "digests.hpp"

namespace cloudsim {
namespace {

// Longer answers of bytes that nobody keeps are left to whoever sends them.
constexpr std::uint64_t pattern_held_max = 1024 * 1024;

HttpAnswer describe(const CosCall& call, const ObjectVersion& version) {
    HttpAnswer answer;
    answer.headers = {
        {"Content-Type", version.content_type},
        {"ETag", version.etag},
        {"Last-Modified", to_http_date(version.modified)},
        {"Accept-Ranges", "bytes"},
        {"x-cos-hash-crc64ecma", std::to_string(version.crc64)}};
    // Documented to be told only if it is another class.
    if (version.storage_class != "STANDARD") {
        answer.headers.emplace_back("x-cos-storage-class", version.storage_class);
    }
    const std::string restoration = restore_header(version, call.state.now);
    if (!restoration.empty()) {
        answer.headers.emplace_back("x-cos-restore", restoration);
    }
    const std::string id = shown_version(*call.bucket, version);
    if (!id.empty()) {
        answer.headers.emplace_back("x-cos-version-id", id);
    }
    for (const auto& [name, value] : version.metadata) {
        answer.headers.emplace_back(name, value);
    }
    return answer;
}

// True when the answer is 304.
bool check_conditions(const CosCall& call, const ObjectVersion& version) {
    const Verdict verdict = judge_conditions(call.request, "", version);
    if (verdict == Verdict::fails) {
        throw CosRefusal{412, "PreconditionFailed", "A condition of the request does not hold."};
    }
    return verdict == Verdict::unchanged;
}

HttpAnswer not_modified(HttpAnswer answer) {
    answer.status = 304;
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

void give_bytes(
    HttpAnswer& answer, const ObjectVersion& version, std::uint64_t first, std::uint64_t length
) {
    if (version.content) {
        answer.body = version.content->substr(first, length);
        return;
    }
    const PatternSlice slice{version.pattern_seed, first, length};
    if (length <= pattern_held_max) {
        answer.body = pattern_bytes(slice);
        return;
    }
    answer.pattern = slice;
    answer.content_length = length;
}

// What put and copy tell of the new object.
void add_print(const CosCall& call, const ObjectVersion& version, HttpAnswer& answer) {
    answer.headers.emplace_back("ETag", version.etag);
    answer.headers.emplace_back("x-cos-hash-crc64ecma", std::to_string(version.crc64));
    const std::string id = shown_version(*call.bucket, version);
    if (!id.empty()) {
        answer.headers.emplace_back("x-cos-version-id", id);
    }
}

}  // namespace

HttpAnswer head_object(CosCall& call) {
    const ObjectVersion& version = wanted_version(call);
    HttpAnswer answer = describe(call, version);
    if (check_conditions(call, version)) {
        return not_modified(std::move(answer));
    }
    answer.content_length = version.size;
    return answer;
}

HttpAnswer get_object(CosCall& call) {
    const ObjectVersion& version = wanted_version(call);
    HttpAnswer answer = describe(call, version);
    if (check_conditions(call, version)) {
        return not_modified(std::move(answer));
    }
    if (is_archived(version, call.state.now)) {
        throw CosRefusal{403, "InvalidObjectState", "The object is archived and not restored."};
    }
    const auto wish = call.request.header("Range");
    const auto range = wish ? parse_range(*wish, version.size) : std::nullopt;
    override_headers(call, answer);
    if (!range) {
        give_bytes(answer, version, 0, version.size);
        return answer;
    }
    answer.status = 206;
    answer.headers.emplace_back(
        "Content-Range",
        "bytes " + std::to_string(range->first) + "-" + std::to_string(range->last) + "/" +
            std::to_string(version.size)
    );
    give_bytes(answer, version, range->first, range->last - range->first + 1);
    return answer;
}

HttpAnswer put_object(CosCall& call) {
    check_key(call.key());
    check_content_md5(call.request, false);
    check_replaceable(call);
    ObjectVersion version = described_object(call.request);
    set_content(version, call.request.body);
    version.modified = call.state.now;
    HttpAnswer answer;
    add_print(call, call.state.put_object(*call.bucket, call.key(), std::move(version)), answer);
    return answer;
}

HttpAnswer copy_object(CosCall& call) {
    constexpr std::uint64_t size_max = 5ULL << 30U;
    check_key(call.key());
    check_replaceable(call);
    const ObjectVersion& source = copy_source(call);
    if (source.size > size_max) {
        throw CosRefusal{400, "EntityTooLarge", "More than 5 GB are copied in parts only."};
    }
    const std::string directive =
        to_lower(call.request.header("x-cos-metadata-directive").value_or("Copy"));
    if (directive != "copy" && directive != "replaced") {
        throw CosRefusal{400, "InvalidArgument", "x-cos-metadata-directive: Copy or Replaced."};
    }
    ObjectVersion version = described_object(call.request);
    if (&source == current_version(*call.bucket, call.key()) && directive == "copy" &&
        version.storage_class == source.storage_class) {
        throw CosRefusal{400, "InvalidRequest", "A copy onto itself must change something."};
    }
    if (directive == "copy") {
        version.metadata = source.metadata;
        version.content_type = source.content_type;
    }
    version.size = source.size;
    version.content = source.content;
    version.pattern_seed = source.pattern_seed;
    version.used = source.used;
    version.disk_size = source.disk_size;
    version.flaw = source.flaw;
    version.etag = source.etag;
    version.crc64 = source.crc64;
    version.modified = call.state.now;
    const ObjectVersion& added =
        call.state.put_object(*call.bucket, call.key(), std::move(version));
    const std::string id = shown_version(*call.bucket, added);
    HttpAnswer answer = xml_answer(
        "CopyObjectResult",
        text_element("ETag", added.etag) + element("LastModified", xml_time(added.modified)) +
            element("CRC64", std::to_string(added.crc64)) +
            (id.empty() ? "" : element("VersionId", id))
    );
    add_print(call, added, answer);
    return answer;
}

}  // namespace cloudsim
