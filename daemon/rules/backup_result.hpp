// What a backup amounts to, by its copies: when it ends, and again when the cloud was found to have
// more or less of it than the catalog said.
#pragma once

#include "model/backup.hpp"

namespace cvmbackup {

// Sets `result` and `good`. A deleted copy does not tell any more whether it was whole, so what was
// said of the backup before counts for it; second images of a copy count for nothing.
void judge_result(Backup& backup);

}  // namespace cvmbackup
