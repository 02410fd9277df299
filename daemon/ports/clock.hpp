// Time as the engine sees it. Production: the real or a scaled clock (service/); tests: a virtual
// one that jumps from sleeper to sleeper. Nothing else in the daemon asks for the time.
#pragma once

#include "model/time.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>

namespace cvmbackup {

template <class T>
using Task = boost::asio::awaitable<T>;

// A place where at most one coroutine sleeps and from which it can be called away early.
class Sleeper {
public:
    virtual ~Sleeper() = default;
    // Returns at `deadline`, or before it after wake() or when somebody sets the wall clock. A
    // wake() without a sleeper is remembered for the next sleep. Instant::max() sleeps until woken.
    virtual Task<void> sleep_until(Instant deadline) = 0;
    virtual void wake() = 0;
};

class Clock {
public:
    virtual ~Clock() = default;
    virtual Instant now() const = 0;          // wall time: schedules, ages, signatures
    virtual Duration steady_now() const = 0;  // since some fixed point, never jumps: durations
    virtual std::unique_ptr<Sleeper> sleeper() = 0;
    virtual Task<void> sleep_until(Instant deadline) = 0;  // wall time; notices jumps
    virtual Task<void> sleep_for(Duration duration) = 0;
};

}  // namespace cvmbackup
