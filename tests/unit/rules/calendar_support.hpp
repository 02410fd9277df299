// Builders for calendar tests.
#pragma once

#include "rules/calendar.hpp"

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace cvmbackup {

inline Instant at(std::string_view text) {
    const auto instant = parse_rfc3339(text);
    return instant ? *instant : throw std::invalid_argument(std::string(text));
}

inline CalendarExpression calendar(std::string_view text) {
    const auto parsed = parse_calendar(text);
    return parsed.expression ? *parsed.expression
                             : throw std::invalid_argument(std::string(text) + ": " + parsed.error);
}

inline DenyWindow deny(std::string_view text) {
    const auto parsed = parse_deny(text);
    return parsed.window ? *parsed.window
                         : throw std::invalid_argument(std::string(text) + ": " + parsed.error);
}

// The first `count` instants after `after`, fewer if there are no more.
inline std::vector<std::string> firings(
    std::string_view expression, const char* zone, std::string_view after, std::size_t count
) {
    const CalendarExpression parsed = calendar(expression);
    std::vector<std::string> texts;
    auto next = next_after(parsed, ZoneName(zone), at(after));
    while (next && texts.size() < count) {
        texts.push_back(to_rfc3339(*next));
        next = next_after(parsed, ZoneName(zone), *next);
    }
    return texts;
}

inline Policy policy_with(std::vector<std::string> schedule, const char* zone = "UTC") {
    Policy policy;
    policy.name = PolicyName("nightly");
    policy.zone = ZoneName(zone);
    for (const std::string& text : schedule) {
        policy.schedule.push_back(calendar(text));
    }
    return policy;
}

}  // namespace cvmbackup
