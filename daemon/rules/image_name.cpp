#include "rules/image_name.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <cstdint>
#include <cstdio>

namespace cvmbackup {

namespace {

constexpr std::size_t policy_part_max = 20;

constexpr std::string_view prefix = "cb-";

// A plain positive number, as std::to_string writes it.
std::optional<int> number_from(std::string_view text) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || number < 1 || std::to_string(number) != text) {
        return std::nullopt;
    }
    return number;
}

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
    std::string name = std::string(prefix) + policy_part(policy) + "-" + instance.text() + "-" +
                       compact_time(due) + "-" + std::to_string(attempt);
    assert(name.size() <= image_name_max && "instance ids have 12 characters");
    return name;
}

std::optional<Instant> parse_compact_time(std::string_view text) {
    if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z' || text.substr(13, 2) == "60") {
        return std::nullopt;
    }
    std::string spelled(text);
    spelled.insert(13, ":").insert(11, ":").insert(6, "-").insert(4, "-");
    return parse_rfc3339(spelled);
}

// Read from its end: instance ids hold one dash, policies any number.
std::optional<NameParts> parse_image_name(std::string_view name) {
    const std::size_t attempt_at = name.rfind('-');
    if (!name.starts_with(prefix) || attempt_at == std::string_view::npos) {
        return std::nullopt;
    }
    const std::size_t time_at = name.substr(0, attempt_at).rfind('-');
    const std::size_t instance_at = name.substr(0, time_at).rfind("-ins-");
    if (time_at == std::string_view::npos || instance_at == std::string_view::npos ||
        instance_at <= prefix.size()) {
        return std::nullopt;
    }
    const auto due = parse_compact_time(name.substr(time_at + 1, attempt_at - time_at - 1));
    const auto attempt = number_from(name.substr(attempt_at + 1));
    const std::string_view instance = name.substr(instance_at + 1, time_at - instance_at - 1);
    if (!due || !attempt || instance.size() <= std::string_view("ins-").size()) {
        return std::nullopt;
    }
    return NameParts{
        std::string(name.substr(prefix.size(), instance_at - prefix.size())),
        InstanceId(std::string(instance)),
        *due,
        *attempt};
}

bool stands_for(const std::string& part, const PolicyName& policy) {
    return part == policy_part(policy);
}

std::string image_description(const ImageOrigin& origin) {
    return "cvmbackup policy=" + origin.policy.text() + " instance=" + origin.instance.text() +
           " due=" + to_rfc3339(origin.due) + " attempt=" + std::to_string(origin.attempt) +
           " disks=" + std::to_string(origin.disks);
}

std::optional<ImageOrigin> parse_image_description(std::string_view description) {
    constexpr std::string_view owner = "cvmbackup ";
    if (!description.starts_with(owner)) {
        return std::nullopt;
    }
    description.remove_prefix(owner.size());
    constexpr std::array<std::string_view, 5> keys{"policy", "instance", "due", "attempt", "disks"};
    std::array<std::string_view, 5> values{};
    while (!description.empty()) {
        const std::string_view word = description.substr(0, description.find(' '));
        description.remove_prefix(std::min(word.size() + 1, description.size()));
        const std::size_t equals = std::min(word.find('='), word.size());
        const auto key = std::ranges::find(keys, word.substr(0, equals));
        if (key != keys.end()) {
            values[static_cast<std::size_t>(key - keys.begin())] =
                word.substr(std::min(equals + 1, word.size()));
        }
    }
    const auto& [policy, instance, due_text, attempt_text, disks_text] = values;
    const std::optional<Instant> due = parse_rfc3339(due_text);
    const std::optional<int> attempt = number_from(attempt_text);
    const std::optional<int> disks = number_from(disks_text);
    if (!due || !attempt || !disks || policy.empty() || instance.empty()) {
        return std::nullopt;
    }
    return ImageOrigin{
        PolicyName(std::string(policy)), InstanceId(std::string(instance)), *due, *attempt, *disks};
}

std::optional<ImageOrigin> proven_origin(std::string_view name, std::string_view description) {
    std::optional<ImageOrigin> origin = parse_image_description(description);
    const std::optional<NameParts> parts = parse_image_name(name);
    const bool agree = origin && parts && stands_for(parts->policy, origin->policy) &&
                       parts->instance == origin->instance && parts->due == origin->due;
    if (!agree) {
        return std::nullopt;
    }
    origin->attempt = parts->attempt;
    return origin;
}

}  // namespace cvmbackup
