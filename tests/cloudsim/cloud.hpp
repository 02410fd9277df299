// The simulated cloud: a pure function of world, seed, faults and the requests so far. It has no
// sockets, threads, files or clock; the caller says what time it is. One request in, one answer
// out.
//
// Three services share it, told apart by the request alone: API 3.0, COS, and the metadata service
// of an instance. What is not simulated is refused loudly, never answered with a made-up success.
#pragma once

#include "endpoints.hpp"
#include "faults.hpp"
#include "messages.hpp"
#include "rates.hpp"
#include "state.hpp"
#include "tc3.hpp"
#include "world.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace cloudsim {

struct Clocks {
    Instant now;       // simulated
    Instant real_now;  // for signatures of clients that do not know the simulated time

    Clocks shifted_by(Duration offset) const { return {now + offset, real_now + offset}; }
};

class Cloud {
public:
    explicit Cloud(World world, std::uint64_t seed = 1, FaultPlan faults = {});

    // Times must not go back; one that does counts as the latest seen.
    HttpAnswer handle(const HttpRequest& request, Instant now, Instant real_now);

    HttpAnswer handle(const HttpRequest& request, Instant now) { return handle(request, now, now); }

    // Lets the cloud's tasks go on without a request.
    void advance(Instant now);

    // Of requests that were carried out since the last call, long after their answers were lost.
    std::vector<RequestRecord> take_late_records() { return std::exchange(late_records_, {}); }

    // For checkers, and for tests that play the operator between two requests.
    State& state() { return state_; }

    const State& state() const { return state_; }

    FaultPlan& faults() { return faults_; }

private:
    // A request whose answer was lost and that is still on its way, by a fault.
    struct LateRequest {
        HttpRequest request;
        Clocks sent;
        RequestRecord record;
    };

    void carry_out(LateRequest late, Instant due);
    HttpAnswer answer_service(
        const HttpRequest& request, const Clocks& clocks, RequestRecord record
    );
    // Tells what strikes a request whose caller is known, and answers if that is the whole answer.
    // One that comes late was struck when it was sent.
    std::optional<HttpAnswer> strike_caller(
        const FaultSubject& subject,
        const HttpRequest& request,
        const Clocks& clocks,
        RequestRecord& record,
        std::optional<Fault>& fault
    );
    // The answer of a fault that strikes before anybody looks at the request.
    std::optional<HttpAnswer> strike_on_arrival(const HttpRequest& request, RequestRecord& record);
    HttpAnswer answer_api(const HttpRequest& request, const Clocks& clocks, RequestRecord record);
    // May leave the record moved into the answer, or throw Refusal with the record as it is.
    HttpAnswer execute(
        const HttpRequest& request, const Caller& caller, const Fault* fault, RequestRecord& record
    );
    HttpAnswer answer_cos(const HttpRequest& request, const Clocks& clocks, RequestRecord record);
    HttpAnswer answer_metadata(
        const HttpRequest& request, const Clocks& clocks, RequestRecord record
    );

    State state_;
    FaultPlan faults_;
    Rates rates_;
    Chance fault_chance_;
    Chance request_ids_;
    Chance latencies_;
    Chance late_chance_;
    std::multimap<Instant, LateRequest> late_;
    std::vector<RequestRecord> late_records_;
};

}  // namespace cloudsim
