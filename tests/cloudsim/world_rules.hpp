// Forms that keys of a world have; each tells a problem at its key.
#pragma once

#include "toml_table.hpp"

#include <string>

namespace cloudsim {

void check_uin(TomlTable& reader, const char* key, const std::string& uin);
void check_instance_type(TomlTable& reader, const char* key, const std::string& type);
void check_disk_type(TomlTable& reader, const std::string& type);
// An IPv4 address, or nothing.
void check_address(TomlTable& reader, const char* key, const std::string& address);
void check_image_name(TomlTable& reader, const char* key, const std::string& name);
// "" of what is not a region, '-' and a number.
std::string region_of_zone(const std::string& zone);

}  // namespace cloudsim
