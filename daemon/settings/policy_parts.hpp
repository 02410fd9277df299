// The parts of a policy, each read by its own file. Every function takes its keys from the policy's
// table and reports what is wrong; what it returns counts only if no error was reported.
#pragma once

#include "model/policy.hpp"
#include "settings/reader.hpp"

namespace cvmbackup {

// `select`; needs the region for checking zones.
Selection read_selection(Reader& policy, const Region& region);

// `schedule zone spread catch_up deny rpo`; `now`: there must be a firing after it.
void read_schedule(Reader& reader, Policy& policy, Instant now);

// `keep`, `copy` and `export`; needs name, region and disks of the policy.
void read_targets(Reader& reader, Policy& policy);

}  // namespace cvmbackup
