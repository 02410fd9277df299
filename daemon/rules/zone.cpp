#include "rules/zone.hpp"

#include "rules/zone_absl.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <stdexcept>
#include <string_view>

namespace cvmbackup {

namespace {

bool name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '+' || c == '-' || c == '/';
}

// Abseil would also take paths, "libc:localtime" and the like; and "right/…" counts leap seconds.
bool looks_like_iana_name(std::string_view name) {
    return !name.empty() && name.front() != '/' && name != "localtime" && name != "posixrules" &&
           !name.starts_with("right/") && std::ranges::all_of(name, name_character);
}

bool load(const ZoneName& zone, absl::TimeZone& loaded) {
    return looks_like_iana_name(zone.text()) && absl::LoadTimeZone(zone.text(), &loaded);
}

template <class... Values>
std::string format(const char* pattern, Values... values) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), pattern, values...);
    return text.data();
}

std::string iso_week(absl::CivilDay day) {
    const absl::CivilDay thursday = absl::NextWeekday(
        absl::PrevWeekday(day + 1, absl::Weekday::monday), absl::Weekday::thursday
    );
    const int week = (absl::GetYearDay(thursday) - 1) / 7 + 1;
    return format("%04d-W%02d", static_cast<int>(thursday.year()), week);
}

}  // namespace

absl::TimeZone load_zone(const ZoneName& zone) {
    absl::TimeZone loaded;
    if (!load(zone, loaded)) {
        throw std::invalid_argument("no such time zone: '" + zone.text() + "'");
    }
    return loaded;
}

bool valid_zone(const ZoneName& zone) {
    absl::TimeZone loaded;
    return load(zone, loaded);
}

LocalTime to_local(Instant instant, const ZoneName& zone) {
    const absl::CivilSecond civil = load_zone(zone).At(to_absl(instant)).cs;
    return {
        .year = static_cast<int>(civil.year()),
        .month = civil.month(),
        .day = civil.day(),
        .hour = civil.hour(),
        .minute = civil.minute(),
        .second = civil.second(),
        .weekday = static_cast<int>(absl::GetWeekday(civil)),
    };
}

std::string to_local_text(Instant instant, const ZoneName& zone) {
    const auto local = load_zone(zone).At(to_absl(instant));
    const absl::CivilSecond civil = local.cs;
    return format(
        "%04d-%02d-%02d %02d:%02d %s",
        static_cast<int>(civil.year()),
        civil.month(),
        civil.day(),
        civil.hour(),
        civil.minute(),
        local.zone_abbr
    );
}

std::string period_of(Every every, Instant instant, const ZoneName& zone) {
    if (every == Every::backup) {
        return format("%020lld", static_cast<long long>(instant.time_since_epoch().count()));
    }
    const absl::CivilSecond civil = load_zone(zone).At(to_absl(instant)).cs;
    const int year = static_cast<int>(civil.year());
    switch (every) {
        case Every::backup:
            break;
        case Every::day:
            return format("%04d-%02d-%02d", year, civil.month(), civil.day());
        case Every::week:
            return iso_week(absl::CivilDay(civil));
        case Every::month:
            return format("%04d-%02d", year, civil.month());
        case Every::year:
            return format("%04d", year);
    }
    return {};
}

}  // namespace cvmbackup
