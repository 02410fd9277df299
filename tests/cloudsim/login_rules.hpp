// What RunInstances and ResetInstance ask for inside the machine: login, host name, user data and
// the services beside it (facts/tencent-cloud.md 2.12).
#pragma once

#include "action_rules.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cloudsim {

struct InsideWish {
    std::optional<std::string> password;
    std::vector<std::string> key_ids;
    bool keeps_image_login = false;
    std::string host_name;  // with patterns, "" when none is asked for
    std::string user_data;  // base64
    std::optional<bool> tat_agent;
};

// Takes LoginSettings, HostName, UserData and EnhancedService.
InsideWish take_inside(Params& params);
// What cannot be with this image.
void check_inside(const Call& call, const InsideWish& wish, const Image& image);
void check_host_name(const std::string& name, bool is_windows);
// On by default for public images only.
bool has_tat_agent(const InsideWish& wish, const Image& image);

}  // namespace cloudsim
