// Private to rules/calendar: the denied windows of a policy as the minutes of one local week.
#pragma once

#include "rules/calendar.hpp"

#include <bitset>
#include <vector>

namespace cvmbackup {

class DeniedWeek {
public:
    explicit DeniedWeek(const std::vector<DenyWindow>& windows);

    bool denies(int weekday, int minute) const {
        return minutes_.test(static_cast<std::size_t>(weekday * 24 * 60 + minute));
    }

    // Minutes until the denied stretch ends by the clock; 0 outside of one.
    int minutes_left(int weekday, int minute) const;

    Instant first_allowed(const ZoneName& zone, Instant from) const;

private:
    static constexpr std::size_t week_minutes = 7 * 24 * 60;
    std::bitset<week_minutes> minutes_;
};

// Whether the rule names a weekday and time of day that no window covers. Both are taken to be in
// the same zone.
bool names_an_allowed_time(const CalendarExpression& expression, const DeniedWeek& week);

}  // namespace cvmbackup
