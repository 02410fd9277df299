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
    lost_before,    // the request does not arrive; the connection ends
    lost_after,     // the work is done; the answer does not arrive
    reset,          // the request does not arrive; the connection is reset
    garbage,        // the work is done; the body is no JSON or XML
    truncated,      // the work is done; half of the body arrives
    error,          // not done; `code` is answered
    slow,           // done; the answer comes `delay` later
    http_error,     // not done; `status` (500) with a page of HTML
    task_fails,     // accepted; the task it begins fails at its end
    task_vanishes,  // accepted; what the task makes is gone at its end
    task_hangs,     // accepted; the task never ends
};

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
    bool silent = false;  // lost: the connection stays open instead of ending
};

struct FaultSubject {
    std::string action;
    std::string account;
    std::string region;
};

class FaultPlan {
public:
    FaultPlan() = default;

    void add(Fault fault) { faults_.push_back(Armed{std::move(fault)}); }

    void clear() { faults_.clear(); }

    // Counts the request for every fault it matches and tells the first that strikes.
    std::optional<Fault> strike(const FaultSubject& subject, Instant now, Chance& chance);

private:
    struct Armed {
        Fault fault;
        std::int64_t seen = 0;
        std::int64_t struck = 0;
    };

    bool matches(const Fault& fault, const FaultSubject& subject, Instant now) const;

    std::vector<Armed> faults_;
    std::optional<Instant> first_request_;
};

FaultPlan load_faults(const std::string& path);
FaultPlan parse_faults(std::string_view text, const std::string& file = "faults.toml");

}  // namespace cloudsim
