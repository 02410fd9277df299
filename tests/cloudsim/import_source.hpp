// The object behind an ImageUrl of ImportImage: where it is, and what an import finds in it. An
// exported disk is known; an uploaded object counts by its size, unless its metadata
// (x-cos-meta-sim-size, x-cos-meta-sim-used, in GiB, x-cos-meta-sim-flaw) says what it stands for.
#pragma once

#include "actions.hpp"

#include <string>

namespace cloudsim {

struct ImportSource {
    std::int64_t size = 1;  // GiB of the disk
    std::int64_t used = 1;  // GiB of content
    std::string flaw;
    std::string failure;  // not empty: the object cannot be read
};

// Throws InvalidParameter.InvalidParameterUrlError for a URL that is none of an object in COS or
// not of a region that this one imports from.
ImportSource import_source(const Call& call, const std::string& url);

}  // namespace cloudsim
