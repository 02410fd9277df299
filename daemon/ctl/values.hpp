// Reading rows of the bus. A missing key reads as empty, zero or none, so that the client also
// understands an older daemon.
#pragma once

#include "model/time.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cvmbackup::ctl {

using Dict = std::map<std::string, sdbus::Variant>;
using Rows = std::vector<Dict>;

std::string text(const Dict& row, const std::string& key);
std::int64_t number(const Dict& row, const std::string& key);
double real(const Dict& row, const std::string& key);
bool flag(const Dict& row, const std::string& key);
std::optional<Instant> instant(const Dict& row, const std::string& key);
std::vector<std::string> texts(const Dict& row, const std::string& key);
Rows rows(const Dict& row, const std::string& key);
Dict dict(const Dict& row, const std::string& key);

std::string joined(const std::vector<std::string>& texts, const std::string& between);

}  // namespace cvmbackup::ctl
