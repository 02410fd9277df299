#include "rules/catch_up.hpp"

#include "rules/calendar.hpp"

#include <algorithm>

namespace cvmbackup {

std::optional<Instant> last_unpaused_firing(
    const Policy& policy, const PolicyMemory& memory, Instant after, Instant until
) {
    if (!memory.paused_at) {
        return last_firing(policy, after, until);
    }
    // One microsecond less, as the search is strictly after its begin and includes its end.
    if (memory.paused_until) {
        const Instant resumed = *memory.paused_until - Duration(1);
        const std::optional<Instant> later = last_firing(policy, std::max(after, resumed), until);
        if (later) {
            return later;
        }
    }
    return last_firing(policy, after, std::min(until, *memory.paused_at - Duration(1)));
}

std::optional<Instant> missed_firing(
    const Policy& policy, const PolicyMemory& memory, Instant last_due, Instant now
) {
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
    return last_unpaused_firing(policy, memory, last_due, now);
}

}  // namespace cvmbackup
