// Says in plain words what happened. Answers of the cloud and intermediate states are said at
// debug level only; failures are warnings or errors with the cloud's reason and request id.
#pragma once

#include "ports/observer.hpp"
#include "telemetry/log.hpp"

#include <map>
#include <set>
#include <string>

namespace cvmbackup {

class Journal : public Observer {
public:
    explicit Journal(Log& log)
        : log_(log) {}

    void observe(const Fact& fact) override;

private:
    struct Begun {
        RunId run;
        std::string name;  // the instance's
    };

    void say(const RunStarted& fact);
    void say(const RunFinished& fact);
    void say(const BackupStarted& fact);
    void say(const BackupFinished& fact);
    void say(const CopyChanged& fact);
    void say(const RetentionPassed& fact);
    void say(const BrakeChanged& fact);
    void say(const Reconciled& fact);

    void say(const SuccessRevised&) {}

    // A notice says it.
    void say(const TimesPassed&) {}

    void say(const ApiAnswered& fact);
    void say(const QuotaSeen& fact);
    void say(const SettingsReloaded& fact);
    void say(const Notice& fact);

    // Notices tell of these.
    void say(const ClockSet&) {}

    void say(const CloudTimeSeen&) {}

    void say(const BreakerChanged&) {}

    Log& log_;
    // Facts about copies carry neither the run nor the instance's name: kept while it lasts.
    std::map<BackupId, Begun> begun_;
    std::map<RunId, std::map<Result, std::size_t>> ended_;
    std::set<RunId> seen_starting_;
};

}  // namespace cvmbackup
