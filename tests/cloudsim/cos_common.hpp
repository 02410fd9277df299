// What several operations of COS share: versions by id, bodies and their digests, conditions,
// copy sources, and the headers and XML that tell of an object.
#pragma once

#include "cos_operations.hpp"
#include "xml.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace cloudsim {

constexpr const char* null_version = "null";

// "" while the bucket never was versioned, "null" for what was put while versioning was off.
std::string shown_version(const BucketState& bucket, const ObjectVersion& version);

// The newest version, unless it is a delete marker.
const ObjectVersion* current_version(const BucketState& bucket, const std::string& key);
// The newest version, or the one of that id ("" for none); refuses what is missing or a marker.
ObjectVersion& version_of(BucketState& bucket, const std::string& key, const std::string& id);
// The one the request is about.
ObjectVersion& wanted_version(CosCall& call);

bool is_archived(const ObjectVersion& version, Instant now);
// x-cos-restore, "" for an object that nobody restores.
std::string restore_header(const ObjectVersion& version, Instant now);

// The refusals of both: a body that is not what its Content-MD5 says, and no XML of that root.
void check_content_md5(const HttpRequest& request, bool is_required);
XmlElement parse_body(const HttpRequest& request, std::string_view root);

void check_key(const std::string& key);
// What the request's headers tell of the object that it makes; not its bytes.
ObjectVersion described_object(const HttpRequest& request);
void set_content(ObjectVersion& version, std::string content);
// Refuses to replace what object lock holds.
void check_replaceable(const CosCall& call);

enum class Verdict { holds, fails, unchanged };

// If-Match and its kin; the prefix is "" or "x-cos-copy-source-".
Verdict judge_conditions(
    const HttpRequest& request, const std::string& prefix, const ObjectVersion& version
);

struct ByteRange {
    std::uint64_t first;
    std::uint64_t last;
};

// Nothing when the text is no single range of bytes; refuses one that begins behind the end.
std::optional<ByteRange> parse_range(std::string_view text, std::uint64_t size);

// The version that x-cos-copy-source names, if the caller may read it and the conditions hold.
const ObjectVersion& copy_source(CosCall& call);

HttpAnswer xml_answer(std::string_view root, std::string_view content);
std::string owner_element(std::string_view name, const BucketState& bucket);
// 2019-05-24T10:56:40.000Z
std::string xml_time(Instant at);

}  // namespace cloudsim
