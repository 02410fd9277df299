#include "networks.hpp"

#include "instance_json.hpp"
#include "state.hpp"
#include "text.hpp"

#include <charconv>

namespace cloudsim {
namespace {

std::optional<std::uint32_t> parse_number(std::string_view text, std::uint32_t most) {
    std::uint32_t number = 0;
    const char* last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, number);
    const bool is_number = error == std::errc{} && end == last && number <= most;
    return is_number ? std::optional{number} : std::nullopt;
}

}  // namespace

std::optional<std::uint32_t> parse_address(std::string_view text) {
    const std::vector<std::string> parts = split(text, '.');
    std::uint32_t address = 0;
    for (const std::string& part : parts) {
        const auto number = parse_number(part, 255);
        if (!number) {
            return std::nullopt;
        }
        address = address << 8U | *number;
    }
    return parts.size() == 4 ? std::optional{address} : std::nullopt;
}

std::string to_address(std::uint32_t address) {
    std::string text;
    for (const unsigned shift : {24U, 16U, 8U, 0U}) {
        text += (text.empty() ? "" : ".") + std::to_string((address >> shift) & 255U);
    }
    return text;
}

std::optional<AddressRange> parse_range(std::string_view text) {
    const auto slash = text.find('/');
    const auto address = parse_address(text.substr(0, slash));
    const auto bits =
        slash == std::string_view::npos ? std::nullopt : parse_number(text.substr(slash + 1), 29);
    if (!address || !bits || *bits < 16) {
        return std::nullopt;
    }
    const std::uint32_t size = 1U << (32U - *bits);
    return AddressRange{(*address & ~(size - 1)) + 2, size - 3};
}

void State::add_network(const Instance& instance) {
    Network& network = networks[Place{instance.uin, instance.region}];
    network.zones.insert(instance.zone);
    network.security_groups.insert(
        instance.security_groups.begin(), instance.security_groups.end()
    );
    if (instance.vpc_id.empty() && instance.subnet_id.empty()) {
        return;
    }
    KnownSubnet& subnet = network.subnets[subnet_of(instance)];
    subnet.vpcs.insert(vpc_of(instance));
    subnet.zones.insert(instance.zone);
    network.vpcs.insert(vpc_of(instance));
}

void State::add_network(const std::string& uin, const Subnet& stated) {
    const std::string region = stated.zone.substr(0, stated.zone.rfind('-'));
    inhabited_regions.insert(region);
    Network& network = networks[Place{uin, region}];
    network.zones.insert(stated.zone);
    network.vpcs.insert(stated.vpc_id);
    KnownSubnet& subnet = network.subnets[stated.id];
    subnet.vpcs.insert(stated.vpc_id);
    subnet.zones.insert(stated.zone);
    subnet.range = parse_range(stated.range);
}

}  // namespace cloudsim
