// Reads [behaviour] of a world file: one key for each thing that nobody could verify.
#pragma once

#include "toml_table.hpp"
#include "world.hpp"

namespace cloudsim {

void read_behaviour(const toml::table& table, Problems& problems, Behaviour& behaviour);

}  // namespace cloudsim
