// Whether the network that RunInstances names is there and has room (facts/tencent-cloud.md 2.12).
// The default network of every zone is always there.
#include "instance_json.hpp"
#include "launch_place.hpp"

#include <algorithm>
#include <set>

namespace cloudsim {
namespace {

constexpr int zones_max = 10;  // of a region, unless the world knows more

const Network& network_of(const Call& call) {
    static const Network none;
    const auto found = call.state.networks.find(call.place());
    return found == call.state.networks.end() ? none : found->second;
}

std::optional<KnownSubnet> find_subnet(const Call& call, const std::string& id) {
    const Network& network = network_of(call);
    const auto found = network.subnets.find(id);
    if (found != network.subnets.end()) {
        return found->second;
    }
    std::set<std::string, std::less<>> zones = network.zones;
    for (int number = 1; number <= zones_max; ++number) {
        zones.insert(call.region + "-" + std::to_string(number));
    }
    for (const std::string& zone : zones) {
        if (default_subnet(call.account.uin, zone) == id) {
            return KnownSubnet{{default_vpc(call.account.uin, call.region)}, {zone}, {}};
        }
    }
    return std::nullopt;
}

KnownSubnet checked_subnet(const Call& call, const LaunchPlace& place) {
    if (place.vpc_id != default_vpc(call.account.uin, call.region) &&
        !network_of(call).vpcs.contains(place.vpc_id)) {
        throw Refusal{
            "InvalidParameterValue.VpcIdNotExist",
            "There is no VPC `" + place.vpc_id + "` in " + call.region + "."};
    }
    const auto subnet = find_subnet(call, place.subnet_id);
    if (!subnet) {
        throw Refusal{
            "InvalidParameterValue.SubnetNotExist",
            "There is no subnet `" + place.subnet_id + "` in " + call.region + "."};
    }
    if (!subnet->vpcs.contains(place.vpc_id)) {
        throw Refusal{
            "InvalidParameterValue.VpcIdSubnetIdNotMatch",
            "The subnet `" + place.subnet_id + "` is not in `" + place.vpc_id + "`."};
    }
    if (!subnet->zones.contains(place.zone)) {
        throw Refusal{
            "InvalidParameterValue.SubnetIdZoneIdNotMatch",
            "The subnet `" + place.subnet_id + "` is not in " + place.zone + "."};
    }
    return *subnet;
}

// Of the machines in the VPC.
std::set<std::uint32_t> used_addresses(const Call& call, const std::string& wanted_vpc) {
    const std::string usual = default_vpc(call.account.uin, call.region);
    const std::string vpc = wanted_vpc == usual ? "" : wanted_vpc;
    std::set<std::uint32_t> used;
    const auto found = call.state.instances_at.find(call.place());
    if (found == call.state.instances_at.end()) {
        return used;
    }
    for (const Instance* instance : found->second) {
        const bool is_there = instance->vpc_id == vpc || (vpc.empty() && instance->vpc_id == usual);
        const auto address = is_there ? parse_address(private_ip_of(*instance)) : std::nullopt;
        if (address) {
            used.insert(*address);
        }
    }
    return used;
}

void check_addresses(
    const LaunchPlace& place, const KnownSubnet& subnet, std::set<std::uint32_t> used
) {
    for (const std::string& text : place.addresses) {
        const std::uint32_t address = parse_address(text).value_or(0);
        if (subnet.range && !subnet.range->contains(address)) {
            throw Refusal{"VpcAddrNotInSubNet", "`" + text + "` is not in the subnet."};
        }
        if (!used.insert(address).second) {
            throw Refusal{"VpcIpIsUsed", "`" + text + "` is in use."};
        }
    }
}

std::vector<std::string> free_addresses(
    const AddressRange& range, const std::set<std::uint32_t>& used, std::int64_t count
) {
    std::vector<std::string> addresses;
    for (std::uint32_t i = 0; i < range.count && std::ssize(addresses) < count; ++i) {
        if (!used.contains(range.first + i)) {
            addresses.push_back(to_address(range.first + i));
        }
    }
    if (std::ssize(addresses) < count) {
        throw Refusal{
            "FailedOperation.NoAvailableIpAddressCountInSubnet",
            "The subnet has too few addresses left."};
    }
    return addresses;
}

}  // namespace

void check_zone(const Call& call, const std::string& zone) {
    bool exists = network_of(call).zones.contains(zone);
    for (int number = 1; number <= zones_max && !exists; ++number) {
        exists = zone == call.region + "-" + std::to_string(number);
    }
    if (!exists) {
        throw Refusal{
            "InvalidZone.MismatchRegion",
            "There is no zone `" + zone + "` in " + call.region + "."};
    }
}

std::vector<std::string> take_addresses(
    const Call& call, const LaunchPlace& place, std::int64_t count
) {
    const auto& own = network_of(call).security_groups;
    const auto& stated = call.account.security_groups;
    for (const std::string& id : place.security_groups) {
        if (!own.contains(id) && std::ranges::find(stated, id) == stated.end()) {
            throw Refusal{
                "InvalidSecurityGroupId.NotFound", "There is no security group `" + id + "`."};
        }
    }
    const KnownSubnet subnet = place.vpc_id.empty() ? KnownSubnet{} : checked_subnet(call, place);
    if (place.addresses.empty() && !subnet.range) {
        return {};
    }
    const std::set<std::uint32_t> used = used_addresses(call, place.vpc_id);
    if (place.addresses.empty()) {
        return free_addresses(*subnet.range, used, count);
    }
    check_addresses(place, subnet, used);
    return place.addresses;
}

}  // namespace cloudsim
