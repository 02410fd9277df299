// Rate limits as the cloud publishes them: requests are counted on arrival in windows of one
// second, per account, access endpoint and action. A refused request counts too.
#pragma once

#include "instants.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace cloudsim {

class Rates {
public:
    // Counts one request; false when the window has had its fill before.
    bool admit(const std::string& key, std::int64_t rate, Instant now) {
        Window& window = windows_[key];
        const std::int64_t second = whole_seconds(now);
        if (window.second != second) {
            window = {second, 0};
        }
        window.count += 1;
        return window.count <= rate;
    }

private:
    struct Window {
        std::int64_t second = -1;
        std::int64_t count = 0;
    };

    std::map<std::string, Window> windows_;
};

}  // namespace cloudsim
