// Compares catalog and cloud, place by place: at the start, every few hours, and when asked; a
// place that could not be read again after half an hour. Reads only, a call for 99 images; what
// rules/reconcile finds safe is written into the catalog, and whatever has to go from the cloud
// goes by retention. In a new catalog this is what rebuilds it.
#pragma once

#include "engine/alarms.hpp"
#include "engine/run_keeper.hpp"
#include "model/finding.hpp"
#include "model/policy.hpp"
#include "ports/catalog.hpp"
#include "ports/clock.hpp"
#include "ports/cloud.hpp"
#include "ports/observer.hpp"
#include "rules/reconcile.hpp"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <vector>

namespace cvmbackup {

// What could not be read is looked at again after so long, without the places that could.
constexpr Duration unread_again = std::chrono::minutes(30);

class Reconciler {
public:
    // What a comparison says in the end of a policy.
    struct Judgement {
        // Why nothing should be deleted, or "". None: not all places could be read, so the last
        // one stands.
        std::optional<std::string> disagreement;
        bool all_read = false;
    };

    struct Hooks {
        // The catalog's finished backups of these policies are not what they were.
        std::function<void(const std::set<PolicyName>&)> mended;
        // The newest firing of the policy that left an image. `settled`: no answer that was lost
        // before the start can still bring up a newer one.
        std::function<void(const PolicyName&, Instant, bool settled)> firing_seen;
        std::function<void()> compared;  // a pass has ended
        // Why nothing of the policy should be deleted until it is judged.
        std::function<void(const PolicyName&, const std::string& words)> disagree;
        // New, or its copies may be in other places than before: it is compared at once.
        std::function<void(const PolicyName&)> uncompared;
        std::function<void(const PolicyName&, const Judgement&)> judged;
    };

    Reconciler(
        Clock& clock,
        Cloud& cloud,
        Catalog& catalog,
        Observer& observer,
        Alarms& alarms,
        RunKeeper& runs,
        Hooks hooks
    );

    void set_policies(std::vector<Policy> policies, Duration every);
    Task<void> run();
    // The number of the pass that begins now, or after the one at work.
    std::uint64_t request();

    void stop() { stopping_ = true; }

    void clock_set() { clock_set_ = clock_.steady_now(); }

    // The last complete pass.
    const Reconciliation& last() const { return last_; }

    bool is_at_work() const { return at_work_; }

private:
    std::vector<Place> places() const;
    Task<void> pass(bool whole);
    void end_pass(bool whole, const std::set<Place>& looked_at);
    Task<void> compare(Place place);
    std::vector<ObjectListing> buckets(const Place& place, const std::vector<Backup>& with_exports)
        const;
    std::vector<Backup> known_exports(
        const ObjectListing& listing, const std::vector<BackupId>& before
    ) const;
    Task<void> compare_buckets(Place place);
    Task<void> compare_bucket(ObjectListing listing, std::vector<BackupId> before);
    std::vector<Backup> known(const ImageListing& listing) const;

    bool is_clock_new() const { return clock_.steady_now() - clock_set_ < visibility_margin; }

    void trouble(const Place& place, const std::string& what, const Failure& failure);
    void apply(Comparison comparison, const Place& place);
    void add_runs(std::vector<Backup>& adopted, Changes& changes);
    void judge_runs(Changes& changes);
    void tell(const std::vector<Backup>& before, const std::vector<Backup>& after);
    bool was_looked_at(const Policy& policy, const std::set<Place>& looked_at) const;
    void judge(const Policy& policy);
    void look_again(bool whole);

    Clock& clock_;
    Cloud& cloud_;
    Catalog& catalog_;
    Observer& observer_;
    Alarms& alarms_;
    RunKeeper& runs_;
    Hooks hooks_;
    std::unique_ptr<Sleeper> sleeper_;
    std::vector<Policy> policies_;
    std::map<PolicyName, std::uint64_t> judged_from_;  // the first pass that began with it as it is
    Duration every_ = std::chrono::hours(6);
    Duration started_;
    Duration clock_set_;  // or begun
    Reconciliation now_;  // the pass at work
    Reconciliation last_;
    // Of the places whose images could be read when they were last looked at: backups that were
    // mended; 0: it agrees.
    std::map<Place, std::size_t> mended_at_;
    std::set<Place> read_places_;         // their images
    std::set<BucketPlace> read_buckets_;  // those that could be listed then
    std::set<Place> unread_;              // places of which something could not be read then
    Duration whole_at_{0};                // when all places are looked at again
    std::map<PolicyName, Instant> made_;
    std::size_t adopted_ = 0;  // backups, in this pass
    bool unsettled_ = false;
    bool settled_ = false;  // the last pass over all places ended after the fence
    bool was_new_;          // the catalog was empty at the start
    bool wanted_ = true;    // a pass over all places
    bool again_ = false;    // one over those that could not be read
    bool at_work_ = false;
    bool stopping_ = false;
};

}  // namespace cvmbackup
