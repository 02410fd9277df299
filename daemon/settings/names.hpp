// Names that are checked in more than one file: policies and accounts, regions.
#pragma once

#include "model/ids.hpp"
#include "settings/reader.hpp"

#include <string>

namespace cvmbackup {

constexpr std::size_t name_max = 64;  // of policies and accounts

// Letters, digits, '_' and '-'; reports what is not.
void check_name(const Found<std::string>& name, const char* what, FileReport& report);

// The region at the table's key "region". A malformed one is an error; one that our table does not
// know is a warning, as the table may be older than the cloud. Empty if absent.
Found<Region> read_region(Reader& reader, const std::string& advice);

}  // namespace cvmbackup
