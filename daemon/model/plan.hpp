// What retention decided, one reason per copy, and whether the brake lets it be carried out.
#pragma once

#include "model/backup.hpp"

#include <array>
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

// Why deletions of a policy wait for a person; rules/brake.hpp has the exact words.
enum class BrakeReason { many, stale, clock, disagreement, adopted };
inline constexpr std::array all_brake_reasons{
    BrakeReason::many,
    BrakeReason::stale,
    BrakeReason::clock,
    BrakeReason::disagreement,
    BrakeReason::adopted};

struct BrakeStop {
    BrakeReason reason = BrakeReason::many;
    std::string text;  // a sentence without its end

    bool operator==(const BrakeStop&) const = default;
};

// One policy's part of a plan.
struct PolicyPlan {
    PolicyName policy;
    std::string
        id;  // "web@0123456789abcdef", the same while it deletes the same against the same stops
    std::size_t expired = 0;
    std::size_t kept = 0;          // complete and incomplete copies that stay
    std::vector<BrakeStop> stops;  // nothing is deleted while there are any
    BackupId agrees_to;  // consent leaves adopted backups up to it to the rules; 0: not asked for

    bool operator==(const PolicyPlan&) const = default;
};

struct Plan {
    std::vector<Decision> decisions;  // by policy, instance, kind, region, newest first
    std::vector<PolicyPlan> policies;
    bool operator==(const Plan&) const = default;
};

const char* to_text(BrakeReason reason);  // "many"

}  // namespace cvmbackup
