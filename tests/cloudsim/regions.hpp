// The cloud's regions as data (facts/tencent-cloud.md section 4) and which of them an image may be
// copied between.
#pragma once

#include <span>
#include <string_view>

namespace cloudsim {

struct Region {
    std::string_view name;
    std::string_view title;
    bool mainland;
    bool finance;
    bool receives_copies;
    bool doubtful = false;  // missing from some of the published lists
};

std::span<const Region> all_regions();
// nullptr when there is none of that name.
const Region* find_region(std::string_view name);

}  // namespace cloudsim
