// Which copies stay and which may go. See the comment on plan_retention for the exact meaning.
#pragma once

#include "model/plan.hpp"
#include "model/policy.hpp"
#include "model/time.hpp"

#include <vector>

namespace cvmbackup {

Plan plan_retention(const Policy& policy, const std::vector<Backup>& points, Instant now);

}  // namespace cvmbackup
