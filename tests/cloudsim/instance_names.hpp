// Names of instances that are launched together (RunInstances, InstanceName and HostName): the
// patterns {R:x} and {R:x,F:y} count up from x, in at least y digits; without a pattern the names
// of several get the endings 1, 2 and so on.
#pragma once

#include <cstdint>
#include <string>

namespace cloudsim {

// The name of the n-th of so many, from 0.
std::string numbered_name(const std::string& pattern, std::int64_t number, std::int64_t count);

}  // namespace cloudsim
