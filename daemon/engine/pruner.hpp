// Deletes what retention no longer keeps, after every run and after changes of the policies. Only
// images that the cloud still shows under the name this daemon gave them are deleted, or those that
// two lists in a row do not show, by their id; one that is not there counts as deleted. One that
// somebody shared stays until it is not shared any more. Nothing goes while one that should stay is
// not there. Whatever cannot be deleted now stays `deleting`: a later pass finishes what is half
// done, and judges anew what is all there once no call can still arrive. What was given up and is
// complete after all is left to the comparison with the cloud, which makes it count. A bucket that
// the cloud does not know proves nothing about its objects (a wrong endpoint gives the same answer,
// and what is forgotten goes on costing money), so these too are tried again. A plan that the brake
// stops is not begun.
#pragma once

#include "engine/alarms.hpp"
#include "engine/brake_keeper.hpp"
#include "model/policy.hpp"
#include "ports/catalog.hpp"
#include "ports/clock.hpp"
#include "ports/cloud.hpp"
#include "ports/observer.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cvmbackup {

// Images to one DeleteImages call. The cloud's limit is not published; a refused batch is taken
// apart, so a wrong guess costs one call.
constexpr std::size_t images_per_deletion = 20;
constexpr Duration prune_retry = std::chrono::hours(1);
// A deletion that is refused again and again: each pause is twice the last.
constexpr Duration prune_retry_longest = std::chrono::hours(24);

class Pruner {
public:
    Pruner(
        Clock& clock,
        Cloud& cloud,
        Catalog& catalog,
        Observer& observer,
        Alarms& alarms,
        BrakeKeeper& brake,
        std::function<void()> compare
    );

    void set_policies(std::vector<Policy> policies);
    void request(const PolicyName& policy);
    // What the policies that are gone had begun to delete.
    void request_removed();
    void request_all();
    // What was planned for any policy does not hold any more.
    void replan(const PolicyName& policy);
    Task<void> run();

    // No further deletion begins.
    void stop() { stopping_ = true; }

private:
    // What was tried in vain; times are of the clock that never jumps.
    struct Refused {
        Duration at{};
        Duration again_at{};
        Duration pause{};
    };

    struct Expired {
        PolicyName policy;
        InstanceId instance;
        Copy copy;
        bool is_whole = false;  // an image that was seen, and that no earlier call can still delete
        CopyState before = CopyState::deleting;  // when this pass began
    };

    // Of one instance in one bucket.
    struct Exports {
        std::vector<Expired> expired;
        std::vector<Copy> staying;  // as far as they are good
    };

    struct Deletions {
        std::map<Place, std::vector<Expired>> images;
        std::map<std::pair<BucketPlace, InstanceId>, Exports> exports;
        std::map<Place, std::map<InstanceId, std::vector<Copy>>> staying;  // images

        void add(Expired what);
        void add_staying(const InstanceId& instance, const Copy& copy);
        // What stays in the place of the instances that lose something there.
        std::vector<Copy> staying_beside(const Place& place) const;
    };

    // The objects of an export as they were just listed.
    struct Listed {
        bool all_there = true;
        std::string replaced;  // the key of one that is not the one which was recorded
    };

    // Images as they were just read.
    struct Seen {
        std::vector<Expired> ours;
        std::vector<Expired> absent;
        std::vector<Copy> missing;    // or broken, of those that stay
        std::vector<Expired> unread;  // for the failure
        std::optional<Failure> failure;
    };

    Task<void> prune(Policy policy);
    Task<void> finish_removed();
    Deletions deletions(const Plan& plan, const std::vector<Backup>& points, bool admitted);
    // False if what is there could not be read, or lacks what should stay.
    Task<bool> delete_all(Deletions deletions, int generation);
    Task<Seen> look_at(Place place, std::vector<Expired> expired, std::vector<Copy> staying);
    Task<Seen> look_twice_at(Place place, std::vector<Expired> expired, std::vector<Copy> staying);
    void wait_for_comparison(
        const std::vector<Copy>& missing,
        std::string why,
        const PolicyName& policy,
        const InstanceId& instance
    );
    Task<bool> delete_images(
        Place place, std::vector<Expired> expired, std::vector<Copy> staying, int generation
    );
    Task<void> delete_batch(Place place, std::vector<Expired> batch, int generation);
    Task<void> delete_one(Place place, Expired expired, int generation);
    Task<Outcome<std::vector<Copy>>> missing_of(std::vector<Copy> exports, InstanceId instance);
    Task<bool> delete_exports(Exports exports, int generation);
    Task<Outcome<Listed>> list_objects(Copy copy);
    Task<bool> delete_objects(Expired expired, int generation);
    void set_state(std::vector<Expired>& expired, CopyState state);
    void postpone(Expired expired, const Failure& failure);
    bool is_as_before(const Expired& expired, const Failure& failure) const;
    bool fenced(const Copy& copy, Duration looked_at) const;
    bool is_half_done(const Expired& expired) const;
    void judge_anew(Expired expired, Duration looked_at);
    bool waits(const Copy& copy);
    void lengthen_pause(Refused& refused);
    void try_again_later();
    void wait_until_compared(const PolicyName& policy);
    bool stale(const PolicyName& policy, int generation);
    void refuse_foreign(const Expired& expired, const Image& image);
    void refuse_replaced(const Expired& expired, const std::string& key);
    void leave_to_comparison(CopyId copy);

    Clock& clock_;
    Cloud& cloud_;
    Catalog& catalog_;
    Observer& observer_;
    Alarms& alarms_;
    BrakeKeeper& brake_;
    std::function<void()> compare_;
    std::unique_ptr<Sleeper> sleeper_;
    std::map<PolicyName, Policy> policies_;
    // Stands for the policies that are gone from the configuration, perhaps while no daemon ran.
    inline static const PolicyName removed_policies;
    std::set<PolicyName> requested_{removed_policies};
    std::map<CopyId, Refused> refused_;             // deletions that were begun
    Duration begun_;                                // this life
    std::map<CopyId, Refused> left_to_comparison_;  // for each of which one was asked for
    int generation_ = 0;  // of the policies: a plan made under older ones is not carried on
    bool retry_set_ = false;
    bool stopping_ = false;
};

}  // namespace cvmbackup
