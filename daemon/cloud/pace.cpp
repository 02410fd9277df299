#include "cloud/pace.hpp"

#include <tuple>
#include <utility>

namespace cvmbackup {

Pace::Pace(Clock& clock)
    : clock_(clock)
    , opens_(clock.steady_now() + std::chrono::seconds(1)) {}

Limiter& Pace::limiter(const PaceKey& key) {
    const auto found = limiters_.find(key);
    if (found != limiters_.end())
        return found->second;
    const std::size_t rate = published_rate(key.action);
    const auto made = limiters_.emplace(
        std::piecewise_construct,
        std::forward_as_tuple(key),
        std::forward_as_tuple(clock_, rate, opens_)
    );
    return made.first->second;
}

std::size_t published_rate(std::string_view action) {
    constexpr std::pair<std::string_view, std::size_t> rates[] = {
        {"DescribeImages", 40},
        {"DescribeInstances", 40},
        {"ExportImages", 20},
        {"GetCallerIdentity", 20},
    };
    for (const auto& [name, rate] : rates)
        if (name == action)
            return rate;
    return action.starts_with("cos:") ? 200 : 10;
}

}  // namespace cvmbackup
