// Due times at which nothing is begun, because the policy was paused or nobody was there in time:
// they are counted and told, one row of the catalog for each span.
#pragma once

#include "model/backup.hpp"
#include "model/policy.hpp"
#include "model/time.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cvmbackup {

// Due times in a row, for one reason.
struct PassedOver {
    Instant first{};
    Instant last{};
    int count = 0;  // up to passed_max
    bool paused = false;
    std::string why;  // a clause; filled in by whoever knows
};

// All due times in (after, until] but `begun`, the newest of those that lie in no pause; cut where
// the pause that is remembered begins and ends. The work is bounded however long that is.
std::vector<PassedOver> passed_over(
    const Policy& policy,
    const PolicyMemory& memory,
    Instant after,
    Instant until,
    std::optional<Instant> begun
);

// "168 due times from A to B passed without a run: WHY"
std::string passed_text(const PassedOver& what);
// The row goes on with what followed it, if that has the same reason.
bool goes_on(const Run& row, const PassedOver& next);
// Puts the span into the row, new or not.
void add_passed(Run& row, const PassedOver& what);

}  // namespace cvmbackup
