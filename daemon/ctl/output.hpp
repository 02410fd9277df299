// What goes to standard output: collected, written in one go; a reader that has gone away (`|
// head`) is no error.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

namespace cvmbackup::ctl {

enum class Colour { none, good, middling, bad, faint, loud };

struct Style {
    bool json = false;
    bool legend = true;
    bool terminal = false;    // standard output is one
    bool colour = false;      // and likes colours
    std::size_t columns = 0;  // of the terminal; 0: no limit
    std::size_t lines = 0;    // of the terminal
};

// Looks at standard output and at NO_COLOR and TERM.
Style terminal_style();

class Output {
public:
    explicit Output(Style style)
        : style_(style) {}

    const Style& style() const { return style_; }

    void print(const std::string& text) { buffer_ += text; }

    void line(const std::string& text) { buffer_ += text + "\n"; }

    // What was printed and not yet flushed.
    std::string take() { return std::exchange(buffer_, {}); }

    std::string coloured(const std::string& text, Colour colour) const;

    // False if it could not be written although somebody listens (a full disk).
    bool flush();

private:
    Style style_;
    std::string buffer_;
};

// ok, partial, failed … as people expect them.
Colour colour_of_result(const std::string& result);

}  // namespace cvmbackup::ctl
