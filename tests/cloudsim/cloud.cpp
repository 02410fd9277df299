#include "cloud.hpp"

#include "endpoints.hpp"

#include <algorithm>

namespace cloudsim {

Cloud::Cloud(const World& world, std::uint64_t seed, FaultPlan faults)
    : state_{world, seed}
    , faults_{std::move(faults)}
    , fault_chance_{seed, 11}
    , request_ids_{seed, 12}
    , latencies_{seed, 13} {}

HttpAnswer Cloud::handle(const HttpRequest& request, Instant now, Instant real_now) {
    state_.advance(now);
    const Clocks clocks{state_.now, real_now};
    RequestRecord record;
    record.time = clocks.now;
    record.endpoint = std::string{request.header("Host").value_or("")};
    record.request_id = request_ids_.uuid();
    HttpAnswer answer;
    switch (service_of(request)) {
        case Service::api:
            answer = answer_api(request, clocks, std::move(record));
            break;
        case Service::cos:
            answer = answer_cos(request, clocks, std::move(record));
            break;
        case Service::metadata:
            answer = answer_metadata(request, std::move(record));
            break;
    }
    answer.delay += latencies_.within(state_.timing.latency);
    return answer;
}

}  // namespace cloudsim
