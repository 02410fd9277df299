#include "cloud/decorators.hpp"

#include <utility>

namespace cvmbackup {

namespace {

constexpr int attempts_max = 4;
constexpr Duration first_pause = std::chrono::milliseconds(500);

bool worth_repeating(const CallHead& head, Remedy remedy) {
    return !head.topic.is_change && (remedy == Remedy::retry_now || remedy == Remedy::retry_later);
}

}  // namespace

// 0.5 s, 1 s, 2 s, each between half and one and a half of it, so that calls do not march in step.
template <class Port>
Duration Retried<Port>::pause_after(int attempt) {
    const Duration pause = first_pause * (1 << (attempt - 1));
    const auto jitter = static_cast<Duration::rep>(random_.next() % 1000);
    return pause / 2 + pause * jitter / 1000;
}

template <class Port>
Task<Outcome<typename Port::Answer>> Retried<Port>::call(typename Port::Call call) {
    bool refreshed = false;
    for (int attempt = 1;; ++attempt) {
        typename Port::Call same = call;
        Outcome<typename Port::Answer> answer = co_await next_.call(std::move(same));
        if (answer)
            co_return answer;
        const Remedy remedy = answer.error().remedy;
        if (remedy == Remedy::refresh_credentials && !refreshed) {
            refreshed = true;
            continue;
        }
        if (attempt >= attempts_max || !worth_repeating(call.head, remedy))
            co_return answer;
        const Duration pause = pause_after(attempt);
        co_await clock_.sleep_for(pause);
    }
}

template <class Port>
Task<Outcome<typename Port::Answer>> Paced<Port>::call(typename Port::Call call) {
    PaceKey key;
    key.account = call.head.account;
    key.access_endpoint = call.head.access_endpoint;
    key.action = call.head.topic.action;
    Limiter::Slot slot(pace_.limiter(key));
    call.head.throttled = co_await slot.take();
    Outcome<typename Port::Answer> answer = co_await next_.call(std::move(call));
    slot.answered(!answer && is_rate_limit(answer.error().code));
    co_return answer;
}

template <class Port>
Task<Outcome<typename Port::Answer>> Measured<Port>::call(typename Port::Call call) {
    ApiAnswered fact;
    fact.action = call.head.topic.action;
    fact.region = call.head.region;
    fact.throttled = call.head.throttled;
    const Duration begin = clock_.steady_now();
    Outcome<typename Port::Answer> answer = co_await next_.call(std::move(call));
    fact.took = clock_.steady_now() - begin;
    fact.code = answer ? "ok" : answer.error().code;
    observer_.observe(fact);
    co_return answer;
}

template class Retried<Api>;
template class Retried<Cos>;
template class Paced<Api>;
template class Paced<Cos>;
template class Measured<Api>;
template class Measured<Cos>;

}  // namespace cvmbackup
