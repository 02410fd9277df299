// Faults that a test orders from a TOML file: which request, and what befalls it. The same faults
// and seed give the same answers to the same requests.
#pragma once

#include "chance.hpp"
#include "instants.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cloudsim {

enum class FaultKind {
    lost_before,         // the request does not arrive; the connection ends
    lost_after,          // the work is done; the answer does not arrive
    lost_late,           // no answer; the work is done `late` after, if the signature still is good
    reset,               // the request does not arrive; the connection is reset
    garbage,             // the work is done; the body is no JSON or XML
    truncated,           // the work is done; half of the body arrives
    huge,                // the work is done; the body is `megabytes` longer
    wrong_request_id,    // the work is done; the answer is told to be another request's
    error,               // not done; `code` is answered
    error_after,         // the work is done; `code` is answered
    slow,                // done; the answer comes `delay` later
    http_error,          // not done; `status` (500) with a page of HTML
    key_revoked,         // not done; the key is unknown
    in_arrears,          // the account is in arrears
    region_gone,         // nothing arrives in `region`, and it receives no copies
    clock_off,           // the server's clock is `ahead` or `behind`, in signatures and in Date
    stale,               // a list tells what was true `delay` ago
    page_shifts,         // of a list: one element before the page went, the page begins one later
    task_fails,          // accepted; the task it begins fails at its end
    task_vanishes,       // accepted; what the task makes is gone at its end
    task_done_vanishes,  // accepted and done; what the task made is gone `delay` later
    task_hangs,          // accepted; the task never ends
    instance_vanishes,   // done; the instance it names is gone `delay` later
};

// The request, as soon as it arrives; or once its signature was found good. Faults of the first
// kind strike whoever calls, and count every request.
enum class FaultPhase { arrived, authenticated };

FaultPhase phase_of(FaultKind kind);
// Whether the kind means anything to a request of that action.
bool acts_on(FaultKind kind, std::string_view action);
// A trailing * of the pattern takes any ending.
bool fits_pattern(std::string_view pattern, std::string_view text);

struct Fault {
    FaultKind kind = FaultKind::lost_before;
    std::string name;    // of the kind, as written
    std::string action;  // "CreateImage", "cos:HeadObject"; a trailing * takes any ending
    std::string account;
    std::string region;
    std::vector<std::int64_t> nth;  // of the requests that match, from 1; empty: chance decides
    double probability = 1.0;
    std::optional<std::int64_t> times;  // at most so often
    std::optional<Instant> from;
    std::optional<Instant> until;
    std::optional<Duration> after;  // the same, counted from the cloud's first request
    std::optional<Duration> before;
    std::string code = "InternalError";
    std::string message = "An injected fault.";
    int status = 500;
    Duration delay = std::chrono::seconds{30};
    DurationRange late{std::chrono::minutes{1}, std::chrono::minutes{10}};
    Duration clock_offset{0};
    std::int64_t megabytes = 64;
    bool silent = false;  // lost: the connection stays open instead of ending
    bool reset = false;   // lost after the work, truncated: the connection is reset, not ended
};

struct FaultSubject {
    std::string action;
    std::string account;
    std::string region;
    std::string access_region{};  // of the endpoint, "" when it is not one region's
};

class FaultPlan {
public:
    FaultPlan() = default;

    void add(Fault fault) { faults_.push_back(Armed{std::move(fault)}); }

    void clear() { faults_.clear(); }

    // Counts the request for every fault of the phase it matches and tells the first that strikes.
    std::optional<Fault> strike(
        FaultPhase phase, const FaultSubject& subject, Instant now, Chance& chance
    );
    // How long ago the lists that it makes stale may tell of.
    Duration longest_lag() const;
    // Regions that are gone now for every request of that action and account.
    std::vector<std::string> gone_regions(const FaultSubject& subject, Instant now) const;

private:
    struct Armed {
        Fault fault;
        std::int64_t seen = 0;
        std::int64_t struck = 0;
    };

    bool is_in_window(const Fault& fault, Instant now) const;
    bool matches(const Fault& fault, const FaultSubject& subject, Instant now) const;

    std::vector<Armed> faults_;
    std::optional<Instant> first_request_;
};

}  // namespace cloudsim
