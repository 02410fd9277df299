#include "cos_common.hpp"

#include <algorithm>

namespace cloudsim {
namespace {

constexpr std::size_t keys_max = 1000;  // POST ?delete

struct Deletion {
    std::string removed_version;  // the one that was asked for, as it was asked for
    bool made_marker = false;
    bool removed_marker = false;
    std::string marker_version;
};

void check_free(const State& state, const ObjectVersion& version) {
    if (version.retained_until > state.now) {
        throw CosRefusal{
            403,
            "AccessDenied",
            "The object is retained until " + to_rfc3339(*version.retained_until) + "."};
    }
}

// That it is not there is as good as deleted.
Deletion delete_version(
    State& state, BucketState& bucket, const std::string& key, const std::string& id
) {
    Deletion deletion{.removed_version = id};
    const auto found = bucket.objects.find(key);
    if (found == bucket.objects.end()) {
        return deletion;
    }
    auto& versions = found->second;
    const std::string stored = id == null_version ? "" : id;
    const auto version = std::ranges::find(versions, stored, &ObjectVersion::version_id);
    if (version == versions.end()) {
        return deletion;
    }
    check_free(state, *version);
    if (version->is_delete_marker) {
        deletion.removed_marker = true;
        deletion.marker_version = id;
    }
    versions.erase(version);
    if (versions.empty()) {
        bucket.objects.erase(found);
    }
    return deletion;
}

Deletion delete_one(
    State& state, BucketState& bucket, const std::string& key, const std::string& id
) {
    if (!id.empty()) {
        return delete_version(state, bucket, key, id);
    }
    if (state.is_held(bucket, key)) {
        throw CosRefusal{403, "AccessDenied", "The object is retained by object lock."};
    }
    Deletion deletion;
    if (bucket.versioning == Versioning::never) {
        bucket.objects.erase(key);
        return deletion;
    }
    ObjectVersion marker;
    marker.is_delete_marker = true;
    marker.modified = state.now;
    deletion.made_marker = true;
    deletion.marker_version =
        shown_version(bucket, state.put_object(bucket, key, std::move(marker)));
    return deletion;
}

std::string to_xml(const std::string& key, const Deletion& deletion) {
    std::string text = text_element("Key", key);
    if (!deletion.removed_version.empty()) {
        text += text_element("VersionId", deletion.removed_version);
    }
    if (deletion.made_marker || deletion.removed_marker) {
        text += element("DeleteMarker", "true");
        text += text_element("DeleteMarkerVersionId", deletion.marker_version);
    }
    return element("Deleted", text);
}

std::string to_xml(const std::string& key, const std::string& id, const CosRefusal& refusal) {
    return element(
        "Error",
        text_element("Key", key) + (id.empty() ? "" : text_element("VersionId", id)) +
            element("Code", refusal.code()) + text_element("Message", refusal.what())
    );
}

struct Wish {
    std::vector<std::pair<std::string, std::string>> versions;  // key, version id or ""
    bool is_quiet = false;
};

Wish read_wish(const HttpRequest& request) {
    Wish wish;
    const XmlElement root = parse_body(request, "Delete");
    wish.is_quiet = to_lower(root.child_text("Quiet")) == "true";
    for (const XmlElement& child : root.children) {
        const XmlElement* key = child.name == "Object" ? child.child("Key") : nullptr;
        if (child.name == "Object" && (key == nullptr || key->text.empty())) {
            throw CosRefusal{400, "MalformedXML", "An Object has no Key."};
        }
        if (key != nullptr) {
            wish.versions.emplace_back(key->text, child.child_text("VersionId"));
        }
    }
    if (wish.versions.empty() || wish.versions.size() > keys_max) {
        throw CosRefusal{400, "MalformedXML", "Between 1 and 1000 objects are deleted at once."};
    }
    return wish;
}

}  // namespace

HttpAnswer delete_object(CosCall& call) {
    const Deletion deletion =
        delete_one(call.state, *call.bucket, call.key(), call.parameter("versionId"));
    HttpAnswer answer;
    answer.status = 204;
    const bool is_marker = deletion.made_marker || deletion.removed_marker;
    if (is_marker) {
        answer.headers.emplace_back("x-cos-delete-marker", "true");
    }
    const std::string& id = is_marker ? deletion.marker_version : deletion.removed_version;
    if (!id.empty()) {
        answer.headers.emplace_back("x-cos-version-id", id);
    }
    return answer;
}

HttpAnswer delete_objects(CosCall& call) {
    check_content_md5(call.request, true);
    const Wish wish = read_wish(call.request);
    std::string results;
    for (const auto& [key, id] : wish.versions) {
        try {
            const Deletion deletion = delete_one(call.state, *call.bucket, key, id);
            results += wish.is_quiet ? "" : to_xml(key, deletion);
        } catch (const CosRefusal& refusal) {
            results += to_xml(key, id, refusal);
        }
    }
    return xml_answer("DeleteResult", results);
}

}  // namespace cloudsim
