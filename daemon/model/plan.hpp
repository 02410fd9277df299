// What retention decided, one reason per copy.
#pragma once

#include "model/backup.hpp"

#include <string>
#include <vector>

namespace cvmbackup {

struct Decision {
    BackupId backup;
    CopyId copy;
    PolicyName policy;
    InstanceId instance;
    CopyKind kind = CopyKind::image;
    Place place;
    Instant due{};
    bool keep = true;
    std::string reason;  // "daily 2 of 7", "within 2d of the newest", "no rule keeps it" …

    bool operator==(const Decision&) const = default;
};

struct Plan {
    std::vector<Decision> decisions;  // by policy, instance, kind, region, newest first
    bool operator==(const Plan&) const = default;
};

}  // namespace cvmbackup
