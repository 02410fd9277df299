// Local time in IANA zones, right beyond 2037 and across gaps and overlaps. Zone data is the
// machine's (/usr/share/zoneinfo). A zone that does not exist is a bug in the caller: the settings
// refuse it with valid_zone(); every other function here throws std::invalid_argument for it.
#pragma once

#include "model/ids.hpp"
#include "model/policy.hpp"
#include "model/time.hpp"

#include <string>

namespace cvmbackup {

bool valid_zone(const ZoneName& zone);

struct LocalTime {
    int year = 1970;
    int month = 1;
    int day = 1;
    int hour = 0;
    int minute = 0;
    int second = 0;
    int weekday = 3;  // 0 = Monday

    bool operator==(const LocalTime&) const = default;
};

LocalTime to_local(Instant instant, const ZoneName& zone);

// "2027-01-04 02:15 CST"
std::string to_local_text(Instant instant, const ZoneName& zone);

// A key that is equal for two instants exactly when both lie in the same local day, ISO week (from
// Monday), month or year; for Every::backup, when they are the same instant. Keys of one kind sort
// like their periods.
std::string period_of(Every every, Instant instant, const ZoneName& zone);

}  // namespace cvmbackup
