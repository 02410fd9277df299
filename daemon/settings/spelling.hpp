// Suggestions for misspelt words.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cvmbackup {

// The closest candidate within two edits, the first of equals; nothing for words so short that any
// other would do.
std::optional<std::string> nearest(
    std::string_view word, const std::vector<std::string>& candidates
);

// "; did you mean 'zone'?", or nothing.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

// The time zones of this machine, as far as its table of zones can be read; for suggestions only.
std::vector<std::string> zone_names();

}  // namespace cvmbackup
