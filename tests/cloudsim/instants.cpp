#include "instants.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

namespace cloudsim {
namespace {

constexpr std::array<std::string_view, 12> months{
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

using std::chrono::days;
using std::chrono::floor;

struct Clock {
    std::chrono::year_month_day date;
    std::chrono::weekday weekday;
    std::chrono::hh_mm_ss<std::chrono::seconds> time;
};

Clock split(Instant at) {
    const auto day = floor<days>(at);
    const auto rest = floor<std::chrono::seconds>(at - day);
    return {
        std::chrono::year_month_day{day},
        std::chrono::weekday{day},
        std::chrono::hh_mm_ss<std::chrono::seconds>{rest}};
}

struct Numbers {
    int year;
    unsigned month;
    unsigned day;
    int hour;
    int minute;
    int second;
};

Numbers numbers(const Clock& clock) {
    return {
        static_cast<int>(clock.date.year()),
        static_cast<unsigned>(clock.date.month()),
        static_cast<unsigned>(clock.date.day()),
        static_cast<int>(clock.time.hours().count()),
        static_cast<int>(clock.time.minutes().count()),
        static_cast<int>(clock.time.seconds().count())};
}

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
    if (at + count > text.size()) {
        return std::nullopt;
    }
    int value = 0;
    for (const char c : text.substr(at, count)) {
        if (c < '0' || c > '9') {
            return std::nullopt;
        }
        value = value * 10 + (c - '0');
    }
    return value;
}

std::optional<Duration> zone_offset(std::string_view text) {
    if (text == "Z" || text == "z") {
        return Duration{0};
    }
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') {
        return std::nullopt;
    }
    const auto hours = digits(text, 1, 2);
    const auto minutes = digits(text, 4, 2);
    if (!hours || !minutes) {
        return std::nullopt;
    }
    const Duration offset = std::chrono::hours{*hours} + std::chrono::minutes{*minutes};
    return text[0] == '-' ? -offset : offset;
}

// Consumes ".123456" from the front of the text.
Duration take_fraction(std::string_view& text) {
    if (text.empty() || text.front() != '.') {
        return Duration{0};
    }
    text.remove_prefix(1);
    std::int64_t micros = 0;
    std::int64_t unit = 100'000;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
        micros += (text.front() - '0') * unit;
        unit /= 10;
        text.remove_prefix(1);
    }
    return Duration{micros};
}

std::optional<Duration> unit_named(std::string_view name) {
    using namespace std::chrono_literals;

    struct Unit {
        std::string_view name;
        Duration length;
    };

    static constexpr std::array<Unit, 7> units{
        {{"ms", 1ms}, {"s", 1s}, {"min", 1min}, {"h", 1h}, {"d", 24h}, {"w", 168h}, {"us", 1us}}};
    for (const Unit& unit : units) {
        if (unit.name == name) {
            return unit.length;
        }
    }
    return std::nullopt;
}

std::optional<Duration> quantity(std::string_view text, std::string_view default_unit) {
    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc{} || count < 0) {
        return std::nullopt;
    }
    std::string_view unit_text = text.substr(static_cast<std::size_t>(end - text.data()));
    if (unit_text.empty()) {
        unit_text = default_unit;
    }
    const auto unit = unit_named(unit_text);
    constexpr std::int64_t century_in_seconds = 3'155'760'000;
    if (!unit || (count > 0 && *unit > std::chrono::seconds{century_in_seconds} / count)) {
        return std::nullopt;
    }
    return *unit * count;
}

std::string_view unit_of(std::string_view text) {
    const auto start = text.find_first_not_of("0123456789");
    return start == std::string_view::npos ? std::string_view{} : text.substr(start);
}

// As %0*d writes it, in a fraction of the time.
void append_padded(std::string& text, int number, std::size_t width) {
    std::array<char, 12> digits{};
    char* const end = std::to_chars(digits.begin(), digits.end(), std::abs(number)).ptr;
    const auto length = static_cast<std::size_t>(end - digits.begin()) + (number < 0 ? 1 : 0);
    text.append(number < 0 ? 1 : 0, '-');
    text.append(width > length ? width - length : 0, '0');
    text.append(digits.begin(), end);
}

void append_time(std::string& text, const Numbers& n) {
    append_padded(text, n.hour, 2);
    append_padded(text += ':', n.minute, 2);
    append_padded(text += ':', n.second, 2);
}

}  // namespace

std::string to_rfc3339(Instant at) {
    const Numbers n = numbers(split(at));
    std::string text;
    append_padded(text, n.year, 4);
    append_padded(text += '-', static_cast<int>(n.month), 2);
    append_padded(text += '-', static_cast<int>(n.day), 2);
    append_time(text += 'T', n);
    return text += 'Z';
}

std::string to_http_date(Instant at) {
    static constexpr std::array<const char*, 7> weekdays{
        "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    const Clock clock = split(at);
    const Numbers n = numbers(clock);
    std::string text = weekdays[clock.weekday.c_encoding()];
    append_padded(text += ", ", static_cast<int>(n.day), 2);
    text += ' ';
    append_padded((text += months[n.month - 1]) += ' ', n.year, 4);
    append_time(text += ' ', n);
    return text += " GMT";
}

std::string to_utc_date(Instant at) {
    return to_rfc3339(at).substr(0, 10);
}

std::optional<Instant> parse_rfc3339(std::string_view text) {
    const auto year = digits(text, 0, 4);
    const auto month = digits(text, 5, 2);
    const auto day = digits(text, 8, 2);
    const auto hour = digits(text, 11, 2);
    const auto minute = digits(text, 14, 2);
    const auto second = digits(text, 17, 2);
    if (!year || !month || !day || !hour || !minute || !second || text[4] != '-' ||
        text[7] != '-' || (text[10] != 'T' && text[10] != ' ') || text[13] != ':' ||
        text[16] != ':' || *hour > 23 || *minute > 59 || *second > 60) {
        return std::nullopt;
    }
    const std::chrono::year_month_day date{
        std::chrono::year{*year},
        std::chrono::month{static_cast<unsigned>(*month)},
        std::chrono::day{static_cast<unsigned>(*day)}};
    std::string_view rest = text.substr(19);
    const Duration fraction = take_fraction(rest);
    const auto offset = zone_offset(rest);
    if (!date.ok() || !offset) {
        return std::nullopt;
    }
    return Instant{std::chrono::sys_days{date}} + std::chrono::hours{*hour} +
           std::chrono::minutes{*minute} + std::chrono::seconds{*second} + fraction - *offset;
}

std::optional<Instant> parse_http_date(std::string_view text) {
    constexpr std::size_t length = 29;  // Mon, 04 Jan 2027 00:00:00 GMT
    if (text.size() != length) {
        return std::nullopt;
    }
    const auto month = std::ranges::find(months, text.substr(8, 3));
    if (month == months.end()) {
        return std::nullopt;
    }
    const std::string number = std::to_string(101 + (month - months.begin())).substr(1);
    const auto at = parse_rfc3339(
        std::string{text.substr(12, 4)} + "-" + number + "-" + std::string{text.substr(5, 2)} +
        "T" + std::string{text.substr(17, 8)} + "Z"
    );
    return at && to_http_date(*at) == text ? at : std::nullopt;
}

std::optional<Duration> parse_duration(std::string_view text) {
    return quantity(text, "");
}

std::optional<DurationRange> parse_duration_range(std::string_view text) {
    constexpr std::string_view en_dash = "\xe2\x80\x93";
    auto cut = text.find(en_dash);
    std::size_t cut_length = en_dash.size();
    if (cut == std::string_view::npos) {
        cut = text.find('-');
        cut_length = 1;
    }
    if (cut == std::string_view::npos) {
        const auto single = parse_duration(text);
        return single ? std::optional{DurationRange{*single, *single}} : std::nullopt;
    }
    const std::string_view upper_text = text.substr(cut + cut_length);
    const auto upper = parse_duration(upper_text);
    const auto lower = quantity(text.substr(0, cut), unit_of(upper_text));
    if (!upper || !lower || *lower > *upper) {
        return std::nullopt;
    }
    return DurationRange{*lower, *upper};
}

std::int64_t whole_seconds(Instant at) {
    return floor<std::chrono::seconds>(at).time_since_epoch().count();
}

double decimal_seconds(Instant at) {
    return static_cast<double>(at.time_since_epoch().count()) / 1e6;
}

}  // namespace cloudsim
