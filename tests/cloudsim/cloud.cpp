#include "cloud.hpp"

#include "cos_operations.hpp"
#include "fault_effects.hpp"
#include "text.hpp"

#include <algorithm>

namespace cloudsim {

Cloud::Cloud(World world, std::uint64_t seed, FaultPlan faults)
    : state_{std::move(world), seed}
    , faults_{std::move(faults)}
    , fault_chance_{seed, 11}
    , request_ids_{seed, 12}
    , latencies_{seed, 13} {
    state_.memory = std::max(state_.memory, faults_.longest_lag());
}

std::optional<HttpAnswer> Cloud::strike_on_arrival(
    const HttpRequest& request, Service service, RequestRecord& record
) {
    FaultSubject subject;
    subject.account = claimed_account(request, state_);
    if (service == Service::api) {
        const auto endpoint = api_endpoint(host_name(request));
        subject.action = request.header("X-TC-Action").value_or("");
        subject.region = request.header("X-TC-Region").value_or("");
        subject.access_region = endpoint ? endpoint->region : "";
    } else if (service == Service::cos) {
        const CosTarget target = cos_target(request);
        const BucketState* bucket = state_.find_bucket(target.bucket);
        subject.action = "cos:" + cos_operation(request, target).name;
        subject.region = bucket == nullptr ? target.region : bucket->bucket.region;
    } else {
        subject.action = "metadata:" + parse_target(request.target).path;
    }
    const auto fault = faults_.strike(FaultPhase::arrived, subject, state_.now, fault_chance_);
    if (!fault) {
        return std::nullopt;
    }
    record.fault = fault->name;
    record.clock_offset = fault->clock_offset;
    std::optional<HttpAnswer> instead = answer_instead(*fault);
    if (instead) {
        record.account = subject.account;
        record.region = subject.region;
        record.action = subject.action;
        record.code = "fault";
        instead->record = std::move(record);
    }
    return instead;
}

HttpAnswer Cloud::handle(const HttpRequest& request, Instant now, Instant real_now) {
    state_.advance(now);
    const Clocks clocks{state_.now, real_now};
    RequestRecord record;
    record.time = clocks.now;
    record.endpoint = std::string{request.header("Host").value_or("")};
    record.request_id = request_ids_.uuid();
    const Service service = service_of(request);
    if (std::optional<HttpAnswer> instead = strike_on_arrival(request, service, record)) {
        return std::move(*instead);
    }
    HttpAnswer answer;
    switch (service) {
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
