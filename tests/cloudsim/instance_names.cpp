#include "instance_names.hpp"

#include <charconv>
#include <optional>
#include <string_view>

namespace cloudsim {
namespace {

struct Counter {
    std::int64_t first = 0;
    std::size_t digits = 0;
};

bool is_number(std::string_view text, std::int64_t& value) {
    const char* end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, value);
    return !text.empty() && error == std::errc{} && at == end && value >= 0;
}

// The inside of the braces; nothing when it is no pattern and thus plain text.
std::optional<Counter> parse_counter(std::string_view text) {
    constexpr std::string_view start = "R:";
    constexpr std::string_view width = ",F:";
    constexpr std::int64_t digits_max = 8;
    if (!text.starts_with(start)) {
        return std::nullopt;
    }
    text.remove_prefix(start.size());
    const auto comma = text.find(width);
    Counter counter;
    std::int64_t digits = 0;
    const bool is_good =
        is_number(text.substr(0, comma), counter.first) &&
        (comma == std::string_view::npos || is_number(text.substr(comma + width.size()), digits));
    if (!is_good || digits > digits_max) {
        return std::nullopt;
    }
    counter.digits = static_cast<std::size_t>(digits);
    return counter;
}

std::string padded(std::int64_t number, std::size_t digits) {
    std::string text = std::to_string(number);
    if (text.size() < digits) {
        text.insert(0, digits - text.size(), '0');
    }
    return text;
}

}  // namespace

std::string numbered_name(const std::string& pattern, std::int64_t number, std::int64_t count) {
    std::string name;
    bool has_counter = false;
    std::size_t at = 0;
    while (at < pattern.size()) {
        const auto close = pattern[at] == '{' ? pattern.find('}', at) : std::string::npos;
        const auto counter = close == std::string::npos
                                 ? std::nullopt
                                 : parse_counter(pattern.substr(at + 1, close - at - 1));
        if (counter) {
            name += padded(counter->first + number, counter->digits);
            has_counter = true;
            at = close + 1;
        } else {
            name += pattern[at++];
        }
    }
    return has_counter || count == 1 ? name : name + std::to_string(number + 1);
}

}  // namespace cloudsim
