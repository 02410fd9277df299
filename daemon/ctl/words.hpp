// Values as people read them: local times with their zone, ages against the daemon's own clock
// (which may be scaled), widths as a terminal counts them.
#pragma once

#include "model/time.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace cvmbackup::ctl {

// "2027-01-04 08:00:00 CST"; "-" for none.
std::string local_time(const std::optional<Instant>& instant);
// The two largest units: "3d 4h", "12min 5s", "0s".
std::string rough(Duration duration);
// "2h 5min ago", "in 3d 4h", "now"; "-" for none.
std::string relative(const std::optional<Instant>& instant, Instant now);
// "1 backup", "2 backups".
std::string counted(std::size_t count, const std::string& noun);
// "45%"
std::string percent(double share);

// Columns a terminal needs for UTF-8 text.
std::size_t width(std::string_view text);
// At most so many columns, with an ellipsis where something was cut.
std::string shortened(const std::string& text, std::size_t columns);
// Without control characters: names come from the cloud, and must not steer a terminal.
std::string harmless(const std::string& text);

}  // namespace cvmbackup::ctl
