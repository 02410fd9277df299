// The filters of DescribeInstances but for tags: all compare whole values
// (facts/tencent-cloud.md 2.15).
#include "instance_json.hpp"
#include "instance_rules.hpp"
#include "text.hpp"

#include <algorithm>
#include <array>

namespace cloudsim {
namespace {

struct InstanceFilter {
    std::string_view name;
    std::string (*value_of)(const Instance&);
};

// An empty value is matched by nothing. No simulated instance has a host, a dedicated cluster or an
// IPv6 address.
std::string nothing(const Instance&) {
    return "";
}

constexpr std::array<InstanceFilter, 15> filters{{
    {"zone", [](const Instance& instance) { return instance.zone; }},
    {"project-id", [](const Instance& instance) { return std::to_string(instance.project_id); }},
    {"host-id", nothing},
    {"dedicated-cluster-id", nothing},
    {"vpc-id", vpc_of},
    {"subnet-id", subnet_of},
    {"instance-id", [](const Instance& instance) { return instance.id; }},
    {"uuid", uuid_of},
    {"instance-name", [](const Instance& instance) { return instance.name; }},
    {"instance-charge-type", [](const Instance& instance) { return instance.charge_type; }},
    {"instance-state", [](const Instance& instance) { return instance.state; }},
    {"private-ip-address", private_ip_of},
    {"public-ip-address", [](const Instance& instance) { return instance.public_ip; }},
    {"ipv6-address", nothing},
    {"security-group-id", nothing},
}};

// RFC 3339, or "2023-06-01 00:00:00" as the parameter's text has it.
std::optional<Instant> parse_moment(std::string text) {
    constexpr std::size_t length = 19;
    if (text.size() == length && text[10] == ' ') {
        text[10] = 'T';
        text += 'Z';
    }
    return parse_rfc3339(text);
}

bool is_address(const std::string& text) {
    const std::vector<std::string> parts = split(text, '.');
    return parts.size() == 4 && std::ranges::all_of(parts, [](const std::string& part) {
               return !part.empty() && part.size() <= 3 &&
                      part.find_first_not_of("0123456789") == std::string::npos &&
                      std::stoi(part) <= 255;
           });
}

bool is_uuid(const std::string& text) {
    constexpr std::size_t length = 36;
    return text.size() == length && std::ranges::count(text, '-') == 4 &&
           text.find_first_not_of("0123456789abcdefABCDEF-") == std::string::npos;
}

std::string_view prefix_of(std::string_view filter) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 5> prefixes{
        {{"instance-id", "ins-"},
         {"vpc-id", "vpc-"},
         {"subnet-id", "subnet-"},
         {"security-group-id", "sg-"},
         {"host-id", "host-"}}};
    const auto found =
        std::ranges::find(prefixes, filter, [](const auto& each) { return each.first; });
    return found == prefixes.end() ? "" : found->second;
}

std::string malformed_code(std::string_view filter) {
    static constexpr std::array<std::pair<std::string_view, const char*>, 5> codes{
        {{"instance-id", "InvalidParameterValue.InstanceIdMalformed"},
         {"vpc-id", "InvalidParameterValue.VpcIdMalformed"},
         {"subnet-id", "InvalidParameterValue.SubnetIdMalformed"},
         {"security-group-id", "InvalidSgId.Malformed"},
         {"host-id", "InvalidHostId.Malformed"}}};
    const auto found =
        std::ranges::find(codes, filter, [](const auto& each) { return each.first; });
    return found->second;
}

void check_value(const std::string& region, const std::string& name, const std::string& value) {
    const std::string_view prefix = prefix_of(name);
    if (!prefix.empty() && !is_well_formed_id(value, prefix)) {
        throw Refusal{malformed_code(name), "`" + value + "` is malformed."};
    }
    if (name.starts_with("creation-") && !parse_moment(value)) {
        throw Refusal{"InvalidFilter", "`" + value + "` is not a time."};
    }
    if (name == "uuid" && !is_uuid(value)) {
        throw Refusal{"InvalidParameterValue.UuidMalformed", "`" + value + "` is no UUID."};
    }
    if ((name == "private-ip-address" || name == "public-ip-address") && !is_address(value)) {
        throw Refusal{"InvalidParameterValue.IPAddressMalformed", "`" + value + "` is no address."};
    }
    if (name == "zone" && !value.starts_with(region + "-")) {
        throw Refusal{"InvalidZone.MismatchRegion", "`" + value + "` is not in " + region + "."};
    }
}

}  // namespace

void check_instance_filter(const std::string& region, const Filter& filter) {
    const bool is_known =
        std::ranges::find(filters, filter.name, &InstanceFilter::name) != filters.end() ||
        filter.name == "creation-start-time" || filter.name == "creation-end-time";
    if (!is_known) {
        throw Refusal{"InvalidFilter", "There is no filter `" + filter.name + "`."};
    }
    for (const std::string& value : filter.values) {
        check_value(region, filter.name, value);
    }
}

bool instance_matches(
    const Instance& instance, const std::string& told_state, const Filter& filter
) {
    if (filter.name == "instance-state") {
        return any_equal(filter, told_state);
    }
    if (filter.name == "creation-start-time") {
        return instance.created >= *parse_moment(filter.values.front());
    }
    if (filter.name == "creation-end-time") {
        return instance.created <= *parse_moment(filter.values.front());
    }
    if (filter.name == "security-group-id") {
        return std::ranges::any_of(instance.security_groups, [&filter](const std::string& group) {
            return any_equal(filter, group);
        });
    }
    const auto found = std::ranges::find(filters, filter.name, &InstanceFilter::name);
    const std::string value = found->value_of(instance);
    return !value.empty() && any_equal(filter, value);
}

}  // namespace cloudsim
