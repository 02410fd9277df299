// Checks that the actions of the snapshot service (cbs) share, and the forms its answers share.
#pragma once

#include "actions.hpp"

#include <optional>
#include <string>

namespace cloudsim {

// InvalidParameterValue when malformed.
void check_snapshot_id(const std::string& id);
// Of this account and region; InvalidSnapshotId.NotFound otherwise.
Snapshot& own_snapshot(Call& call, const std::string& id);
void check_snapshot_name(const std::string& name);
// InsufficientSnapshotQuota unless the region takes that many more.
void check_snapshot_quota(const Call& call, const std::string& region, std::size_t more);

// Refuses what cannot be deleted now; with_images allows for images that hold the snapshots, and
// then remove_snapshots removes these too.
void check_removable(Call& call, const std::vector<std::string>& snapshot_ids, bool with_images);
void remove_snapshots(State& state, const std::vector<std::string>& snapshot_ids);

// "2027-01-04 10:00:00" in the zone this world has.
std::string snapshot_time(const Call& call, Instant at);

}  // namespace cloudsim
