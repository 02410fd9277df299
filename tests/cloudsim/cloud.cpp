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
    , latencies_{seed, 13}
    , late_chance_{seed, 14} {
    state_.memory = std::max(state_.memory, faults_.longest_lag());
}

std::optional<HttpAnswer> Cloud::strike_on_arrival(
    const HttpRequest& request, RequestRecord& record
) {
    const Service service = service_of(request);
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

std::optional<HttpAnswer> Cloud::strike_caller(
    const FaultSubject& subject,
    const HttpRequest& request,
    const Clocks& clocks,
    RequestRecord& record,
    std::optional<Fault>& fault
) {
    if (record.is_late) {
        return std::nullopt;
    }
    fault = faults_.strike(FaultPhase::authenticated, subject, clocks.now, fault_chance_);
    if (!fault) {
        return std::nullopt;
    }
    record.fault = fault->name;
    if (fault->kind == FaultKind::lost_late) {
        const Instant due = clocks.now + late_chance_.within(fault->late);
        late_.emplace(due, LateRequest{request, clocks, record});
    }
    std::optional<HttpAnswer> instead = answer_instead(*fault);
    if (instead) {
        record.code = "fault";
        instead->record = std::move(record);
    }
    return instead;
}

// The signature is judged anew by the time it has become, on either clock.
void Cloud::carry_out(LateRequest late, Instant due) {
    late.record.is_late = true;
    late.record.time = due;
    const FaultSubject subject{late.record.action, late.record.account, late.record.region};
    const std::vector<std::string> gone = faults_.gone_regions(subject, due);
    if (std::ranges::find(gone, late.record.region) != gone.end()) {
        late.record.code = "fault";
        late_records_.push_back(std::move(late.record));
        return;
    }
    const Clocks then = late.sent.shifted_by(due - late.sent.now);
    HttpAnswer answer = answer_service(late.request, then, std::move(late.record));
    late_records_.push_back(std::move(answer.record));
}

void Cloud::advance(Instant now) {
    while (!late_.empty() && late_.begin()->first <= now) {
        auto next = late_.extract(late_.begin());
        state_.advance(next.key());
        carry_out(std::move(next.mapped()), next.key());
    }
    state_.advance(now);
}

HttpAnswer Cloud::answer_service(
    const HttpRequest& request, const Clocks& clocks, RequestRecord record
) {
    switch (service_of(request)) {
        case Service::api:
            return answer_api(request, clocks, std::move(record));
        case Service::cos:
            return answer_cos(request, clocks, std::move(record));
        case Service::metadata:
            break;
    }
    return answer_metadata(request, clocks, std::move(record));
}

HttpAnswer Cloud::handle(const HttpRequest& request, Instant now, Instant real_now) {
    advance(now);
    const Clocks clocks{state_.now, real_now};
    RequestRecord record;
    record.time = clocks.now;
    record.endpoint = std::string{request.header("Host").value_or("")};
    record.request_id = request_ids_.uuid();
    if (std::optional<HttpAnswer> instead = strike_on_arrival(request, record)) {
        return std::move(*instead);
    }
    HttpAnswer answer = answer_service(request, clocks, std::move(record));
    answer.delay += latencies_.within(state_.timing.latency);
    return answer;
}

}  // namespace cloudsim
