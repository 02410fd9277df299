// Keeps score of promise 1: every due time is acted on once, or for a reason not, which a row of
// the list of runs tells, and every run and backup comes to an end. Due times come from the
// timetable, not from the daemon's calendar. All instants are the daemon's wall time. Throws
// Broken.
#pragma once

#include "ports/catalog.hpp"
#include "record.hpp"
#include "scenario.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cvmbackup::simulation {

// Listing (6 h), three images of a day each that were asked for half a day each, replicas and
// exports likewise; and what is down meanwhile.
constexpr Duration longest_run = std::chrono::days(12);

class FiringBook {
public:
    explicit FiringBook(Marks& marks);

    void life_began(Instant now);
    void life_ended(Instant now);
    // At the begin of a life or by a reload.
    void in_force(const std::vector<DrawnPolicy>& policies, Instant now);
    // The daemon lives and knows: what had come due of policies that are gone now is told.
    void reloaded(Instant now);
    // While the daemon lives. Times that were missed by it are made up for as after a restart;
    // times that come again have had their run, or get it now.
    void clock_set(Instant before, Instant after);
    // The daemon is dead. Of its firings only those that left an image are known, by the cloud; and
    // those of `then`, when an older catalog is put back.
    void catalog_lost(
        const std::set<std::pair<PolicyName, Instant>>& made, const FiringBook* then = nullptr
    );
    // The operator asks for it; whether the daemon lives to write it down is not known yet.
    void paused(const PolicyName& policy, Instant from, Instant until);
    void pause_taken(const PolicyName& policy, Instant until);
    void committed(const Changes& changes, Instant now);

    // Every due time up to some minutes ago.
    void check(Instant now);
    // No run is seen open for longer, by the true time, which nobody sets.
    void check_ends(Instant true_now, Catalog& catalog, Duration longest = longest_run);

private:
    struct Life {
        Instant begin{};
        Instant end = Instant::max();
    };

    struct InForce {
        DrawnPolicy drawn;
        Instant came{};   // into the configuration
        Instant since{};  // as it is
        Instant checked{};
    };

    void new_run(const Run& run, Instant now);
    void times_passed(const Run& run, bool is_new);
    bool is_told(const PolicyName& policy, Instant due) const;
    void begin_anew(Instant now);
    void check_moment(const Run& run, const InForce& policy, Instant now) const;
    std::optional<std::string> excuse(const InForce& policy, Instant due) const;
    void settle(Instant until);
    void turn_back(Instant now);
    bool is_paused(const PolicyName& policy, Instant at) const;

    Marks& marks_;
    bool was_lost_ = false;   // the catalog, once
    bool forgetful_ = false;  // nothing was written into the new one yet
    Instant known_since_{};   // by the new one; times before may be made up for, late
    std::vector<Life> lives_;
    std::map<PolicyName, InForce> policies_;
    std::map<PolicyName, InForce> gone_;  // the last time that the configuration changed
    std::set<RunId> runs_;
    std::map<RunId, Instant> open_;  // and the true time when they were first seen
    std::set<std::pair<PolicyName, Instant>> fired_;
    // By the rows that tell of times without a run: the first and the last.
    std::map<PolicyName, std::map<RunId, std::pair<Instant, Instant>>> passed_;
    std::set<std::pair<PolicyName, Instant>> to_come_again_;  // fired, and the clock was set back
    std::map<PolicyName, std::vector<std::pair<Instant, Instant>>> pauses_;
    // From when until when, as the clock showed it.
    std::map<PolicyName, std::pair<Instant, Instant>> surely_paused_;
};

}  // namespace cvmbackup::simulation
