#include "cloud/decorators.hpp"

#include <utility>

namespace cvmbackup {

namespace {

constexpr int attempts_max = 4;
constexpr Duration first_pause = std::chrono::milliseconds(500);

bool worth_repeating(const CallHead& head, Remedy remedy) {
    return !head.topic.is_change && (remedy == Remedy::retry_now || remedy == Remedy::retry_later);
}

Place place_of(const CallHead& head) {
    return Place{head.account, head.region};
}

std::string calls_of(const CallHead& head) {
    const std::string where = head.region.empty() ? "" : " in " + head.region.text();
    return head.topic.action + where + " (account " + head.account.text() + ")";
}

// The same text for a whole outage, so that nothing has to be written down again and again.
Failure held_back(const CallHead& head) {
    Failure failure;
    failure.remedy = Remedy::retry_later;
    failure.code = cloud_code::held_back;
    failure.text = to_text(head.topic) +
                   ": not sent, because such calls fail in a row; one a minute is let through to "
                   "see whether they go again";
    return failure;
}

Notice opened(const CallHead& head, const Failure& last) {
    return Notice{
        Notice::Level::warning,
        "calls of " + calls_of(head) + " fail in a row and are held back; the last: " + last.text,
        PolicyName(),
        InstanceId()};
}

Notice closed(const CallHead& head) {
    return Notice{
        Notice::Level::info,
        "calls of " + calls_of(head) + " go again",
        PolicyName(),
        InstanceId()};
}

class Admission {
public:
    explicit Admission(Breaker& breaker)
        : breaker_(breaker) {}

    Admission(const Admission&) = delete;
    Admission& operator=(const Admission&) = delete;

    ~Admission() {
        if (!ended_)
            breaker_.aborted();
    }

    void ended(bool by_outage, Duration now, std::uint64_t chance) {
        ended_ = true;
        breaker_.ended(by_outage, now, chance);
    }

private:
    Breaker& breaker_;
    bool ended_ = false;
};

}  // namespace

// Up to 1 s, 2 s, 4 s, anywhere between nothing and all of it, so that calls do not march in step.
template <class Port>
Duration Retried<Port>::pause_after(int attempt) {
    const Duration longest = first_pause * (1 << attempt);
    const auto share = static_cast<Duration::rep>(random_.next() % 1000);
    return longest * share / 1000;
}

template <class Port>
Task<Outcome<typename Port::Answer>> Retried<Port>::call(typename Port::Call call) {
    bool refreshed = false;
    RetryBudget& budget = health_.budget(place_of(call.head));
    for (int attempt = 1;; ++attempt) {
        typename Port::Call same = call;
        Outcome<typename Port::Answer> answer = co_await next_.call(std::move(same));
        if (answer) {
            budget.earn();
            co_return answer;
        }
        const Remedy remedy = answer.error().remedy;
        if (remedy == Remedy::refresh_credentials && !refreshed) {
            refreshed = true;
            continue;
        }
        const bool unsent = answer.error().code == cloud_code::held_back;
        if (attempt >= attempts_max || unsent || !worth_repeating(call.head, remedy) ||
            !budget.spend())
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
Task<Outcome<typename Port::Answer>> Guarded<Port>::call(typename Port::Call call) {
    const CallHead head = call.head;
    Breaker& breaker = health_.breaker(place_of(head), head.topic.action);
    if (!breaker.admit(clock_.steady_now()))
        co_return held_back(head);
    Admission admission(breaker);
    Outcome<typename Port::Answer> answer = co_await next_.call(std::move(call));
    const bool was_open = breaker.is_open();
    const bool by_outage = !answer && is_outage(head.topic, answer.error().code);
    admission.ended(by_outage, clock_.steady_now(), random_.next());
    if (breaker.is_open() != was_open) {
        observer_.observe(BreakerChanged{place_of(head), head.topic.action, !was_open});
        observer_.observe(was_open ? closed(head) : opened(head, answer.error()));
    }
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
template class Guarded<Api>;
template class Guarded<Cos>;
template class Paced<Api>;
template class Paced<Cos>;
template class Measured<Api>;
template class Measured<Cos>;

}  // namespace cvmbackup
