// Which recovery points an operator keeps, as far as the daemon surely knows of it: it said yes,
// and nobody asked to unpin since. All instants are the daemon's wall time.
#pragma once

#include "model/ids.hpp"
#include "model/time.hpp"

#include <map>
#include <optional>
#include <set>

namespace cvmbackup::simulation {

class PinBook {
public:
    void pinned(BackupId point, std::optional<Instant> until);
    void unpinned(BackupId point);

    std::set<BackupId> held(Instant now) const;
    // It was pinned, and is not any more.
    bool is_over(BackupId point, Instant now) const;

private:
    std::map<BackupId, Instant> until_;
};

}  // namespace cvmbackup::simulation
