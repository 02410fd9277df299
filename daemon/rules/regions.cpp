#include "rules/regions.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace cvmbackup {

namespace {

struct Known {
    std::string_view region;
    bool mainland;
    bool finance = false;
    bool copies = true;  // false: the cloud copies no images from or to it
};

constexpr std::array<Known, 24> table{{
    {"ap-bangkok", false},
    {"ap-beijing", true},
    {"ap-beijing-fsi", true, true},
    {"ap-chengdu", true},
    {"ap-chongqing", true},
    {"ap-guangzhou", true},
    {"ap-guangzhou-open", true},
    {"ap-hongkong", false},
    {"ap-jakarta", false},
    {"ap-mumbai", false},
    {"ap-nanjing", true},
    {"ap-seoul", false},
    {"ap-shanghai", true},
    {"ap-shanghai-fsi", true, true},
    {"ap-shenzhen-fsi", true, true},
    {"ap-singapore", false},
    {"ap-taipei", false, false, false},
    {"ap-tokyo", false},
    {"eu-frankfurt", false},
    {"eu-moscow", false},
    {"na-ashburn", false},
    {"na-siliconvalley", false},
    {"na-toronto", false},
    {"sa-saopaulo", false},
}};

const Known* find(const Region& region) {
    const auto* const found = std::ranges::find(table, region.text(), &Known::region);
    return found == table.end() ? nullptr : &*found;
}

std::string border_reason(const Known& from, const Known& to) {
    const auto side = [](const Known& known) {
        return std::string(known.region) + (known.mainland ? " is inside" : " is outside");
    };
    return "images are not copied across the border of mainland China (" + side(from) + ", " +
           side(to) + "); choose a region on the same side";
}

}  // namespace

bool known_region(const Region& region) {
    return find(region) != nullptr;
}

bool finance_region(const Region& region) {
    const Known* known = find(region);
    return known != nullptr && known->finance;
}

std::vector<Region> known_regions() {
    std::vector<Region> regions;
    for (const Known& known : table) {
        regions.emplace_back(std::string(known.region));
    }
    return regions;
}

std::optional<std::string> why_not_copy(const Region& from, const Region& to) {
    if (from == to) {
        return "the image is in " + to.text() + " already; choose another region";
    }
    const Known* source = find(from);
    const Known* target = find(to);
    for (const Known* known : {source, target}) {
        if (known != nullptr && !known->copies) {
            return "the cloud copies no images from or to " + std::string(known->region);
        }
    }
    if (source == nullptr || target == nullptr) {
        return std::nullopt;
    }
    if (source->finance != target->finance) {
        return "images are copied between finance regions (…-fsi) only, or between ordinary "
               "ones; " +
               from.text() + " and " + to.text() + " are of different kinds";
    }
    if (source->mainland != target->mainland) {
        return border_reason(*source, *target);
    }
    return std::nullopt;
}

}  // namespace cvmbackup
