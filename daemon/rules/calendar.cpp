// Firings: what a whole policy makes of its expressions and denied windows.
#include "rules/calendar.hpp"

#include "rules/calendar_week.hpp"

#include <algorithm>

namespace cvmbackup {

namespace {

constexpr Duration one_step{1};
// Windows an expression is chased through before it counts as never firing; only rules in another
// zone than the windows, or with rare dates, need more than a few.
constexpr int windows_max = 3000;
constexpr std::size_t firings_max = 10000;
constexpr int year_days = 366;

// The firings of one policy; keeps the denied week, which takes longer to build than to use.
class Firings {
public:
    explicit Firings(const Policy& policy)
        : policy_(policy) {}

    std::optional<Instant> next(Instant after) {
        std::optional<Instant> earliest;
        for (const CalendarExpression& expression : policy_.schedule) {
            const auto candidate = next_of(expression, after);
            if (candidate && (!earliest || *candidate < *earliest)) {
                earliest = candidate;
            }
        }
        return earliest;
    }

    // Halves the time between the newest firing found and `until` until none can lie in it.
    std::optional<Instant> last(Instant after, Instant until) {
        std::optional<Instant> newest;
        after = std::max(after, Instant() - std::chrono::days(2));
        Instant none_after = until;
        while (after < none_after) {
            const Instant middle = newest ? after + (none_after - after) / 2 : after;
            const auto found = next(middle);
            if (found && *found <= until) {
                newest = found;
                after = *found;
            } else {
                none_after = middle;
            }
        }
        return newest;
    }

private:
    std::optional<Instant> next_of(const CalendarExpression& expression, Instant after) {
        for (int window = 0; window < windows_max; ++window) {
            const auto candidate = next_after(expression, policy_.zone, after);
            if (!candidate || !denied(policy_.deny, policy_.zone, *candidate)) {
                return candidate;
            }
            if (!week_) {
                week_.emplace(policy_.deny);
            }
            const bool same_zone = !expression.zone || *expression.zone == policy_.zone;
            if (window == 0 && same_zone && !names_an_allowed_time(expression, *week_)) {
                return std::nullopt;
            }
            const Instant allowed = week_->first_allowed(policy_.zone, *candidate);
            if (allowed == Instant::max()) {
                return std::nullopt;
            }
            after = allowed - one_step;
        }
        return std::nullopt;
    }

    const Policy& policy_;
    std::optional<DeniedWeek> week_;
};

}  // namespace

std::optional<Instant> next_firing(const Policy& policy, Instant after) {
    return Firings(policy).next(after);
}

std::optional<Instant> last_firing(const Policy& policy, Instant after, Instant until) {
    return Firings(policy).last(after, until);
}

bool ever_fires(const Policy& policy, Instant from) {
    return next_firing(policy, from).has_value();
}

std::optional<Duration> expected_interval(const Policy& policy, Instant from, Duration enough) {
    Firings firings(policy);
    std::optional<Duration> longest;
    auto firing = firings.next(from);
    const Instant end = from + std::chrono::days(year_days);
    for (std::size_t i = 0; firing && *firing < end && i < firings_max; ++i) {
        const auto following = firings.next(*firing);
        if (!following) {
            return longest;
        }
        longest = std::max(longest.value_or(Duration(0)), *following - *firing);
        if (*longest >= enough) {
            return longest;
        }
        firing = following;
    }
    // Very dense schedules: what is left of the year is probed for gaps longer than a day.
    for (Instant probe = firing.value_or(end); probe < end; probe += std::chrono::days(1)) {
        const auto following = firings.next(probe);
        if (!following) {
            return longest;
        }
        if (*following - probe > *longest) {
            const auto before = firings.last(probe - std::chrono::days(1) - one_step, probe);
            longest = std::max(*longest, *following - before.value_or(probe));
        }
    }
    return longest;
}

}  // namespace cvmbackup
