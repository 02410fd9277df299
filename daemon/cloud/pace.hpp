// All limiters: one per action, access endpoint and account, made when first needed, with the
// published rates (DOC 213/15689; COS limits are so high that ours is a matter of politeness).
#pragma once

#include "cloud/limiter.hpp"
#include "model/ids.hpp"

#include <compare>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace cvmbackup {

struct PaceKey {
    AccountName account;
    std::string access_endpoint;  // "cvm.ap-guangzhou.tencentcloudapi.com"
    std::string action;
    auto operator<=>(const PaceKey&) const = default;
};

class Pace {
public:
    explicit Pace(Clock& clock);
    Limiter& limiter(const PaceKey& key);  // stays valid as long as this object

private:
    Clock& clock_;
    Duration opens_;
    std::map<PaceKey, Limiter> limiters_;
};

// Requests a second.
std::size_t published_rate(std::string_view action);

}  // namespace cvmbackup
