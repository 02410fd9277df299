#include "settings/file_report.hpp"

#include <algorithm>
#include <string_view>

namespace cvmbackup {

namespace {

bool begins_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
}

// Length of the well-formed UTF-8 character at the front; 0 if there is none. Overlong forms and
// surrogates need no care here: toml++ has refused them, only cut characters can remain.
std::size_t character_length(std::string_view text) {
    const auto byte = static_cast<unsigned char>(text.front());
    const std::size_t length = byte < 0x80   ? 1
                               : byte < 0xC2 ? 0
                               : byte < 0xE0 ? 2
                               : byte < 0xF0 ? 3
                               : byte < 0xF5 ? 4
                                             : 0;
    if (length > text.size()) {
        return 0;
    }
    for (std::size_t i = 1; i < length; ++i) {
        if (begins_character(text[i])) {
            return 0;
        }
    }
    return length;
}

// Messages quote what somebody wrote: they must stay one line of valid UTF-8 (the bus takes nothing
// else), move no cursor, and not fill the screen.
std::string presentable(std::string_view text) {
    constexpr std::size_t length_max = 600;
    std::string clean;
    while (!text.empty()) {
        const std::size_t length = character_length(text);
        const auto byte = static_cast<unsigned char>(text.front());
        if (length == 0 || byte < 0x20 || byte == 0x7F) {
            clean += '?';
            text.remove_prefix(1);
        } else {
            clean += text.substr(0, length);
            text.remove_prefix(length);
        }
    }
    if (clean.size() <= length_max) {
        return clean;
    }
    std::size_t head = length_max / 2;
    std::size_t tail = clean.size() - length_max / 2;
    while (!begins_character(clean[head])) {
        --head;
    }
    while (tail < clean.size() && !begins_character(clean[tail])) {
        ++tail;
    }
    return clean.substr(0, head) + " … " + clean.substr(tail);
}

std::string_view line_of(std::string_view text, std::size_t line) {
    for (; line > 1; --line) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos) {
            return {};
        }
        text.remove_prefix(end + 1);
    }
    return text.substr(0, text.find('\n'));
}

}  // namespace

FileReport::FileReport(std::string shown, std::string text)
    : shown_(std::move(shown))
    , text_(std::move(text)) {}

void FileReport::error(Position at, const std::string& text) {
    problems_.push_back({shown_, at.line, at.column, Severity::error, presentable(text)});
}

void FileReport::warning(Position at, const std::string& text) {
    problems_.push_back({shown_, at.line, at.column, Severity::warning, presentable(text)});
}

std::size_t FileReport::errors() const {
    return static_cast<std::size_t>(
        std::ranges::count(problems_, Severity::error, &Problem::severity)
    );
}

Position FileReport::inside(const Found<std::string>& found, std::size_t byte) const {
    std::string_view line = line_of(text_, found.at.line);
    for (std::size_t column = 1; column < found.at.column && !line.empty(); ++column) {
        do {
            line.remove_prefix(1);
        } while (!line.empty() && !begins_character(line.front()));
    }
    if (byte == 0 || line.empty() || line.substr(1, found.value.size()) != found.value) {
        return found.at;
    }
    const std::string_view before = std::string_view(found.value).substr(0, byte - 1);
    const auto characters = std::ranges::count_if(before, begins_character);
    return {found.at.line, found.at.column + 1 + static_cast<std::size_t>(characters)};
}

}  // namespace cvmbackup
