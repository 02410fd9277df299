// A policy's backups need not all begin in the same second: each instance has its own fixed share
// of the spread. The share depends on the two names only, so it survives restarts and upgrades.
#pragma once

#include "model/ids.hpp"
#include "model/time.hpp"

namespace cvmbackup {

// Uniform over [0, spread) in whole microseconds; 0 if there is no spread.
Duration spread_offset(const PolicyName& policy, const InstanceId& instance, Duration spread);

}  // namespace cvmbackup
