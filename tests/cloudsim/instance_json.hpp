// An instance as DescribeInstances tells it (facts/tencent-cloud.md 2.15), and the facts about it
// that the world need not name: they are made from the id, the same for the same world.
#pragma once

#include "world.hpp"

#include <boost/json.hpp>

#include <string>

namespace cloudsim {

std::string uuid_of(const Instance& instance);
// What an instance is in that names no other.
std::string default_vpc(const std::string& uin, const std::string& region);
std::string default_subnet(const std::string& uin, const std::string& zone);
std::string vpc_of(const Instance& instance);
std::string subnet_of(const Instance& instance);
std::string private_ip_of(const Instance& instance);

struct MachineSize {
    std::int64_t processors = 0;
    std::int64_t memory = 0;  // GiB
};

// As the type's name tells it: S5.2XLARGE16 has 8 processors and 16 GiB. Zeros for other names.
MachineSize size_of_type(const std::string& instance_type);

// In the state that is told of it.
boost::json::object instance_to_json(const Instance& instance, const std::string& state);

}  // namespace cloudsim
