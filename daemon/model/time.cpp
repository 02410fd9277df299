#include "model/time.hpp"

#include <array>
#include <charconv>
#include <cstdlib>

namespace cvmbackup {

namespace {

// Reads exactly `digits` decimal digits; nothing if there are fewer.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
    if (text.size() < digits) {
        return std::nullopt;
    }
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
        if (text[i] < '0' || text[i] > '9') {
            return std::nullopt;
        }
        value = value * 10 + (text[i] - '0');
    }
    text.remove_prefix(digits);
    return value;
}

bool take_char(std::string_view& text, std::string_view any_of) {
    if (text.empty() || any_of.find(text.front()) == std::string_view::npos) {
        return false;
    }
    text.remove_prefix(1);
    return true;
}

Duration take_fraction(std::string_view& text) {
    Duration fraction{0};
    Duration unit = std::chrono::milliseconds(100);
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
        fraction += unit * (text.front() - '0');
        unit /= 10;
        text.remove_prefix(1);
    }
    return fraction;
}

std::optional<std::chrono::minutes> take_offset(std::string_view& text) {
    if (take_char(text, "Zz")) {
        return std::chrono::minutes(0);
    }
    const bool west = !text.empty() && text.front() == '-';
    if (!take_char(text, "+-")) {
        return std::nullopt;
    }
    const auto hours = take_number(text, 2);
    take_char(text, ":");
    const auto minutes = take_number(text, 2);
    if (!hours || !minutes || *hours > 23 || *minutes > 59) {
        return std::nullopt;
    }
    const std::chrono::minutes offset(*hours * 60 + *minutes);
    return west ? -offset : offset;
}

struct Unit {
    std::string_view word;
    Duration length;
};

constexpr std::array<Unit, 16> units{{
    {"s", std::chrono::seconds(1)},
    {"sec", std::chrono::seconds(1)},
    {"second", std::chrono::seconds(1)},
    {"seconds", std::chrono::seconds(1)},
    {"m", std::chrono::minutes(1)},
    {"min", std::chrono::minutes(1)},
    {"minute", std::chrono::minutes(1)},
    {"minutes", std::chrono::minutes(1)},
    {"h", std::chrono::hours(1)},
    {"hour", std::chrono::hours(1)},
    {"hours", std::chrono::hours(1)},
    {"d", std::chrono::days(1)},
    {"day", std::chrono::days(1)},
    {"days", std::chrono::days(1)},
    {"w", std::chrono::weeks(1)},
    {"weeks", std::chrono::weeks(1)},
}};

std::optional<Duration> unit_length(std::string_view word) {
    for (const Unit& unit : units) {
        if (unit.word == word) {
            return unit.length;
        }
    }
    return std::nullopt;
}

constexpr Duration duration_max = std::chrono::days(36525);

// As %0*d writes it, in a fraction of the time.
void append_padded(std::string& text, int number, std::size_t width) {
    std::array<char, 12> digits{};
    char* const end = std::to_chars(digits.begin(), digits.end(), std::abs(number)).ptr;
    const auto length = static_cast<std::size_t>(end - digits.begin()) + (number < 0 ? 1 : 0);
    text.append(number < 0 ? 1 : 0, '-');
    text.append(width > length ? width - length : 0, '0');
    text.append(digits.begin(), end);
}

}  // namespace

std::string to_rfc3339(Instant instant) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(instant);
    const auto day = std::chrono::floor<std::chrono::days>(seconds);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(seconds - day);
    std::string text;
    append_padded(text, static_cast<int>(date.year()), 4);
    append_padded(text += '-', static_cast<int>(static_cast<unsigned>(date.month())), 2);
    append_padded(text += '-', static_cast<int>(static_cast<unsigned>(date.day())), 2);
    append_padded(text += 'T', static_cast<int>(time.hours().count()), 2);
    append_padded(text += ':', static_cast<int>(time.minutes().count()), 2);
    append_padded(text += ':', static_cast<int>(time.seconds().count()), 2);
    return text += 'Z';
}

std::optional<Instant> parse_rfc3339(std::string_view text) {
    const auto year = take_number(text, 4);
    if (!year || !take_char(text, "-")) {
        return std::nullopt;
    }
    const auto month = take_number(text, 2);
    if (!month || !take_char(text, "-")) {
        return std::nullopt;
    }
    const auto day = take_number(text, 2);
    if (!day || !take_char(text, "Tt ")) {
        return std::nullopt;
    }
    const auto hour = take_number(text, 2);
    if (!hour || !take_char(text, ":")) {
        return std::nullopt;
    }
    const auto minute = take_number(text, 2);
    if (!minute || !take_char(text, ":")) {
        return std::nullopt;
    }
    const auto second = take_number(text, 2);
    if (!second || *hour > 23 || *minute > 59 || *second > 60) {
        return std::nullopt;
    }
    const Duration fraction = take_char(text, ".") ? take_fraction(text) : Duration(0);
    const auto offset = take_offset(text);
    const std::chrono::year_month_day date(
        std::chrono::year(*year),
        std::chrono::month(static_cast<unsigned>(*month)),
        std::chrono::day(static_cast<unsigned>(*day))
    );
    if (!offset || !text.empty() || !date.ok()) {
        return std::nullopt;
    }
    return Instant(std::chrono::sys_days(date)) + std::chrono::hours(*hour) +
           std::chrono::minutes(*minute) + std::chrono::seconds(*second) + fraction - *offset;
}

std::optional<Duration> parse_duration(std::string_view text) {
    Duration sum{0};
    bool any = false;
    while (true) {
        while (!text.empty() && text.front() == ' ') {
            text.remove_prefix(1);
        }
        if (text.empty()) {
            break;
        }
        long long count = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
        if (error != std::errc() || count < 0 || count > 4'000'000'000) {
            return std::nullopt;
        }
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        const auto word = text.substr(0, text.find_first_not_of("abcdefghijklmnopqrstuvwxyz"));
        const auto length = unit_length(word);
        if (!length || count > duration_max / *length) {
            return std::nullopt;
        }
        text.remove_prefix(word.size());
        sum += count * *length;
        any = true;
        if (sum > duration_max) {
            return std::nullopt;
        }
    }
    return any ? std::optional(sum) : std::nullopt;
}

std::string to_text(Duration duration) {
    auto rest = std::chrono::floor<std::chrono::seconds>(duration).count();
    if (rest == 0) {
        return "0s";
    }

    struct Part {
        long long seconds;
        const char* word;
    };

    const bool whole_weeks = rest % 604800 == 0;
    std::string text = rest < 0 ? "-" : "";
    rest = rest < 0 ? -rest : rest;
    constexpr std::array<Part, 5> parts{
        {{604800, "w"}, {86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}}};
    bool first = true;
    for (const Part& part : parts) {
        if (part.seconds == 604800 && !whole_weeks) {
            continue;
        }
        const auto count = rest / part.seconds;
        rest %= part.seconds;
        if (count != 0) {
            text += (first ? "" : " ") + std::to_string(count) + part.word;
            first = false;
        }
    }
    return text;
}

}  // namespace cvmbackup
