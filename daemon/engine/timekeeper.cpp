#include "engine/timekeeper.hpp"

namespace cvmbackup {

namespace {

// Far less than the margin in the fence (rules/backup_machine.hpp).
Duration tolerance(double speed) {
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(2.0 * speed));
}

Notice notice_of(Duration by, Instant now) {
    const bool forward = by > Duration(0);
    const auto whole = std::chrono::round<std::chrono::seconds>(forward ? by : -by);
    return Notice{
        Notice::Level::warning,
        "the clock of this machine was set " + std::string(forward ? "forward" : "back") + " by " +
            to_text(Duration(whole)) + ", to " + to_rfc3339(now) +
            "; waits go on by a clock that nobody sets, missed times are made up for by catch_up, "
            "and no time is run twice",
        PolicyName(),
        InstanceId()};
}

}  // namespace

Timekeeper::Timekeeper(Clock& clock, Observer& observer, double speed)
    : clock_(clock)
    , observer_(observer)
    , watch_(clock.now(), clock.steady_now(), tolerance(speed)) {}

Instant Timekeeper::now() {
    const Instant wall = clock_.now();
    const Duration by = watch_.look(wall, clock_.steady_now());
    if (by != Duration(0)) {
        observer_.observe(ClockSet{by});
        observer_.observe(notice_of(by, wall));
        set_(by);
    }
    return wall;
}

}  // namespace cvmbackup
