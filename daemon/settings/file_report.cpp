#include "settings/file_report.hpp"

#include <algorithm>
#include <string_view>

namespace cvmbackup {

namespace {

bool begins_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
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

void FileReport::error(Position at, std::string text) {
    problems_.push_back({shown_, at.line, at.column, Severity::error, std::move(text)});
}

void FileReport::warning(Position at, std::string text) {
    problems_.push_back({shown_, at.line, at.column, Severity::warning, std::move(text)});
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
