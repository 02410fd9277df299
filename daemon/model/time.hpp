// Instants are UTC, in microseconds; durations likewise. The wall clock never appears here.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace cvmbackup {

using Duration = std::chrono::microseconds;
using Instant = std::chrono::sys_time<Duration>;

// "2027-01-04T00:00:00Z"; fractions of a second are cut off.
std::string to_rfc3339(Instant instant);

// RFC 3339 with `Z` or a numeric offset, fractions allowed. Nothing if malformed or out of range.
std::optional<Instant> parse_rfc3339(std::string_view text);

// "90s" "45min" "6h" "2d" "1w", also sums such as "1h 30min". Nothing if malformed, negative or
// longer than 100 years.
std::optional<Duration> parse_duration(std::string_view text);

// The shortest exact form of whole seconds: "90s" is "1min 30s", 7 days are "1w".
std::string to_text(Duration duration);

}  // namespace cvmbackup
