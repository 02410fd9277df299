#include "cloud/cos_codec.hpp"

#include "cloud/text.hpp"
#include "cloud/xml.hpp"

namespace cvmbackup {

namespace {

std::string unquoted(std::string text) {
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
        return text.substr(1, text.size() - 2);
    return text;
}

Decoded<StoredObject> read_object(const XmlElement& element, bool encoded) {
    StoredObject object;
    const XmlElement* key = element.child("Key");
    const auto size = parse_number(element.child_text("Size"));
    if (key == nullptr || key->text.empty() || !size)
        return BadAnswer{"an object of the list has no key or no size"};
    object.key = key->text;
    if (encoded) {
        auto decoded = url_decoded(key->text);
        if (!decoded)
            return BadAnswer{"a key of the list is not encoded properly: " + key->text};
        object.key = std::move(*decoded);
    }
    object.size_bytes = *size;
    object.etag = unquoted(element.child_text("ETag"));
    return object;
}

}  // namespace

std::map<std::string, std::string> list_parameters(
    const std::string& prefix, const std::string& marker
) {
    std::map<std::string, std::string> params;
    params["encoding-type"] = "url";
    params["max-keys"] = "1000";
    params["prefix"] = prefix;
    if (!marker.empty())
        params["marker"] = marker;
    return params;
}

Decoded<ObjectPage> decode_object_page(std::string_view body) {
    const std::optional<XmlElement> root = parse_xml(body);
    if (!root || root->name != "ListBucketResult")
        return BadAnswer{"the list of objects is not the XML that was agreed"};
    const bool encoded = root->child_text("EncodingType") == "url";
    ObjectPage page;
    for (const XmlElement& child : root->children) {
        if (child.name != "Contents")
            continue;
        Decoded<StoredObject> object = read_object(child, encoded);
        if (!object)
            return object.error();
        page.objects.push_back(std::move(*object));
    }
    if (root->child_text("IsTruncated") != "true")
        return page;
    std::string marker = root->child_text("NextMarker");
    if (encoded)
        marker = url_decoded(marker).value_or("");
    if (marker.empty() && !page.objects.empty())
        marker = page.objects.back().key;  // keys are listed in order
    if (marker.empty())
        return BadAnswer{"the list of objects says that it goes on, but not where"};
    page.next_marker = std::move(marker);
    return page;
}

Decoded<StoredObject> decode_object_head(const std::string& key, const HttpHeaders& headers) {
    const auto size = parse_number(find_header(headers, "Content-Length"));
    if (!size)
        return BadAnswer{"no Content-Length"};
    StoredObject object;
    object.key = key;
    object.size_bytes = *size;
    object.etag = unquoted(std::string(find_header(headers, "ETag")));
    object.crc64 = find_header(headers, "x-cos-hash-crc64ecma");
    return object;
}

CosError decode_cos_error(std::string_view body) {
    CosError error;
    const std::optional<XmlElement> root = parse_xml(body);
    if (!root || root->name != "Error")
        return error;
    error.code = root->child_text("Code");
    error.message = root->child_text("Message");
    return error;
}

}  // namespace cvmbackup
