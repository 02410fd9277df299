// The simulated cloud: a pure function of world, seed, faults and the requests so far. It has no
// sockets, threads, files or clock; the caller says what time it is. One request in, one answer
// out.
//
// Three services share it, told apart by the request alone: API 3.0, COS, and the metadata service
// of an instance. What is not simulated is refused loudly, never answered with a made-up success.
#pragma once

#include "faults.hpp"
#include "messages.hpp"
#include "rates.hpp"
#include "state.hpp"
#include "world.hpp"

#include <cstdint>

namespace cloudsim {

struct Clocks {
    Instant now;       // simulated
    Instant real_now;  // for signatures of clients that do not know the simulated time
};

class Cloud {
public:
    explicit Cloud(const World& world, std::uint64_t seed = 1, FaultPlan faults = {});

    // Times must not go back; one that does counts as the latest seen.
    HttpAnswer handle(const HttpRequest& request, Instant now, Instant real_now);

    HttpAnswer handle(const HttpRequest& request, Instant now) { return handle(request, now, now); }

    // Lets the cloud's tasks go on without a request.
    void advance(Instant now) { state_.advance(now); }

    // For checkers, and for tests that play the operator between two requests.
    State& state() { return state_; }

    const State& state() const { return state_; }

    FaultPlan& faults() { return faults_; }

private:
    HttpAnswer answer_api(const HttpRequest& request, const Clocks& clocks, RequestRecord record);
    HttpAnswer answer_cos(const HttpRequest& request, const Clocks& clocks, RequestRecord record);
    HttpAnswer answer_metadata(const HttpRequest& request, RequestRecord record);

    State state_;
    FaultPlan faults_;
    Rates rates_;
    Chance fault_chance_;
    Chance request_ids_;
    Chance latencies_;
};

}  // namespace cloudsim
