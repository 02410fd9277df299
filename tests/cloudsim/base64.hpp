// Base64 of RFC 4648, as tat wants commands and tells output: padded, without line ends.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cloudsim {

std::string base64_encode(std::string_view bytes);
// Nothing for text that is not strictly base64.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace cloudsim
