// The deterministic names of images: a pure function of (policy, instance, due time, attempt), so
// that a restarted daemon or a repeated call arrives at the same name and finds its own work.
// ImageName is limited to 60 characters (CreateImage, SyncImages).
#pragma once

#include "model/ids.hpp"
#include "model/time.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace cvmbackup {

constexpr std::size_t image_name_max = 60;

// "cb-web-ins-00000001-20270104T021500Z-1". A policy name longer than 20 characters is cut and
// made unique again by a hash of the whole.
std::string image_name(
    const PolicyName& policy, const InstanceId& instance, Instant due, int attempt
);

// "20270104T021500Z"
std::string compact_time(Instant instant);
std::optional<Instant> parse_compact_time(std::string_view text);

// What a name of this form tells; only what image_name() itself would have written. The policy may
// be cut: see stands_for().
struct NameParts {
    std::string policy;
    InstanceId instance;
    Instant due{};
    int attempt = 1;

    bool operator==(const NameParts&) const = default;
};

std::optional<NameParts> parse_image_name(std::string_view name);
// True if the names of this policy's images begin with this part.
bool stands_for(const std::string& part, const PolicyName& policy);

// ImageDescription (at most 256 characters) is the witness that an image is ours: names alone can
// be anybody's. "cvmbackup policy=web instance=ins-00000001 due=2027-01-04T02:15:00Z attempt=1
// disks=1"
struct ImageOrigin {
    PolicyName policy;
    InstanceId instance;
    Instant due{};
    int attempt = 1;
    int disks = 1;  // of a complete image

    bool operator==(const ImageOrigin&) const = default;
};

constexpr std::size_t image_description_max = 256;

std::string image_description(const ImageOrigin& origin);
std::optional<ImageOrigin> parse_image_description(std::string_view description);
// The image was made by this daemon or one with the same policies: name and description agree. The
// attempt is the name's; a replica asked for again has the description of its source.
std::optional<ImageOrigin> proven_origin(std::string_view name, std::string_view description);

}  // namespace cvmbackup
