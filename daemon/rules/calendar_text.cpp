#include "rules/calendar_text.hpp"

#include <array>
#include <utility>

namespace cvmbackup {

namespace {

constexpr std::array<std::string_view, 7> weekday_names{
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
// Enough for every component and for seconds since 1970 to be refused by range, not by overflow.
constexpr int number_max = 99999;

std::string quoted(char c) {
    return c == '\0' ? "the end" : "'" + std::string(1, c) + "'";
}

}  // namespace

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return result;
}

int weekday_from(std::string_view word) {
    const std::string wanted = lower(word);
    for (std::size_t i = 0; i < weekday_names.size(); ++i) {
        if (wanted == weekday_names.at(i) || wanted == weekday_names.at(i).substr(0, 3)) {
            return static_cast<int>(i);
        }
    }
    return -1;
}

bool TextReader::at_word() const {
    return is_letter(peek());
}

bool TextReader::eat(std::string_view word) {
    if (!rest().starts_with(word)) {
        return false;
    }
    at_ += word.size();
    return true;
}

void TextReader::skip_spaces() {
    while (peek() == ' ' || peek() == '\t') {
        ++at_;
    }
}

bool TextReader::fail_at(std::size_t column, std::string error) {
    if (error_.empty()) {
        error_ = std::move(error);
        error_column_ = column;
    }
    return false;
}

bool TextReader::read_number(const char* what, int& number) {
    if (!is_digit(peek())) {
        return fail(std::string("expected ") + what + ", found " + quoted(peek()));
    }
    const std::size_t begin = column();
    number = 0;
    while (is_digit(peek())) {
        number = number * 10 + (peek() - '0');
        if (number > number_max) {
            return fail_at(begin, std::string(what) + " is too large");
        }
        ++at_;
    }
    return true;
}

bool TextReader::read_weekday(int& weekday) {
    std::size_t length = 0;
    while (is_letter(peek(length))) {
        ++length;
    }
    const std::string_view word = rest().substr(0, length);
    weekday = weekday_from(word);
    if (weekday < 0) {
        return fail(
            word.empty()
                ? "expected a weekday, found " + quoted(peek())
                : "unknown word '" + std::string(word) + "', expected a weekday such as Mon"
        );
    }
    at_ += length;
    return true;
}

bool TextReader::read_weekdays(unsigned& weekdays) {
    weekdays = 0;
    do {
        const std::size_t begin = column();
        int first = 0;
        if (!read_weekday(first)) {
            return false;
        }
        int last = first;
        // systemd still takes the single dash of its early days.
        if ((eat("..") || eat("-")) && !read_weekday(last)) {
            return false;
        }
        if (last < first) {
            return fail_at(
                begin,
                "the range of weekdays runs backwards; a week begins on Monday, list the days"
            );
        }
        for (int day = first; day <= last; ++day) {
            weekdays |= 1U << static_cast<unsigned>(day);
        }
    } while (eat(",") && peek() != ' ' && !at_end());
    if (!at_end() && peek() != ' ' && peek() != '\t') {
        return fail("expected ',', '..' or a space after the weekday, found " + quoted(peek()));
    }
    skip_spaces();
    return true;
}

}  // namespace cvmbackup
