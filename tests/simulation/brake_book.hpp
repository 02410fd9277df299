// Keeps score of promise 4 where deletions come in a crowd: more than a plan may decide on by
// itself (docs: five or a fifth of a policy's copies, besides what came since the pass before and
// what was to go then) waits for a person, and so does what is decided by a wrong clock, and each
// backup that is already complete when the catalog first hears of it, and each copy of another that
// was never asked for: it was found in the cloud, and nobody knows whose it is. Throws Broken.
#pragma once

#include "model/plan.hpp"
#include "ports/catalog.hpp"

#include <map>
#include <optional>
#include <set>

namespace cvmbackup::simulation {

class BrakeBook {
public:
    // The daemon reads the policy's copies, by a clock that is wrong by so much: what it decides
    // from now on is one plan.
    void planning(const PolicyName& policy, Duration wrong = Duration(0));
    // The daemon says that it will carry out the plan made last.
    bool notes_new_pass(const PolicyMemory& memory);
    // The rules keep so many copies by it.
    void passed(const PolicyName& policy, std::size_t needed);
    // The operator let these go.
    void agreed(const Plan& plan, const PolicyName& policy);
    void committed(const Changes& changes);

private:
    struct Seen {
        PolicyName policy;
        CopyState state = CopyState::planned;
    };

    struct Judged {
        std::size_t there = 0;
        std::size_t most = 0;
        std::size_t decided = 0;  // to go
        Duration wrong{0};        // the clock
    };

    void take(const Copy& copy, const PolicyName& policy);
    bool may_be_anothers(BackupId backup, const PolicyName& policy) const;

    std::map<CopyId, Seen> copies_;
    std::map<BackupId, PolicyName> policy_of_;
    std::set<CopyId> agreed_;
    std::set<CopyId> asked_for_;  // of the cloud, and not deleted since
    std::set<BackupId> found_;
    std::map<PolicyName, BackupId> agreed_to_;  // the newest that was found when one was agreed to
    std::map<PolicyName, std::optional<Instant>> pruned_at_;
    std::map<PolicyName, std::size_t> needed_;  // by the plan that was last carried out
    std::map<PolicyName, Judged> plans_;
};

}  // namespace cvmbackup::simulation
