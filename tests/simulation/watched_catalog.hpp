// The real catalog, with a hand on every commit: before it is made and after; and on the read that
// a plan of retention begins with.
#pragma once

#include "ports/catalog.hpp"

#include <functional>
#include <utility>

namespace cvmbackup::simulation {

class WatchedCatalog final : public Catalog {
public:
    explicit WatchedCatalog(Catalog& real)
        : real_(&real) {}

    // Another file lies in its place.
    void use(Catalog& real) { real_ = &real; }

    std::function<void(const Changes&)> before;
    std::function<void(const Changes&)> after;
    std::function<void(const PolicyName&)> planning;

    void commit(const Changes& changes) override {
        before(changes);
        real_->commit(changes);
        after(changes);
    }

    LastIds last_ids() override { return real_->last_ids(); }

    std::vector<PolicyMemory> memories() override { return real_->memories(); }

    std::vector<Run> unfinished_runs() override { return real_->unfinished_runs(); }

    std::vector<Backup> unfinished_backups() override { return real_->unfinished_backups(); }

    std::vector<Backup> unfinished_deletions() override { return real_->unfinished_deletions(); }

    std::vector<Backup> backups(const BackupFilter& filter) override {
        return real_->backups(filter);
    }

    std::optional<Backup> backup(BackupId id) override { return real_->backup(id); }

    std::optional<Run> run(RunId id) override { return real_->run(id); }

    std::vector<Run> runs(std::optional<PolicyName> policy, std::size_t limit) override {
        return real_->runs(std::move(policy), limit);
    }

    std::vector<Run> runs_due(PolicyName policy, Instant first, Instant last) override {
        return real_->runs_due(std::move(policy), first, last);
    }

    std::optional<Run> last_finished_run(PolicyName policy) override {
        return real_->last_finished_run(std::move(policy));
    }

    std::optional<Instant> last_success(PolicyName policy, Instant now) override {
        return real_->last_success(std::move(policy), now);
    }

    std::vector<Backup> points(PolicyName policy) override {
        planning(policy);
        return real_->points(std::move(policy));
    }

    std::optional<Instant> newest_export(
        PolicyName policy, InstanceId instance, BucketPlace bucket, Instant latest
    ) override {
        return real_->newest_export(
            std::move(policy), std::move(instance), std::move(bucket), latest
        );
    }

    std::optional<Instant> last_success(PolicyName policy, InstanceId instance, Instant now)
        override {
        return real_->last_success(std::move(policy), std::move(instance), now);
    }

    Totals totals(Instant now) override { return real_->totals(now); }

    std::vector<Backup> with_images_at(Place place) override {
        return real_->with_images_at(std::move(place));
    }

    std::vector<Backup> with_exports_at(Place place) override {
        return real_->with_exports_at(std::move(place));
    }

    std::vector<Backup> backups_due(PolicyName policy, InstanceId instance, Instant due) override {
        return real_->backups_due(std::move(policy), std::move(instance), due);
    }

    std::vector<Place> places() override { return real_->places(); }

private:
    Catalog* real_;
};

}  // namespace cvmbackup::simulation
