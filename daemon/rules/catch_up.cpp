#include "rules/catch_up.hpp"

#include "rules/calendar.hpp"

#include <algorithm>

namespace cvmbackup {

std::optional<Instant> missed_firing(const Policy& policy, Instant last_due, Instant now) {
    switch (policy.catch_up.mode) {
        case CatchUp::Mode::none:
            return std::nullopt;
        case CatchUp::Mode::within:
            // One microsecond more, as the search is strictly after its begin.
            last_due = std::max(last_due, now - policy.catch_up.window - Duration(1));
            break;
        case CatchUp::Mode::always:
            break;
    }
    return last_firing(policy, last_due, now);
}

}  // namespace cvmbackup
