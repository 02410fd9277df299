// The machine's clock, or a scaled one. Sleepers wait on one timer queue without periodic wake-ups;
// when somebody sets the clock or the machine comes back from suspend, all of them look again.
// Coroutines that still sleep may be destroyed with the io_context before or after this object and
// its sleepers.
#pragma once

#include "ports/clock.hpp"
#include "service/clock_scale.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>

namespace cvmbackup {

struct ClockState;

class RealClock : public Clock {
public:
    explicit RealClock(boost::asio::any_io_executor executor, ClockScale scale = {});
    ~RealClock() override;

    // Begins to notice jumps of the wall clock, and keeps the loop busy until stop().
    void start();
    void stop();

    double speed() const;

    Instant now() const override;
    Duration steady_now() const override;
    std::unique_ptr<Sleeper> sleeper() override;
    Task<void> sleep_until(Instant deadline) override;
    Task<void> sleep_for(Duration duration) override;

private:
    std::shared_ptr<ClockState> state_;
};

}  // namespace cvmbackup
