// Keeps score of promises 2 to 5 for images, exported objects and copies, from the simulated
// cloud's state and the catalog's commits alone. Throws Broken.
//   2 no duplicate image, no two images for one copy
//   3 success is never said of a copy that the cloud does not have
//   4 nothing is deleted that is needed, nothing foreign is touched
//   5 catalog and cloud agree at rest
#pragma once

#include "cloudsim/cloud.hpp"
#include "model/policy.hpp"
#include "pin_book.hpp"
#include "ports/catalog.hpp"
#include "record.hpp"
#include "retention_oracle.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace cvmbackup::simulation {

std::string words(const Copy& copy);

class CopyBook {
public:
    CopyBook(cloudsim::Cloud& cloud, Catalog& catalog, const PinBook& pins, Marks& marks);

    // Before and after the cloud acts on a request.
    void arriving(bool deletes);
    void acted(const cloudsim::RequestRecord& record);

    // `policies` are those in force.
    void committed(const Changes& changes, const std::vector<Policy>& policies, Instant true_now);

    // It was committed as finished.
    bool has_ended(BackupId backup) const { return ended_.contains(backup); }

    // Retention decides by what is there now, and by the clock as it stands now.
    void planning(const PolicyName& policy, Instant now) {
        planned_[policy] = now;
        needed_.erase(policy);
    }

    void new_policies() { needed_.clear(); }

    // What the rules and pins keep by the plan that was made last.
    const Retained& needed_by(const Policy& policy);

    // Firings that left an image which is complete.
    std::set<std::pair<PolicyName, Instant>> made_for() const;
    // From now on what the daemon knows lies in this one, which is empty, or what it was when this
    // book was as `then`. The daemon looks into these regions only.
    void catalog_lost(
        Catalog& instead, const std::set<std::string>& regions, const CopyBook* then = nullptr
    );

    // It has seen all that was there.
    void rebuilt();

    // Nothing is under way: every image and object of ours belongs to a copy and the other way
    // round.
    void check_rest() const;

    // Faults have stopped for days: what the cloud let go, or somebody took away, was noticed.
    void check_noticed() const;

    // Copies that no rule and no pin keeps; those with a name of somebody else's are left alone.
    std::set<CopyId> unneeded(const std::vector<Policy>& policies, Instant now) const;

    // The operator took it away: the daemon is not to blame for its absence.
    void taken_away(const std::string& image);

    // Somebody gave it another name: from a while later on it is no longer the daemon's to delete.
    void renamed(const std::string& image, Instant true_now);

    // Somebody put another object in the place of one of ours: it is not the daemon's to delete.
    void replaced(const std::string& key);
    // An object of a complete export, chosen by `how`; none if there is none.
    std::optional<std::string> some_object(std::uint64_t how) const;

    // An image of ours that is complete, chosen by `how`; none if there is none.
    std::optional<std::string> some_image(std::uint64_t how) const;
    // It counts as a copy, and nothing is being done to it.
    bool is_kept(const std::string& image) const;

private:
    struct Known {
        BackupId backup;
        CopyKind kind = CopyKind::image;
        CopyState state = CopyState::planned;
        std::string image;
        std::set<std::string> keys;
        std::string bucket;
        std::string name;
    };

    // Of an image that the daemon asked for.
    struct Ours {
        std::string name;
        std::string region;
    };

    void made(const cloudsim::RequestRecord& record);
    void check_intended(const std::string& what, const std::string& name) const;
    void export_begun(const cloudsim::RequestRecord& record);
    std::vector<const cloudsim::Task*> exports_running(const std::string& id) const;
    void check_exported_once(const std::string& id);
    void deleted_images(Instant true_now);
    void deleted_late() const;
    void deleted_objects();
    void check_lost(const Copy& copy) const;
    void check_good(const Backup& backup);
    void check_done(const Copy& copy, const Backup* backup) const;
    void check_exported(const Copy& copy, const Backup* backup) const;
    static bool has_one_of(const Copy& copy, const std::set<std::string>& keys);
    void check_left_over(const Copy& copy) const;
    void check_expired(const Copy& copy, const Known& before, const std::vector<Policy>& policies);
    std::vector<Backup> points_before(const PolicyName& name) const;
    void keep(const Copy& copy);
    void will_vanish(const cloudsim::RequestRecord& record);
    bool is_gone_without_us(const std::string& id) const;
    bool has_just_vanished(const std::map<std::string, Instant>& fleeting, const std::string& what)
        const;
    bool is_long_gone(const Copy& copy) const;
    void mark_vanished(const Copy& copy) const;
    bool may_be_unknown(const std::string& id) const;
    const cloudsim::Image* image(const std::string& id) const;

    cloudsim::Cloud& cloud_;
    Catalog* catalog_;
    const PinBook& pins_;
    Marks& marks_;
    bool was_lost_ = false;
    bool is_rebuilt_ = true;
    // Of the time before the catalog was lost.
    std::set<std::string> names_before_;  // whose calls were under way
    std::set<std::string> good_before_;   // images; until the new catalog has them
    std::set<std::string> unseen_;        // images that the daemon may not find
    std::map<CopyId, Known> copies_;
    std::map<BackupId, PolicyName> policy_of_;
    std::set<BackupId> ended_;
    std::map<std::string, CopyId> copy_of_image_;
    std::map<std::string, Ours> ours_;
    std::map<std::string, Instant> taken_away_;
    // What the cloud lets go by itself some time after it is complete.
    std::map<std::string, Instant> fleeting_;  // images
    std::map<std::string, Instant> fleeting_keys_;
    std::map<std::string, Instant> renamed_;
    std::set<std::string> replaced_;   // keys
    std::set<std::string> rewritten_;  // keys; by a second export of ours
    std::map<std::string, CopyId> copy_of_key_;
    std::map<PolicyName, Instant> planned_;
    std::map<PolicyName, Retained> needed_;  // while a plan is carried out
    // Of the cloud, right before a request that deletes.
    std::map<std::string, std::string> images_before_;  // names
    std::set<std::pair<std::string, std::string>> keys_before_;
};

}  // namespace cvmbackup::simulation
