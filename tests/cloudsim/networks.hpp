// The networks of an account in one region that RunInstances may name: those that the world states
// and those that an instance of the world is in. They outlive the instance.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace cloudsim {

// What machines may have of a subnet: all but the network's own address, the gateway's and the
// broadcast.
struct AddressRange {
    std::uint32_t first = 0;
    std::uint32_t count = 0;

    bool contains(std::uint32_t address) const {
        return address >= first && address - first < count;
    }
};

// Of "10.0.0.7".
std::optional<std::uint32_t> parse_address(std::string_view text);
std::string to_address(std::uint32_t address);
// Of "10.0.1.0/24", from /16 to /29.
std::optional<AddressRange> parse_range(std::string_view text);

struct KnownSubnet {
    std::set<std::string, std::less<>> vpcs;
    std::set<std::string, std::less<>> zones;
    std::optional<AddressRange> range;  // absent: any address
};

struct Network {
    std::set<std::string, std::less<>> zones;
    std::set<std::string, std::less<>> vpcs;
    std::map<std::string, KnownSubnet, std::less<>> subnets;
    std::set<std::string, std::less<>> security_groups;
};

}  // namespace cloudsim
