// Asks before an image is begun whether the image quota has room for it. The quota is read seldom
// and counted on in between; where it cannot be read, the cloud itself decides. Deletions never
// pass here.
#pragma once

#include "ports/clock.hpp"
#include "ports/cloud.hpp"
#include "ports/observer.hpp"

#include <map>
#include <optional>
#include <string>

namespace cvmbackup {

constexpr Duration quota_valid = std::chrono::hours(1);
// A quota that was full, or could not be read, is read again after this.
constexpr Duration quota_pause = std::chrono::minutes(1);

class QuotaGate {
public:
    QuotaGate(Clock& clock, Cloud& cloud, Observer& observer)
        : clock_(clock)
        , cloud_(cloud)
        , observer_(observer) {}

    // Takes room for one image. Otherwise says why there is none.
    Task<std::optional<std::string>> take(Place place);
    // As it was read last, read now if that is long ago; nothing if it cannot be read.
    Task<std::optional<ImageQuota>> look(Place place);

private:
    struct Reading {
        std::optional<ImageQuota> quota;
        std::optional<Duration> at;  // steady
        int begun = 0;
        bool under_way = false;

        int room() const;
    };

    bool is_old(const Reading& reading) const;
    Task<void> read(Place place);

    Clock& clock_;
    Cloud& cloud_;
    Observer& observer_;
    std::map<Place, Reading> readings_;
};

}  // namespace cvmbackup
