#include "ctl/output.hpp"

#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>

namespace cvmbackup::ctl {

namespace {

const char* escape_of(Colour colour) {
    switch (colour) {
        case Colour::none:
            return "";
        case Colour::good:
            return "\033[32m";
        case Colour::middling:
            return "\033[33m";
        case Colour::bad:
            return "\033[31m";
        case Colour::faint:
            return "\033[2m";
        case Colour::loud:
            return "\033[1;33m";
    }
    return "";
}

}  // namespace

Style terminal_style() {
    Style style;
    style.terminal = ::isatty(STDOUT_FILENO) == 1;
    if (!style.terminal) {
        return style;
    }
    const char* const term = std::getenv("TERM");  // NOLINT(concurrency-mt-unsafe): one thread
    const char* const no_colour = std::getenv("NO_COLOR");  // NOLINT(concurrency-mt-unsafe)
    const bool dumb = term == nullptr || std::string_view(term) == "dumb";
    style.colour = !dumb && (no_colour == nullptr || *no_colour == '\0');
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
        style.columns = size.ws_col;
        style.lines = size.ws_row;
    }
    return style;
}

std::string Output::coloured(const std::string& text, Colour colour) const {
    if (!style_.colour || colour == Colour::none || text.empty()) {
        return text;
    }
    return escape_of(colour) + text + "\033[0m";
}

bool Output::flush() {
    const std::string text = take();
    std::string_view rest = text;
    while (!rest.empty()) {
        const ssize_t written = ::write(STDOUT_FILENO, rest.data(), rest.size());
        if (written >= 0) {
            rest.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno != EINTR) {
            return errno == EPIPE;
        }
    }
    return true;
}

Colour colour_of_result(const std::string& result) {
    if (result == "ok") {
        return Colour::good;
    }
    if (result == "partial" || result == "skipped" || result == "cancelled") {
        return Colour::middling;
    }
    return result == "failed" ? Colour::bad : Colour::none;
}

}  // namespace cvmbackup::ctl
