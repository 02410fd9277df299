#include "regions.hpp"

#include <algorithm>
#include <array>

namespace cloudsim {
namespace {

constexpr std::array<Region, 24> regions{{
    {"ap-bangkok", "Bangkok", false, false, true},
    {"ap-beijing", "Beijing", true, false, true},
    {"ap-beijing-fsi", "Beijing Finance", true, true, false, true},
    {"ap-chengdu", "Chengdu", true, false, true},
    {"ap-chongqing", "Chongqing", true, false, true},
    {"ap-guangzhou", "Guangzhou", true, false, true},
    {"ap-guangzhou-open", "Guangzhou Open", true, false, false, true},
    {"ap-hongkong", "Hong Kong", false, false, true},
    {"ap-jakarta", "Jakarta", false, false, true},
    {"ap-mumbai", "Mumbai", false, false, false, true},
    {"ap-nanjing", "Nanjing", true, false, true},
    {"ap-seoul", "Seoul", false, false, true},
    {"ap-shanghai", "Shanghai", true, false, true},
    {"ap-shanghai-fsi", "Shanghai Finance", true, true, true},
    {"ap-shenzhen-fsi", "Shenzhen Finance", true, true, true},
    {"ap-singapore", "Singapore", false, false, true},
    {"ap-taipei", "Taipei", false, false, false, true},
    {"ap-tokyo", "Tokyo", false, false, true},
    {"eu-frankfurt", "Frankfurt", false, false, true},
    {"eu-moscow", "Moscow", false, false, false, true},
    {"na-ashburn", "Virginia", false, false, true},
    {"na-siliconvalley", "Silicon Valley", false, false, true},
    {"na-toronto", "Toronto", false, false, false, true},
    {"sa-saopaulo", "Sao Paulo", false, false, true},
}};

}  // namespace

std::span<const Region> all_regions() {
    return regions;
}

const Region* find_region(std::string_view name) {
    const auto found = std::ranges::find(regions, name, &Region::name);
    return found == regions.end() ? nullptr : &*found;
}

}  // namespace cloudsim
