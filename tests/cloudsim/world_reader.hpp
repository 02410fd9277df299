// Reads a world file (interfaces.md, "The simulated cloud"). Either a complete world comes back or
// FileError with every problem of the file.
#pragma once

#include "toml_table.hpp"
#include "world.hpp"

#include <string>
#include <string_view>

namespace cloudsim {

World load_world(const std::string& path);
World parse_world(std::string_view text, const std::string& file = "world.toml");

}  // namespace cloudsim
