// COS's XML and headers to and from our words (COS XML API: GET Bucket, HEAD Object, errors). Pure.
#pragma once

#include "cloud/codec.hpp"
#include "cloud/transport.hpp"
#include "model/cloud_objects.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cvmbackup {

struct ObjectPage {
    std::vector<StoredObject> objects;
    std::string next_marker;  // empty: that was all
};

// Keys come back URL-encoded, so that any key survives XML.
std::map<std::string, std::string> list_parameters(
    const std::string& prefix, const std::string& marker
);

Decoded<ObjectPage> decode_object_page(std::string_view body);
// Without a size the object cannot be judged complete: that is a bad answer.
Decoded<StoredObject> decode_object_head(const std::string& key, const HttpHeaders& headers);

struct CosError {
    std::string code;
    std::string message;
};

// Empty fields where the body says nothing.
CosError decode_cos_error(std::string_view body);

}  // namespace cvmbackup
