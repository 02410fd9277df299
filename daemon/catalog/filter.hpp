// A BackupFilter as SQL.
#pragma once

#include "ports/catalog.hpp"

#include <SQLiteCpp/Statement.h>

#include <string>

namespace cvmbackup {

std::string conditions(const BackupFilter& filter);  // " WHERE …"
void bind_conditions(SQLite::Statement& statement, const BackupFilter& filter);

}  // namespace cvmbackup
