// What exists at the real cloud, simulated or not.
#pragma once

#include <string_view>

namespace cloudsim {

// Of the services that are simulated in part.
bool is_real_action(std::string_view service, std::string_view name);
bool is_real_product(std::string_view service);
// Whether the name of any real action fits; a trailing * takes any ending.
bool is_action_pattern(std::string_view pattern);

}  // namespace cloudsim
