// A BackupFilter as SQL.
#pragma once

#include "catalog/statement.hpp"
#include "ports/catalog.hpp"

#include <string>

namespace cvmbackup {

std::string conditions(const BackupFilter& filter);  // " WHERE …"
void bind_conditions(Statement& statement, const BackupFilter& filter);

}  // namespace cvmbackup
