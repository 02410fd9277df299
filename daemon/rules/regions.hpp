// What is known about the cloud's regions, as data: which side of the mainland border they lie on,
// which are isolated for finance, where images cannot be copied. The table may be older than the
// cloud, so an unknown region is never refused here. Source: DOC 213/33267 and 213/4943.
#pragma once

#include "model/ids.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cvmbackup {

bool known_region(const Region& region);
bool finance_region(const Region& region);  // false for unknown ones
std::vector<Region> known_regions();        // sorted

// Why the cloud would refuse to copy an image from one region to the other, in plain words; nothing
// if it is allowed, or if a region is unknown and differs from the other.
std::optional<std::string> why_not_copy(const Region& from, const Region& to);

}  // namespace cvmbackup
