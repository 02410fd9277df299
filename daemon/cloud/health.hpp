// Keeps trouble in the cloud from becoming load: how many reads may be repeated, and whether an
// action in a region is asked at all. Pure but for the maps: `now` is of the clock that never
// jumps.
#pragma once

#include "model/ids.hpp"
#include "model/time.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace cvmbackup {

// At most every tenth request is a repetition, but for the first fifty of an outage. Constants: the
// token bucket of the AWS SDKs (500), the tenth of Google's SRE book.
class RetryBudget {
public:
    bool spend();  // whether one more repetition may be made
    void earn();   // a call succeeded

private:
    static constexpr int full = 500;
    static constexpr int cost = 10;
    int tokens_ = full;
};

// Opens when calls fail in a row; then one at a time is let through to see whether it goes again.
class Breaker {
public:
    static constexpr int failures_to_open = 5;
    static constexpr Duration first_pause = std::chrono::seconds(5);
    static constexpr Duration longest_pause = std::chrono::minutes(1);

    // Whether a call may be made. If so, its end must be told.
    bool admit(Duration now);
    // `chance` spreads the pauses of several breakers.
    void ended(bool by_outage, Duration now, std::uint64_t chance);

    // It ended with an exception, which tells nothing of the cloud.
    void aborted() { probing_ = false; }

    bool is_open() const { return open_; }

private:
    void pause(Duration now, std::uint64_t chance);

    bool open_ = false;
    bool probing_ = false;
    int failures_ = 0;
    Duration pause_ = first_pause;
    Duration until_{0};
};

class Health {
public:
    RetryBudget& budget(const Place& where) { return budgets_[where]; }

    Breaker& breaker(const Place& where, const std::string& action) {
        return breakers_[{where, action}];
    }

private:
    std::map<Place, RetryBudget> budgets_;
    std::map<std::pair<Place, std::string>, Breaker> breakers_;
};

}  // namespace cvmbackup
