#include "service/clock_scale.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>

namespace cvmbackup {

namespace {

// Far enough for any schedule, and far from overflow in any sum of two.
constexpr Duration horizon = std::chrono::years(1000);

constexpr double speed_min = 0.001;
constexpr double speed_max = 1'000'000;

Duration scaled(Duration duration, double factor) {
    const double result = std::round(static_cast<double>(duration.count()) * factor);
    const auto limit = static_cast<double>(horizon.count());
    return Duration(static_cast<std::int64_t>(std::clamp(result, -limit, limit)));
}

Failure bad_clock(const std::string& why) {
    return {
        Remedy::give_up,
        "BadClock",
        why + "; write it like 'from=2027-01-04T00:00:00Z at=1767225600 speed=1440'",
        ""};
}

std::optional<double> parse_number(std::string_view text) {
    double number = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) {
        return std::nullopt;
    }
    return number;
}

std::string_view take_word(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    const std::size_t length = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, length);
    text.remove_prefix(length);
    return word;
}

struct Parts {
    std::optional<Instant> from;
    std::optional<Instant> at;
    std::optional<double> speed;
};

// Nothing if all is well.
std::optional<Failure> read_part(std::string_view word, Parts& parts) {
    const std::size_t equals = std::min(word.find('='), word.size());
    const std::string_view key = word.substr(0, equals);
    const std::string_view value = word.substr(std::min(equals + 1, word.size()));
    const std::string quoted = "'" + std::string(value) + "'";
    if (key == "from") {
        parts.from = parse_rfc3339(value);
        if (!parts.from) {
            return bad_clock("'from' must be a time in RFC 3339, but is " + quoted);
        }
        return std::nullopt;
    }
    if (key == "at") {
        const std::optional<double> seconds = parse_number(value);
        // The year 9999; doubles hold such seconds to a microsecond or so.
        if (!seconds || *seconds < 0 || *seconds > 253'402'300'799.0) {
            return bad_clock("'at' must be seconds since 1970, but is " + quoted);
        }
        parts.at = Instant(scaled(std::chrono::seconds(1), *seconds));
        return std::nullopt;
    }
    if (key == "speed") {
        parts.speed = parse_number(value);
        if (!parts.speed || *parts.speed < speed_min || *parts.speed > speed_max) {
            return bad_clock("'speed' must be from 0.001 to 1000000, but is " + quoted);
        }
        return std::nullopt;
    }
    return bad_clock("'" + std::string(word) + "' is none of from=, at=, speed=");
}

}  // namespace

Instant ClockScale::simulated(Instant real_instant) const {
    if (speed == 1.0) {
        return from + (real_instant - at);
    }
    return from + scaled(real_instant - at, speed);
}

Instant ClockScale::real(Instant simulated_instant) const {
    const Duration wanted = std::clamp(simulated_instant, from - horizon, from + horizon) - from;
    if (speed == 1.0) {
        return at + wanted;
    }
    Duration elapsed = scaled(wanted, 1 / speed);
    while (elapsed < horizon && scaled(elapsed, speed) < wanted) {
        elapsed += Duration(1);  // rounding went down
    }
    return at + elapsed;
}

Outcome<ClockScale> parse_clock(std::string_view text) {
    Parts parts;
    for (std::string_view word = take_word(text); !word.empty(); word = take_word(text)) {
        if (const std::optional<Failure> failure = read_part(word, parts)) {
            return *failure;
        }
    }
    if (!parts.from || !parts.at || !parts.speed) {
        return bad_clock("from, at and speed are all needed");
    }
    return ClockScale{*parts.from, *parts.at, *parts.speed};
}

}  // namespace cvmbackup
