// Simulated time as plain values, and its text forms: RFC 3339 in answers, "10min" and "10-15min"
// in world files. Nothing here reads a clock; every instant comes from the caller.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace cloudsim {

using Duration = std::chrono::microseconds;
using Instant = std::chrono::sys_time<Duration>;

struct DurationRange {
    Duration shortest{0};
    Duration longest{0};
};

// The form DescribeImages documents for CreatedTime: whole seconds, UTC, trailing Z.
std::string to_rfc3339(Instant at);
// The form of the Date and Last-Modified headers.
std::string to_http_date(Instant at);
// YYYY-MM-DD, the date in a TC3 credential scope.
std::string to_utc_date(Instant at);

std::optional<Instant> parse_rfc3339(std::string_view text);
// The preferred form of RFC 7231 only, which is what to_http_date writes.
std::optional<Instant> parse_http_date(std::string_view text);
// 90s 45min 6h 2d 1w, also 250ms.
std::optional<Duration> parse_duration(std::string_view text);
// One duration, or two with a hyphen or an en dash; the first may leave its unit to the second.
std::optional<DurationRange> parse_duration_range(std::string_view text);

std::int64_t whole_seconds(Instant at);
double decimal_seconds(Instant at);

}  // namespace cloudsim
