// Small text tools of the wire formats: ASCII only, never the locale's idea of letters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cvmbackup {

std::string lower_case(std::string_view text);
bool same_ignoring_case(std::string_view a, std::string_view b);
std::string_view trimmed(std::string_view text);  // of blanks, tabs and line ends

// %XX in upper case for everything but A-Z a-z 0-9 - _ . ~
std::string url_encoded(std::string_view text);
std::string url_encoded_path(std::string_view path);  // keeps `/`
// Nothing if a % is not followed by two hex digits.
std::optional<std::string> url_decoded(std::string_view text);

// A number of digits only, as headers and XML carry it; nothing if it does not fit.
std::optional<std::int64_t> parse_number(std::string_view text);

// What strangers wrote, made fit for a message: control characters blanked, cut at `limit`.
std::string readable(std::string_view text, std::size_t limit);

}  // namespace cvmbackup
