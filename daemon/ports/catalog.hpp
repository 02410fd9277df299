// The durable memory. A commit is atomic and on disk when it returns; the engine acts only after.
#pragma once

#include "model/backup.hpp"

#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

namespace cvmbackup {

// The catalog cannot be trusted any more (I/O error, full disk, corruption, newer schema): the
// daemon must stop. The text names the file and what to do.
class CatalogError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// Rows to insert or replace, by their ids. A backup's copies are written with it.
struct Changes {
    std::vector<Run> runs;
    std::vector<Backup> backups;
    std::vector<Copy> copies;  // of backups that are not in `backups`
    std::vector<PolicyMemory> memories;

    bool empty() const {
        return runs.empty() && backups.empty() && copies.empty() && memories.empty();
    }
};

// Highest ids in use; the engine counts on from there.
struct LastIds {
    RunId run;
    BackupId backup;
    CopyId copy;
};

struct BackupFilter {
    std::optional<PolicyName> policy;
    std::optional<InstanceId> instance;
    std::optional<RunId> run;
    std::optional<Result> result;
    bool only_points = false;  // finished backups with at least one copy that is there
    std::size_t offset = 0;
    std::size_t limit = 100;  // newest first
};

// Sums for metrics, right after a start as well.
struct Totals {
    std::map<std::pair<PolicyName, Result>, std::size_t> runs;
    std::map<std::pair<PolicyName, Result>, std::size_t> backups;
    std::map<std::pair<CopyKind, CopyState>, std::size_t> steps;
    std::map<CopyKind, std::size_t> quarantined;
    // Complete copies by policy, kind and region, and their size in GiB.
    std::map<std::tuple<PolicyName, CopyKind, Region>, std::pair<std::size_t, std::int64_t>> copies;
    std::map<std::pair<PolicyName, InstanceId>, Instant> instance_success;
};

class Catalog {
public:
    virtual ~Catalog() = default;

    virtual void commit(const Changes& changes) = 0;  // throws CatalogError

    virtual LastIds last_ids() = 0;
    virtual std::vector<PolicyMemory> memories() = 0;
    virtual std::vector<Run> unfinished_runs() = 0;
    virtual std::vector<Backup> unfinished_backups() = 0;  // with their copies
    // Finished backups with copies in state `deleting`.
    virtual std::vector<Backup> unfinished_deletions() = 0;

    virtual std::vector<Backup> backups(const BackupFilter& filter) = 0;  // with their copies
    virtual std::optional<Backup> backup(BackupId id) = 0;
    virtual std::optional<Run> run(RunId id) = 0;
    virtual std::vector<Run> runs(std::optional<PolicyName> policy, std::size_t limit) = 0;
    // From `first` to `last`, both included, by due time, then by id. Rows of times that passed
    // without a run do not count.
    virtual std::vector<Run> runs_due(PolicyName policy, Instant first, Instant last) = 0;
    virtual std::optional<Run> last_finished_run(PolicyName policy) = 0;  // nor here
    // Due times of the newest good run and backup up to `now`: what a wrong clock dated ahead would
    // pass for the newest until that day.
    virtual std::optional<Instant> last_success(PolicyName policy, Instant now) = 0;
    virtual std::optional<Instant> last_success(
        PolicyName policy, InstanceId instance, Instant now
    ) = 0;
    // Finished backups of the policy that still have copies not deleted: what retention decides on.
    virtual std::vector<Backup> points(PolicyName policy) = 0;
    // Newest due time, no later than `latest`, of a good export in this bucket: for `every = …`.
    virtual std::optional<Instant> newest_export(
        PolicyName policy, InstanceId instance, BucketPlace bucket, Instant latest
    ) = 0;
    virtual Totals totals(Instant now) = 0;

    // For the comparison with the cloud. Backups with images or replicas, or with exports, in this
    // place that are there, may be there, or were lost; with all their copies.
    virtual std::vector<Backup> with_images_at(Place place) = 0;
    virtual std::vector<Backup> with_exports_at(Place place) = 0;
    virtual std::vector<Backup> backups_due(
        PolicyName policy, InstanceId instance, Instant due
    ) = 0;
    virtual std::vector<Place> places() = 0;  // that hold or held copies
};

}  // namespace cvmbackup
