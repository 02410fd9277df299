// Private to rules/: the bridge to absl/time, so that no other room compiles it.
#pragma once

#include "model/ids.hpp"
#include "model/time.hpp"

#include <absl/time/civil_time.h>
#include <absl/time/time.h>

namespace cvmbackup {

// Throws std::invalid_argument for a zone that valid_zone() refuses.
absl::TimeZone load_zone(const ZoneName& zone);

inline absl::Time to_absl(Instant instant) {
    return absl::FromUnixMicros(instant.time_since_epoch().count());
}

inline Instant from_absl(absl::Time time) {
    return Instant(Duration(absl::ToUnixMicros(time)));
}

}  // namespace cvmbackup
