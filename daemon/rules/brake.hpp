// The brake on deletions: a plan that deletes more than usual, or that is made while something is
// odd, is not carried out before a person has agreed to it. What stops a policy's plan:
//   many          so many copies, complete and incomplete, would go that those that stay are fewer
//                 than the last pass kept by more than max(5, a fifth of these)
//   stale         the newest good copy is older than it should be: older than the rpo, and than
//                 three times the longest gap of the schedule; a failing policy needs its old ones
//   clock         the clock is more than an hour away from the cloud's, was set by more than that,
//                 or stands before the last pass
//   disagreement  catalog and cloud were found to disagree
//   adopted       copies would go that were found in the cloud, which a person, or another
//                 installation with a policy of this name, may have made, and nobody agreed yet:
//                 to backups found up to one, or to a copy that was found beside one of ours
// Left-overs of failed attempts were never copies and count for nothing.
#pragma once

#include "model/plan.hpp"
#include "model/policy.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cvmbackup {

constexpr std::size_t deletions_always_allowed = 5;
constexpr Duration clock_error_allowed = std::chrono::hours(1);

struct BrakeInput {
    Instant now{};
    std::optional<Instant> last_pass;           // when deletions were last decided
    std::optional<std::size_t> kept_before;     // how many copies that pass kept
    std::optional<Duration> expected_interval;  // of the schedule
    Duration clock_step{0};                     // by how much the clock was set since it was right
    Duration cloud_ahead{0};                    // how far the cloud's clock is ahead of it
    std::string disagreement;                   // in words, empty if there is none
    BackupId agreed_to;                         // up to it adopted backups were agreed to
    std::map<CopyId, Instant> agreed_copies;    // besides, as they were then
};

// When the newest complete copy was due. One dated ahead by a clock that was wrong tells nothing.
std::optional<Instant> newest_good(const std::vector<Backup>& points, Instant now);

// `decisions` and `points` are those of one policy, from rules/retention.
PolicyPlan judge_plan(
    const Policy& policy,
    const std::vector<Decision>& decisions,
    const std::vector<Backup>& points,
    const BrakeInput& input
);

}  // namespace cvmbackup
