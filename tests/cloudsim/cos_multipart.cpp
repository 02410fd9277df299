// Multipart uploads (facts/tencent-cloud.md 5.3). Parts are kept until the upload is completed or
// aborted; they belong to no listing of objects.
#include "cos_common.hpp"
#include "digests.hpp"

#include <algorithm>
#include <charconv>

namespace cloudsim {
namespace {

constexpr int part_number_max = 10000;
constexpr std::size_t part_size_min = 1024 * 1024;  // of all parts but the last

using Uploads = std::map<std::pair<std::string, std::string>, Upload>;

Uploads::iterator find_upload(CosCall& call) {
    const auto found = call.bucket->uploads.find({call.key(), call.parameter("uploadId")});
    if (found == call.bucket->uploads.end()) {
        throw CosRefusal{404, "NoSuchUpload", "The specified multipart upload does not exist."};
    }
    return found;
}

int wanted_part_number(const CosCall& call) {
    const int number = call.number("partNumber", 0, 1, part_number_max);
    if (number == 0) {
        throw CosRefusal{400, "InvalidArgument", "partNumber is empty."};
    }
    return number;
}

UploadedPart part_of(const CosCall& call, std::string content) {
    UploadedPart part;
    part.etag = "\"" + md5_hex(content) + "\"";
    part.content = std::make_shared<const std::string>(std::move(content));
    part.modified = call.state.now;
    return part;
}

struct ToldPart {
    int number = 0;
    std::string etag;
};

std::vector<ToldPart> read_parts(const HttpRequest& request) {
    std::vector<ToldPart> parts;
    for (const XmlElement& child : parse_body(request, "CompleteMultipartUpload").children) {
        ToldPart part;
        const std::string number = child.child_text("PartNumber");
        const char* last = number.data() + number.size();
        const auto [end, error] = std::from_chars(number.data(), last, part.number);
        part.etag = child.child_text("ETag");
        std::erase(part.etag, '"');
        if (child.name != "Part" || error != std::errc{} || end != last || part.etag.empty()) {
            throw CosRefusal{400, "MalformedXML", "A Part has no PartNumber or no ETag."};
        }
        parts.push_back(std::move(part));
    }
    if (parts.empty()) {
        throw CosRefusal{400, "MalformedXML", "No Part is named."};
    }
    return parts;
}

std::vector<const UploadedPart*> checked_parts(
    const Upload& upload, const std::vector<ToldPart>& told
) {
    std::vector<const UploadedPart*> parts;
    for (std::size_t i = 0; i < told.size(); ++i) {
        if (i > 0 && told[i].number <= told[i - 1].number) {
            throw CosRefusal{400, "InvalidPartOrder", "The parts are not in ascending order."};
        }
        const auto found = upload.parts.find(told[i].number);
        if (found == upload.parts.end() || found->second.etag != "\"" + told[i].etag + "\"") {
            throw CosRefusal{
                400,
                "InvalidPart",
                "Part " + std::to_string(told[i].number) + " is missing or another one."};
        }
        parts.push_back(&found->second);
    }
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
        if (parts[i]->content->size() < part_size_min) {
            throw CosRefusal{400, "EntityTooSmall", "A part but the last is smaller than 1 MB."};
        }
    }
    return parts;
}

ObjectVersion assembled(const Upload& upload, const std::vector<const UploadedPart*>& parts) {
    std::string content;
    std::string digests;
    for (const UploadedPart* part : parts) {
        content += *part->content;
        digests += md5(*part->content);
    }
    ObjectVersion version = upload.object;
    set_content(version, std::move(content));
    version.etag = "\"" + md5_hex(digests) + "-" + std::to_string(parts.size()) + "\"";
    return version;
}

}  // namespace

HttpAnswer initiate_upload(CosCall& call) {
    check_key(call.key());
    Upload upload;
    upload.object = described_object(call.request);
    upload.initiated = call.state.now;
    const std::string id =
        std::to_string(whole_seconds(call.state.now)) + call.state.uploads_chance.word(54);
    call.bucket->uploads[{call.key(), id}] = std::move(upload);
    return xml_answer(
        "InitiateMultipartUploadResult",
        element("Bucket", call.bucket->bucket.name) + text_element("Key", call.key()) +
            element("UploadId", id)
    );
}

HttpAnswer upload_part(CosCall& call) {
    const int number = wanted_part_number(call);
    Upload& upload = find_upload(call)->second;
    check_content_md5(call.request, false);
    UploadedPart part = part_of(call, call.request.body);
    HttpAnswer answer;
    answer.headers.emplace_back("ETag", part.etag);
    answer.headers.emplace_back("x-cos-hash-crc64ecma", std::to_string(crc64_ecma(*part.content)));
    upload.parts[number] = std::move(part);
    return answer;
}

HttpAnswer copy_part(CosCall& call) {
    const int number = wanted_part_number(call);
    Upload& upload = find_upload(call)->second;
    const ObjectVersion& source = copy_source(call);
    if (!source.content) {
        throw CosRefusal{
            501, "NotImplemented", "cvmcloudsim does not copy exported images in parts."};
    }
    const auto wish = call.request.header("x-cos-copy-source-range");
    const auto range = wish ? parse_range(*wish, source.size) : std::nullopt;
    if (wish && !range) {
        throw CosRefusal{400, "InvalidArgument", "x-cos-copy-source-range is not a range."};
    }
    UploadedPart part = part_of(
        call,
        range ? source.content->substr(range->first, range->last - range->first + 1)
              : *source.content
    );
    const std::string result =
        text_element("ETag", part.etag) + element("LastModified", xml_time(part.modified));
    upload.parts[number] = std::move(part);
    return xml_answer("CopyPartResult", result);
}

HttpAnswer list_parts(CosCall& call) {
    const Upload& upload = find_upload(call)->second;
    const int after = call.number("part-number-marker", 0, 0, part_number_max);
    const int most = call.number("max-parts", 1000, 1, 1000);
    const bool encodes = call.parameter("encoding-type") == "url";
    std::string parts;
    int last = after;
    int count = 0;
    auto part = upload.parts.upper_bound(after);
    for (; part != upload.parts.end() && count < most; ++part, ++count) {
        last = part->first;
        parts += element(
            "Part",
            element("PartNumber", std::to_string(part->first)) +
                element("LastModified", xml_time(part->second.modified)) +
                text_element("ETag", part->second.etag) +
                element("Size", std::to_string(part->second.content->size()))
        );
    }
    const bool is_truncated = part != upload.parts.end();
    return xml_answer(
        "ListPartsResult",
        element("Bucket", call.bucket->bucket.name) +
            (encodes ? element("EncodingType", "url") : "") +
            element("Key", encodes ? percent_encode(call.key()) : xml_escape(call.key())) +
            element("UploadId", call.parameter("uploadId")) +
            owner_element("Initiator", *call.bucket) + owner_element("Owner", *call.bucket) +
            element("StorageClass", upload.object.storage_class) +
            element("PartNumberMarker", std::to_string(after)) +
            (is_truncated ? element("NextPartNumberMarker", std::to_string(last)) : "") +
            element("MaxParts", std::to_string(most)) +
            element("IsTruncated", is_truncated ? "true" : "false") + parts
    );
}

HttpAnswer complete_upload(CosCall& call) {
    const auto found = find_upload(call);
    check_content_md5(call.request, false);
    const auto parts = checked_parts(found->second, read_parts(call.request));
    check_replaceable(call);
    ObjectVersion version = assembled(found->second, parts);
    version.modified = call.state.now;
    const ObjectVersion& added =
        call.state.put_object(*call.bucket, call.key(), std::move(version));
    call.bucket->uploads.erase(found);
    const Bucket& bucket = call.bucket->bucket;
    HttpAnswer answer = xml_answer(
        "CompleteMultipartUploadResult",
        text_element(
            "Location",
            "http://" + bucket.name + ".cos." + bucket.region + ".myqcloud.com/" + call.key()
        ) + element("Bucket", bucket.name) +
            text_element("Key", call.key()) + text_element("ETag", added.etag)
    );
    answer.headers.emplace_back("x-cos-hash-crc64ecma", std::to_string(added.crc64));
    const std::string id = shown_version(*call.bucket, added);
    if (!id.empty()) {
        answer.headers.emplace_back("x-cos-version-id", id);
    }
    return answer;
}

HttpAnswer abort_upload(CosCall& call) {
    call.bucket->uploads.erase(find_upload(call));
    HttpAnswer answer;
    answer.status = 204;
    return answer;
}

}  // namespace cloudsim
