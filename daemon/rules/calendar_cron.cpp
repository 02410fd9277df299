#include "rules/calendar_text.hpp"

#include <algorithm>
#include <vector>

namespace cvmbackup {

namespace {

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    while (true) {
        const std::size_t begin = text.find_first_not_of(" \t");
        if (begin == std::string_view::npos) {
            return words;
        }
        const std::size_t end = std::min(text.find_first_of(" \t", begin), text.size());
        words.push_back(text.substr(begin, end - begin));
        text.remove_prefix(end);
    }
}

std::string two_digits(std::string_view number) {
    return number.size() == 1 ? "0" + std::string(number) : std::string(number);
}

bool all_digits(std::string_view word) {
    return word.size() <= 2 && word.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

std::string cron_hint(std::string_view text) {
    if (text.starts_with('@') && text.size() > 1 && is_letter(text[1])) {
        return "this looks like cron; write '" + std::string(text.substr(1)) + "' without the '@'";
    }
    const std::vector<std::string_view> words = words_of(text);
    if (words.size() < 5 || text.find(':') != std::string_view::npos || is_letter(text.front())) {
        return {};
    }
    std::string instead = "a systemd calendar expression such as Mon..Fri 02:00";
    const bool every_day =
        words.size() == 5 && words[2] == "*" && words[3] == "*" && words[4] == "*";
    if (every_day && all_digits(words[0]) && all_digits(words[1])) {
        instead = two_digits(words[1]) + ":" + two_digits(words[0]);
    } else if (every_day && all_digits(words[0]) && words[1] == "*") {
        instead = "*:" + two_digits(words[0]);
    } else if (every_day && words[0].starts_with("*/") && words[1] == "*") {
        instead = "*:0/" + std::string(words[0].substr(2));
    }
    return "this looks like cron; write " + instead;
}

}  // namespace cvmbackup
