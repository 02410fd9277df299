// Metric families as plain numbers, made into Prometheus' types only when somebody scrapes: values
// outlive the series that show them, so that a policy that comes back has its counts again.
#pragma once

#include <prometheus/histogram.h>
#include <prometheus/metric_family.h>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace cvmbackup {

using LabelValues = std::vector<std::string>;

// Which policies are configured; series with a policy label are shown for these only.
using ShownPolicies = std::set<std::string>;

class NumberFamily {
public:
    NumberFamily(
        prometheus::MetricType type,
        std::string name,
        std::string help,
        std::vector<std::string> labels = {}
    );

    // The value of this series; it begins at 0 when first asked for.
    double& at(const LabelValues& values) { return values_[values]; }

    void clear() { values_.clear(); }

    void collect(const ShownPolicies& shown, std::vector<prometheus::MetricFamily>& families) const;

private:
    bool is_shown(const LabelValues& values, const ShownPolicies& shown) const;

    prometheus::MetricType type_;
    std::string name_;
    std::string help_;
    std::vector<std::string> labels_;
    std::map<LabelValues, double> values_;
};

// With one label.
class HistogramFamily {
public:
    HistogramFamily(
        std::string name, std::string help, std::string label, std::vector<double> bounds
    );

    void observe(const std::string& value, double seconds) { at(value).Observe(seconds); }

    prometheus::Histogram& at(const std::string& value) {
        return histograms_.try_emplace(value, bounds_).first->second;
    }

    void collect(std::vector<prometheus::MetricFamily>& families) const;

private:
    std::string name_;
    std::string help_;
    std::string label_;
    std::vector<double> bounds_;
    std::map<std::string, prometheus::Histogram> histograms_;
};

}  // namespace cvmbackup
