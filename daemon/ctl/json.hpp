// Rows of the bus as JSON, the same field names: `x_usec` becomes `x` in RFC 3339 (UTC) and 0
// becomes null; signed -1, which stands for "unknown", becomes null. Keys are sorted.
#pragma once

#include "ctl/values.hpp"

#include <string>

namespace cvmbackup::ctl {

std::string to_json(const Rows& rows);
std::string to_json(const Dict& row);
// A string with its quotes.
std::string json_string(const std::string& text);

}  // namespace cvmbackup::ctl
