// The sums over all that a catalog holds, one question each.
#pragma once

#include "ports/catalog.hpp"

#include <SQLiteCpp/Database.h>

namespace cvmbackup {

// `now` as columns hold it.
Totals read_totals(SQLite::Database& database, std::int64_t now);

}  // namespace cvmbackup
