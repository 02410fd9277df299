#include "rules/calendar.hpp"
#include "rules/zone.hpp"
#include "settings/policy_parts.hpp"
#include "settings/spelling.hpp"

namespace cvmbackup {

namespace {

constexpr Duration spread_end = std::chrono::days(1);
constexpr Duration catch_up_default = std::chrono::days(1);

void read_calendars(Reader& reader, Policy& policy) {
    if (!reader.has("schedule")) {
        reader.take("schedule");
        reader.report_missing("schedule", "for example schedule = \"Mon..Fri 02:15\"");
        return;
    }
    for (const Found<std::string>& found : reader.texts("schedule")) {
        ParsedCalendar parsed = parse_calendar(found.value);
        if (parsed.expression) {
            policy.schedule.push_back(std::move(*parsed.expression));
        } else {
            reader.report().error(
                reader.report().inside(found, parsed.column),
                "schedule \"" + found.value + "\": " + parsed.error
            );
        }
    }
}

void read_zone(Reader& reader, Policy& policy) {
    const auto found = reader.text("zone");
    if (!found) {
        return;
    }
    ZoneName zone(found->value);
    if (found->value.empty() || !valid_zone(zone)) {
        reader.report().error(
            found->at,
            "unknown time zone '" + found->value + "'" + did_you_mean(found->value, zone_names())
        );
        return;
    }
    policy.zone = std::move(zone);
}

void read_spread(Reader& reader, Policy& policy) {
    const auto found = reader.duration("spread");
    if (found && found->value >= spread_end) {
        reader.report().error(found->at, "'spread' must be shorter than a day");
    } else if (found) {
        policy.spread = found->value;
    }
}

CatchUp read_catch_up(Reader& reader) {
    const auto found = reader.text("catch_up");
    if (!found) {
        return {CatchUp::Mode::within, catch_up_default};
    }
    if (found->value == "none") {
        return {CatchUp::Mode::none, Duration{0}};
    }
    if (found->value == "always") {
        return {CatchUp::Mode::always, Duration{0}};
    }
    const auto window = parse_duration(found->value);
    if (!window) {
        reader.report().error(
            found->at,
            "'catch_up' must be a duration such as \"6h\", \"none\" or \"always\", not '" +
                found->value + "'" + did_you_mean(found->value, {"none", "always"})
        );
    }
    return {CatchUp::Mode::within, window.value_or(Duration{0})};
}

void read_deny(Reader& reader, Policy& policy) {
    for (const Found<std::string>& found : reader.texts("deny")) {
        ParsedDeny parsed = parse_deny(found.value);
        if (parsed.window) {
            policy.deny.push_back(std::move(*parsed.window));
        } else {
            reader.report().error(found.at, "deny \"" + found.value + "\": " + parsed.error);
        }
    }
}

bool fires(const Policy& policy, Instant now, Reader& reader) {
    if (ever_fires(policy, now)) {
        return true;
    }
    Policy without_deny = policy;
    without_deny.deny.clear();
    reader.report().error(
        reader.at("schedule"),
        ever_fires(without_deny, now)
            ? "every time of the schedule lies in a denied window, so that no backup would ever "
              "begin"
            : "the schedule has no time in the future, so that no backup would ever begin"
    );
    return false;
}

}  // namespace

void read_schedule(Reader& reader, Policy& policy, Instant now) {
    const std::size_t errors_before = reader.report().errors();
    read_calendars(reader, policy);
    read_zone(reader, policy);
    read_deny(reader, policy);
    const bool complete = reader.report().errors() == errors_before;
    read_spread(reader, policy);
    policy.catch_up = read_catch_up(reader);
    const auto rpo = reader.duration("rpo");
    if (rpo && rpo->value == Duration{0}) {
        reader.report().error(rpo->at, "'rpo' must be longer than nothing; leave the key out");
    } else if (rpo) {
        policy.rpo = rpo->value;
    }
    if (!complete || !fires(policy, now, reader) || !policy.rpo) {
        return;
    }
    const auto gap = expected_interval(policy, now);
    if (gap && *policy.rpo < *gap) {
        reader.report().warning(
            rpo->at,
            "'rpo' " + to_text(*policy.rpo) + " is shorter than the schedule's longest gap of " +
                to_text(*gap) + ", so it is missed even if every backup succeeds"
        );
    }
}

}  // namespace cvmbackup
