#include "cloud/http_date.hpp"

#include "cloud/text.hpp"

namespace cvmbackup {

namespace {

std::optional<unsigned> month_number(std::string_view name) {
    constexpr std::string_view names = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const auto at = names.find(name);
    if (name.size() != 3 || at == std::string_view::npos || at % 3 != 0)
        return std::nullopt;
    return static_cast<unsigned>(at / 3 + 1);
}

}  // namespace

std::optional<Instant> parse_http_date(std::string_view text) {
    using namespace std::chrono;
    text = trimmed(text);
    if (text.size() != 29 || text[3] != ',' || !text.ends_with(" GMT"))
        return std::nullopt;
    const auto day_number = parse_number(text.substr(5, 2));
    const auto month_index = month_number(text.substr(8, 3));
    const auto year_number = parse_number(text.substr(12, 4));
    const auto hour_number = parse_number(text.substr(17, 2));
    const auto minute_number = parse_number(text.substr(20, 2));
    const auto second_number = parse_number(text.substr(23, 2));
    if (!day_number || !month_index || !year_number || !hour_number || !minute_number ||
        !second_number)
        return std::nullopt;
    const year_month_day date(
        year(static_cast<int>(*year_number)),
        month(*month_index),
        day(static_cast<unsigned>(*day_number))
    );
    if (!date.ok() || *hour_number > 23 || *minute_number > 59 || *second_number > 60)
        return std::nullopt;
    return Instant(sys_days(date)) + hours(*hour_number) + minutes(*minute_number) +
           seconds(*second_number);
}

}  // namespace cvmbackup
