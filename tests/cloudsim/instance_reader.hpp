// The parts of a world file that describe instances and images: single ones and many alike.
#pragma once

#include "toml_table.hpp"
#include "world.hpp"

namespace cloudsim {

void read_instance(const toml::table& table, Problems& problems, Account& account);
void read_instances(const toml::table& table, Problems& problems, Account& account);
void read_image(const toml::table& table, Problems& problems, Account& account);
void read_images(const toml::table& table, Problems& problems, Account& account);

}  // namespace cloudsim
