// Lists and disks as they lie in one column: JSON, written in one form, and read in any.
#pragma once

#include "model/backup.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cvmbackup {

std::string column_of(const Disk& disk);
std::string column_of(const std::vector<Disk>& disks);
std::string column_of(const std::vector<StoredObject>& objects);
std::string column_of(const std::vector<std::string>& texts);

// Throw std::runtime_error (boost::system::system_error) if the column is something else.
void read_column(std::string_view column, Disk& disk);
void read_column(std::string_view column, std::vector<Disk>& disks);
void read_column(std::string_view column, std::vector<StoredObject>& objects);
void read_column(std::string_view column, std::vector<std::string>& texts);

}  // namespace cvmbackup
