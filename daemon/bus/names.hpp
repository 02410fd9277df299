// Where things are on the bus. Policy names become path elements the way systemd escapes them:
// every byte that is not a letter or a digit (or is a digit in front) as `_` and two hex digits.
#pragma once

#include "model/ids.hpp"

#include <string>
#include <string_view>

namespace cvmbackup::bus {

inline constexpr const char* service_name = "org.cvmbackup1";
inline constexpr const char* root_path = "/org/cvmbackup1";
inline constexpr const char* error_prefix = "org.cvmbackup1.Error.";

std::string escaped(std::string_view label);
std::string policy_path(const PolicyName& policy);
std::string job_path(RunId run);

// "AccessDenied" and the like may follow error_prefix; dots separate words.
bool is_error_word(std::string_view code);

}  // namespace cvmbackup::bus
