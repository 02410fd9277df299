// What stands around a call, for API 3.0 and COS alike, one reason each. From the outside in:
//   Retried  - repeats reads a few times with growing, jittered pauses, as far as the budget for
//              repetitions goes; a change only once, after credentials were refused, for then it
//              certainly was not executed;
//   Paced    - waits for the limiter (changes have waited in Cloud::turn already);
//   Guarded  - holds calls back that fail in a row, and says so;
//   Measured - tells the observer about each answer.
#pragma once

#include "cloud/api.hpp"
#include "cloud/health.hpp"
#include "cloud/pace.hpp"
#include "ports/observer.hpp"
#include "ports/random.hpp"

namespace cvmbackup {

template <class Port>
class Retried final : public Port {
public:
    Retried(Port& next, Health& health, Clock& clock, Random& random)
        : next_(next)
        , health_(health)
        , clock_(clock)
        , random_(random) {}

    Task<Outcome<typename Port::Answer>> call(typename Port::Call call) override;

private:
    Duration pause_after(int attempt);

    Port& next_;
    Health& health_;
    Clock& clock_;
    Random& random_;
};

template <class Port>
class Guarded final : public Port {
public:
    Guarded(Port& next, Health& health, Clock& clock, Random& random, Observer& observer)
        : next_(next)
        , health_(health)
        , clock_(clock)
        , random_(random)
        , observer_(observer) {}

    Task<Outcome<typename Port::Answer>> call(typename Port::Call call) override;

private:
    Port& next_;
    Health& health_;
    Clock& clock_;
    Random& random_;
    Observer& observer_;
};

template <class Port>
class Paced final : public Port {
public:
    Paced(Port& next, Pace& pace)
        : next_(next)
        , pace_(pace) {}

    Task<Outcome<typename Port::Answer>> call(typename Port::Call call) override;

private:
    Port& next_;
    Pace& pace_;
};

template <class Port>
class Measured final : public Port {
public:
    Measured(Port& next, Clock& clock, Observer& observer)
        : next_(next)
        , clock_(clock)
        , observer_(observer) {}

    Task<Outcome<typename Port::Answer>> call(typename Port::Call call) override;

private:
    Port& next_;
    Clock& clock_;
    Observer& observer_;
};

// All four around the call that does it.
template <class Port>
class Decorated final : public Port {
public:
    Decorated(
        Port& next, Pace& pace, Health& health, Clock& clock, Random& random, Observer& observer
    )
        : measured_(next, clock, observer)
        , guarded_(measured_, health, clock, random, observer)
        , paced_(guarded_, pace)
        , retried_(paced_, health, clock, random) {}

    Task<Outcome<typename Port::Answer>> call(typename Port::Call call) override {
        return retried_.call(std::move(call));
    }

private:
    Measured<Port> measured_;
    Guarded<Port> guarded_;
    Paced<Port> paced_;
    Retried<Port> retried_;
};

extern template class Retried<Api>;
extern template class Retried<Cos>;
extern template class Guarded<Api>;
extern template class Guarded<Cos>;
extern template class Paced<Api>;
extern template class Paced<Cos>;
extern template class Measured<Api>;
extern template class Measured<Cos>;

}  // namespace cvmbackup
