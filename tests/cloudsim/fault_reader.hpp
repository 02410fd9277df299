// Reads a file of faults (examples/faults.toml shows every kind). Either the whole plan comes back
// or FileError with every problem of the file.
#pragma once

#include "faults.hpp"
#include "toml_table.hpp"
#include "world.hpp"

#include <string>
#include <string_view>

namespace cloudsim {

// Of a world that is known, the accounts that the file names must be there.
FaultPlan load_faults(const std::string& path, const World* world = nullptr);
FaultPlan parse_faults(
    std::string_view text, const std::string& file = "faults.toml", const World* world = nullptr
);

}  // namespace cloudsim
