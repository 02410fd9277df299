#include "telemetry/metric_families.hpp"

#include <utility>

namespace cvmbackup {

NumberFamily::NumberFamily(
    prometheus::MetricType type, std::string name, std::string help, std::vector<std::string> labels
)
    : type_(type)
    , name_(std::move(name))
    , help_(std::move(help))
    , labels_(std::move(labels)) {}

bool NumberFamily::is_shown(const LabelValues& values, const ShownPolicies& shown) const {
    return labels_.empty() || labels_.front() != "policy" || shown.contains(values.front());
}

void NumberFamily::collect(
    const ShownPolicies& shown, std::vector<prometheus::MetricFamily>& families
) const {
    prometheus::MetricFamily family{name_, help_, type_, {}};
    for (const auto& [values, value] : values_) {
        if (!is_shown(values, shown)) {
            continue;
        }
        prometheus::ClientMetric metric;
        for (std::size_t i = 0; i < labels_.size(); ++i) {
            metric.label.push_back({labels_[i], values[i]});
        }
        if (type_ == prometheus::MetricType::Counter) {
            metric.counter.value = value;
        } else {
            metric.gauge.value = value;
        }
        family.metric.push_back(std::move(metric));
    }
    if (!family.metric.empty()) {
        families.push_back(std::move(family));
    }
}

HistogramFamily::HistogramFamily(
    std::string name, std::string help, std::string label, std::vector<double> bounds
)
    : name_(std::move(name))
    , help_(std::move(help))
    , label_(std::move(label))
    , bounds_(std::move(bounds)) {}

void HistogramFamily::collect(std::vector<prometheus::MetricFamily>& families) const {
    prometheus::MetricFamily family{name_, help_, prometheus::MetricType::Histogram, {}};
    for (const auto& [value, histogram] : histograms_) {
        prometheus::ClientMetric metric = histogram.Collect();
        metric.label.push_back({label_, value});
        family.metric.push_back(std::move(metric));
    }
    if (!family.metric.empty()) {
        families.push_back(std::move(family));
    }
}

}  // namespace cvmbackup
