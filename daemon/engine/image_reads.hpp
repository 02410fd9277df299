// Reads images by their ids, as many as there are.
#pragma once

#include "ports/cloud.hpp"

#include <vector>

namespace cvmbackup {

// A call for each ids_per_call; fails if one of them does. What is not there is not in the list.
Task<Outcome<std::vector<Image>>> read_images(Cloud& cloud, Place place, std::vector<ImageId> ids);

}  // namespace cvmbackup
