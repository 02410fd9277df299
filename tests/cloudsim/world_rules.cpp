#include "world_rules.hpp"

#include "text.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>

namespace cloudsim {
namespace {

bool is_number(std::string_view text) {
    constexpr std::size_t digits_max = 20;
    return !text.empty() && text.size() <= digits_max &&
           text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

void check_uin(TomlTable& reader, const char* key, const std::string& uin) {
    if (!uin.empty() && !is_number(uin)) {
        reader.problem(key, "'" + uin + "' is no uin, which is a number such as 100000000001");
    }
}

void check_instance_type(TomlTable& reader, const char* key, const std::string& type) {
    const auto dot = type.find('.');
    if (dot == std::string::npos || dot == 0 || dot + 1 == type.size()) {
        reader.problem(key, "'" + type + "' is no instance type such as S5.MEDIUM2");
    }
}

void check_disk_type(TomlTable& reader, const std::string& type) {
    static constexpr std::array types{
        "CLOUD_BASIC",
        "CLOUD_PREMIUM",
        "CLOUD_SSD",
        "CLOUD_BSSD",
        "CLOUD_HSSD",
        "CLOUD_TSSD",
        "LOCAL_BASIC",
        "LOCAL_SSD",
        "LOCAL_NVME",
        "LOCAL_PRO"};
    if (std::ranges::find(types, type) == types.end()) {
        std::string choices;
        for (const char* choice : types) {
            choices += (choices.empty() ? "" : ", ") + std::string{choice};
        }
        reader.problem("type", "'type' must be one of " + choices);
    }
}

void check_address(TomlTable& reader, const char* key, const std::string& address) {
    in_addr ignored{};
    if (!address.empty() && inet_pton(AF_INET, address.c_str(), &ignored) != 1) {
        reader.problem(key, "'" + address + "' is no IPv4 address such as 10.0.0.7");
    }
}

void check_image_name(TomlTable& reader, const char* key, const std::string& name) {
    constexpr std::size_t name_max = 60;
    if (name.empty() || count_characters(name) > name_max) {
        reader.problem(key, "an image's name has 1 to 60 characters");
    }
}

std::string region_of_zone(const std::string& zone) {
    const auto dash = zone.rfind('-');
    const bool has_number = dash != std::string::npos && is_number(zone.substr(dash + 1));
    return has_number ? zone.substr(0, dash) : "";
}

}  // namespace cloudsim
