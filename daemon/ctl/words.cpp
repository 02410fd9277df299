#include "ctl/words.hpp"

#include <array>
#include <cmath>
#include <ctime>
#include <utility>

namespace cvmbackup::ctl {

namespace {

using std::chrono::seconds;

constexpr std::array<std::pair<std::int64_t, const char*>, 4> units{{
    {86400, "d"},
    {3600, "h"},
    {60, "min"},
    {1, "s"},
}};

bool is_continuation(char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

char32_t code_point(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    if (lead < 0x80) {
        return lead;
    }
    char32_t value = lead >= 0xf0 ? lead & 0x07U : lead >= 0xe0 ? lead & 0x0fU : lead & 0x1fU;
    for (std::size_t i = 1; i < text.size() && is_continuation(text[i]); ++i) {
        value = (value << 6U) | (static_cast<unsigned char>(text[i]) & 0x3fU);
    }
    return value;
}

// East Asian scripts, full-width forms and emoji take two columns (Unicode TR 11).
bool is_wide(char32_t c) {
    return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) ||
           (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
           (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
           (c >= 0xffe0 && c <= 0xffe6) || (c >= 0x1f300 && c <= 0x1faff) ||
           (c >= 0x20000 && c <= 0x3fffd);
}

// The length of the first character, in bytes.
std::size_t first_length(std::string_view text) {
    std::size_t length = 1;
    while (length < text.size() && is_continuation(text[length])) {
        ++length;
    }
    return length;
}

}  // namespace

std::string local_time(const std::optional<Instant>& instant) {
    if (!instant) {
        return "-";
    }
    const std::time_t time = std::chrono::floor<seconds>(*instant).time_since_epoch().count();
    std::tm local{};
    std::array<char, 64> buffer{};
    ::localtime_r(&time, &local);
    const auto length = std::strftime(buffer.data(), buffer.size(), "%Y-%m-%d %H:%M:%S %Z", &local);
    return {buffer.data(), length};
}

std::string rough(Duration duration) {
    std::int64_t rest = std::chrono::duration_cast<seconds>(duration).count();
    std::string result;
    int shown = 0;
    for (const auto& [length, name] : units) {
        const std::int64_t count = rest / length;
        rest %= length;
        if (count == 0 && (shown == 0 || rest == 0)) {
            continue;
        }
        if (count != 0) {
            result += (result.empty() ? "" : " ") + std::to_string(count) + name;
        }
        if (++shown == 2) {
            break;
        }
    }
    return result.empty() ? "0s" : result;
}

std::string relative(const std::optional<Instant>& instant, Instant now) {
    if (!instant) {
        return "-";
    }
    if (std::chrono::abs(*instant - now) < seconds(1)) {
        return "now";
    }
    return *instant > now ? "in " + rough(*instant - now) : rough(now - *instant) + " ago";
}

std::string counted(std::size_t count, const std::string& noun) {
    if (count == 1) {
        return "1 " + noun;
    }
    const bool in_y = noun.ends_with('y');
    return std::to_string(count) + " " +
           (in_y ? noun.substr(0, noun.size() - 1) + "ies" : noun + "s");
}

std::string percent(double share) {
    return std::to_string(std::lround(std::floor(share * 100.0))) + "%";
}

std::size_t width(std::string_view text) {
    std::size_t columns = 0;
    while (!text.empty()) {
        columns += is_wide(code_point(text)) ? 2 : 1;
        text.remove_prefix(first_length(text));
    }
    return columns;
}

std::string shortened(const std::string& text, std::size_t columns) {
    if (width(text) <= columns) {
        return text;
    }
    std::string result;
    std::size_t used = 1;  // the ellipsis
    std::string_view rest = text;
    while (!rest.empty()) {
        const std::string_view first = rest.substr(0, first_length(rest));
        used += width(first);
        if (used > columns) {
            break;
        }
        result += first;
        rest.remove_prefix(first.size());
    }
    return columns == 0 ? "" : result + "…";
}

std::string harmless(const std::string& text) {
    std::string result;
    std::string_view rest = text;
    while (!rest.empty()) {
        const std::string_view first = rest.substr(0, first_length(rest));
        const char32_t c = code_point(first);
        const bool control = c < 0x20 || (c >= 0x7f && c < 0xa0);
        result += control ? std::string_view(" ") : first;
        rest.remove_prefix(first.size());
    }
    return result;
}

}  // namespace cvmbackup::ctl
