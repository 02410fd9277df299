// The deterministic names of images: a pure function of (policy, instance, due time, attempt), so
// that a restarted daemon or a repeated call arrives at the same name and finds its own work.
// ImageName is limited to 60 characters (CreateImage, SyncImages).
#pragma once

#include "model/ids.hpp"
#include "model/time.hpp"

#include <string>

namespace cvmbackup {

constexpr std::size_t image_name_max = 60;

// "cb-web-ins-00000001-20270104T021500Z-1". A policy name longer than 20 characters is cut and
// made unique again by a hash of the whole.
std::string image_name(
    const PolicyName& policy, const InstanceId& instance, Instant due, int attempt
);

// "20270104T021500Z"
std::string compact_time(Instant instant);

}  // namespace cvmbackup
