// The Date header, "Thu, 16 May 2019 06:45:51 GMT" (RFC 9110, IMF-fixdate).
#pragma once

#include "model/time.hpp"

#include <optional>
#include <string_view>

namespace cvmbackup {

std::optional<Instant> parse_http_date(std::string_view text);

}  // namespace cvmbackup
