// Where a machine is launched and how it is paid for (RunInstances: Placement, VirtualPrivateCloud,
// InternetAccessible, SecurityGroupIds, InstanceChargeType). A network must be one that
// the world knows.
#pragma once

#include "action_rules.hpp"

#include <string>
#include <vector>

namespace cloudsim {

struct LaunchPlace {
    std::string zone;
    std::int64_t project_id = 0;
    std::string vpc_id;     // "" for the default one
    std::string subnet_id;  // the same
    std::vector<std::string> addresses;
    std::vector<std::string> security_groups;
    bool has_public_address = false;
};

struct Contract {
    std::string charge_type;
    std::int64_t months = 0;  // of a prepaid one
};

LaunchPlace take_place(const Call& call, Params& params);
Contract take_contract(Params& params);

void check_zone(const Call& call, const std::string& zone);
// Refuses a network that is not there, and tells the private addresses that so many machines get;
// none where any will do.
std::vector<std::string> take_addresses(
    const Call& call, const LaunchPlace& place, std::int64_t count
);

void put_in_place(Instance& instance, const LaunchPlace& place);
// The n-th of those launched together; it has its id.
void give_address(Instance& instance, const LaunchPlace& place, std::size_t number);
void sign_contract(Instance& instance, const Contract& contract, Instant now);

}  // namespace cloudsim
