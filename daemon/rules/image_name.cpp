#include "rules/image_name.hpp"

#include <array>
#include <cassert>
#include <cstdint>
#include <cstdio>

namespace cvmbackup {

namespace {

constexpr std::size_t policy_part_max = 20;

std::uint32_t fnv1a(std::string_view text) {
    std::uint32_t hash = 2166136261U;
    for (const char c : text) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    }
    return hash;
}

std::string policy_part(const PolicyName& policy) {
    const std::string& name = policy.text();
    if (name.size() <= policy_part_max) {
        return name;
    }
    std::array<char, 16> hash{};
    std::snprintf(hash.data(), hash.size(), ".%08x", fnv1a(name));
    return name.substr(0, policy_part_max - 9) + hash.data();
}

}  // namespace

std::string compact_time(Instant instant) {
    std::string text;
    for (const char c : to_rfc3339(instant)) {
        if (c != '-' && c != ':') {
            text += c;
        }
    }
    return text;
}

std::string image_name(
    const PolicyName& policy, const InstanceId& instance, Instant due, int attempt
) {
    std::string name = "cb-" + policy_part(policy) + "-" + instance.text() + "-" +
                       compact_time(due) + "-" + std::to_string(attempt);
    assert(name.size() <= image_name_max && "instance ids have 12 characters");
    return name;
}

}  // namespace cvmbackup
