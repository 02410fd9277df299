// The daemon's metrics, counted from facts; nobody reads them but text(). The families and their
// labels are listed in metrics_state.hpp. Series with a policy label are shown for configured
// policies only and begin at 0; what was counted before a restart comes from the catalog's totals.
#pragma once

#include "model/status.hpp"
#include "ports/catalog.hpp"
#include "ports/observer.hpp"

#include <memory>
#include <string>
#include <vector>

namespace cvmbackup {

class Metrics : public Observer {
public:
    // A clock speed other than 1 is a scaled clock, for demos and tests only.
    explicit Metrics(std::string version, double clock_speed = 1.0);
    ~Metrics() override;

    // Once, at start, before the first fact.
    void restore(const Totals& totals);
    // At start, after a reload and whenever a policy's state may have changed (run, pause).
    void set_policies(const std::vector<PolicyStatus>& policies, bool instance_metrics);
    void observe(const Fact& fact) override;
    // The page in Prometheus' text format 0.0.4.
    std::string text() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace cvmbackup
