// Collects what is wrong in one configuration file.
#pragma once

#include "settings/settings.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace cvmbackup {

struct Position {
    std::size_t line = 0;
    std::size_t column = 0;  // in characters, as toml++ counts
};

// A value and where it stands.
template <class T>
struct Found {
    T value{};
    Position at;
};

class FileReport {
public:
    // `shown`: how the file is called in messages.
    FileReport(std::string shown, std::string text);

    const std::string& shown() const { return shown_; }

    const std::string& text() const { return text_; }

    void error(Position at, const std::string& text);
    void warning(Position at, const std::string& text);

    // Where the byte with this number (from 1) of a string's value stands in the file; the string's
    // begin if that cannot be told (escapes, several lines).
    Position inside(const Found<std::string>& found, std::size_t byte) const;

    const std::vector<Problem>& problems() const { return problems_; }

    std::size_t errors() const;

private:
    std::string shown_;
    std::string text_;
    std::vector<Problem> problems_;
};

}  // namespace cvmbackup
