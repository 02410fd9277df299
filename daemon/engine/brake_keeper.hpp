// Keeps what the brake on deletions has to remember: when deletions were last decided and what was
// found to disagree (in the catalog, with the policy's memory), how the clock was set, and which
// deletions a person has agreed to. Tells of each change of what stops a policy.
#pragma once

#include "engine/scheduler.hpp"
#include "ports/cloud.hpp"
#include "rules/brake.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace cvmbackup {

// What cannot be compared for so long holds deletions up no longer: all is read once more, and what
// stays too.
constexpr Duration comparison_patience = std::chrono::hours(6);

class BrakeKeeper {
public:
    BrakeKeeper(Clock& clock, const Cloud& cloud, Observer& observer, Scheduler& memories);

    // What retention would do with the policy's points now, stops included.
    Plan plan(const Policy& policy, const std::vector<Backup>& points) const;

    // Nothing is deleted before the cloud has answered anything, which tells its time, nor before a
    // policy's first comparison in this life could read all of it, or could not for hours.
    bool is_ready(const Policy& policy) const;
    // For how long it has waited for its comparison; 0: it does not.
    Duration uncompared_for(const PolicyName& policy) const;

    // Whether the deletions of a plan may be carried out: nothing stops them, or a person has
    // agreed to every one of them.
    bool admits(const Plan& plan);
    // Consent is for the copies and against the stops of this plan, until it was carried out or the
    // settings change.
    void permit(const Plan& plan);

    void forget_consent(const PolicyName& policy) { permitted_.erase(policy); }

    void forget_consents() { permitted_.clear(); }

    // Of a plan that nothing stops before it is carried out: what a crash or an outage leaves over
    // does not look unusual to the next pass then. Of one that a person agreed to when all of it
    // was tried.
    void remember_pass(const PolicyPlan& plan, Instant decided);

    // Catalog and cloud disagree about copies of the policy; empty: they agree again.
    void set_disagreement(const PolicyName& policy, const std::string& words);

    // The policy is new here, or its copies are in places that were not looked at for it.
    void await_comparison(const PolicyName& policy);

    // A comparison with all places of the policy has ended.
    void compared(const PolicyName& policy) { uncompared_.erase(policy); }

    // As of the last pass.
    const std::vector<BrakeStop>& stops(const PolicyName& policy) const;

private:
    struct Permitted {
        std::set<CopyId> copies;
        std::set<BrakeReason> reasons;
    };

    Duration clock_offset() const;
    bool is_permitted(const Plan& plan) const;
    void tell(const PolicyName& policy, std::vector<BrakeStop> stops);

    Clock& clock_;
    const Cloud& cloud_;
    Observer& observer_;
    Scheduler& memories_;
    Duration right_offset_;  // of the wall clock to the one that never jumps
    std::map<PolicyName, Permitted> permitted_;
    std::map<CopyId, Instant> agreed_copies_;    // found ones among them, and when
    std::map<PolicyName, Duration> uncompared_;  // since when; steady
    std::map<PolicyName, std::vector<BrakeStop>> stops_;
};

}  // namespace cvmbackup
