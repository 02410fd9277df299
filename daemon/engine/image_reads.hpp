// Reads images by their ids, as many as there are.
#pragma once

#include "ports/cloud.hpp"

#include <vector>

namespace cvmbackup {

// A call for each ids_per_call; fails if one of them does, but where it is refused for good, as one
// image may be that no call can name: then all images of the account there are listed. What is not
// there is not in the answer.
Task<Outcome<std::vector<Image>>> read_images(Cloud& cloud, Place place, std::vector<ImageId> ids);

}  // namespace cvmbackup
