// Which copies stay and which may go, one reason each.
//
// Decided separately for every instance and place: the source images, the replicas of one region
// and the exports in one bucket each follow their own Keep. A place the policy no longer names, and
// a Keep without any rule (all counts and `within` zero), keep everything.
//
// Only good copies count and fill slots: those in state `done` without a `code`. A good copy stays
// if at least one rule keeps it:
//   last n       it is one of the newest n
//   daily n      it is the newest of its local day, and the day is one of the newest n that have
//                copies; likewise weekly (from Monday), monthly, yearly. If there are fewer such
//                days than n, the oldest copy of the place is kept too.
//   within d     it is at most d older than the newest copy of the place
//   min_good n   it is one of the newest n, whatever the other rules say (at least the newest)
// Days are those of the policy's zone; what counts is when the backup was due, not when it ended.
//
// A `done` copy with a `code` ("DisksMissing": the image lacks disks that were asked for) is
// incomplete. It fills no slot and counts for nothing; it stays as long as no good copy of its
// place is newer, as the last resort for what was written since, and expires once one is.
//
// A pinned backup's copies stay as long as the pin lasts, and fill slots like others.
//
// Copies dated in the future are kept and never fill a slot, nor do they let an incomplete one go.
// Failed copies that left an image or objects behind expire and never count. Planned, running,
// deleting and deleted copies, shares, and backups that are unfinished or another policy's, are not
// in the plan.
//
// The answer does not depend on the order of `points`; applying it twice changes nothing; a greater
// count never lets more go, from the first rule on; the newest good copy of a place never goes;
// and incomplete copies change nothing for the others.
#pragma once

#include "model/plan.hpp"
#include "model/policy.hpp"
#include "model/time.hpp"

#include <vector>

namespace cvmbackup {

Plan plan_retention(const Policy& policy, const std::vector<Backup>& points, Instant now);

}  // namespace cvmbackup
