// Keeps score of promise 6 while there are faults: no call that changes the cloud comes back and
// back, retries are not the load, and no more is under way than `backups_in_flight` allows. Throws
// Broken.
#pragma once

#include "model/time.hpp"
#include "ports/catalog.hpp"

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace cvmbackup::simulation {

class LoadBook {
public:
    // The pauses between tries grow to ten minutes: some twelve calls in the first hour. The hour
    // is up to ten minutes longer, as old calls are swept out that often.
    static constexpr std::size_t most_in_an_hour = 60;
    // One request of so many may be a retry, once there were some, however many fail: where
    // instances stay busy for months, little but the nightly tries is left to do. Over all seeds it
    // is one in ten: tests/simulate looks at that.
    static constexpr std::size_t fewest_to_a_retry = 2;
    static constexpr std::size_t some_requests = 2'000;

    // Any request; the same has the same text. A change that was asked for before is a retry, and
    // so is a read that failed and comes again sooner than what is looked at regularly.
    void arriving(const std::string& request, bool is_change, Instant now);
    // The request that arrived last.
    void failed(Instant now);
    // A request for work, or for a deletion, that no one may ask for without end.
    void counted(const std::string& request, Instant now);

    // `limit`: per account and region; 0: none.
    void committed(const Changes& changes, std::size_t limit);

    void catalog_lost() { at_work_.clear(); }

    void check_share() const;

    std::size_t retries() const { return retries_; }

private:
    void forget_before(Instant begin);

    std::map<std::string, std::vector<Instant>> calls_;
    Instant swept_{};
    std::map<Place, std::set<BackupId>> at_work_;  // asked for, or the cloud works on it

    std::size_t requests_ = 0;
    std::size_t retries_ = 0;
    std::size_t last_ = 0;  // hashes, like those below
    bool last_is_change_ = false;
    std::unordered_set<std::size_t> changes_;
    std::unordered_map<std::size_t, Instant> failed_reads_;
};

}  // namespace cvmbackup::simulation
