// The sums over all that a catalog holds, one question each.
#pragma once

#include "ports/catalog.hpp"

#include <SQLiteCpp/Database.h>

namespace cvmbackup {

Totals read_totals(SQLite::Database& database);

}  // namespace cvmbackup
