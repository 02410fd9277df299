// Firings that were due while the daemon did not run (or the clock was wrong) are made up for at
// most once: the newest of them stands for all. An instant that lies in a denied window never was
// a firing, so it is not missed either.
#pragma once

#include "model/backup.hpp"
#include "model/policy.hpp"
#include "model/time.hpp"

#include <optional>

namespace cvmbackup {

// The newest firing in (after, until] that does not lie in the pause that is remembered.
std::optional<Instant> last_unpaused_firing(
    const Policy& policy, const PolicyMemory& memory, Instant after, Instant until
);

// The newest of these in (last_due, now], if the policy's catch-up allows its age (`within`: at
// most the window, inclusive). Nothing if there is none, or if last_due is not before now: a clock
// that was set back never makes an instant fire a second time. The work is bounded however long ago
// last_due is.
std::optional<Instant> missed_firing(
    const Policy& policy, const PolicyMemory& memory, Instant last_due, Instant now
);

}  // namespace cvmbackup
