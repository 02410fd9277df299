// Private to rules/calendar: reads numbers and weekdays off a text and keeps the first error with
// the byte where it was met.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cvmbackup {

class TextReader {
public:
    // `begin` is the column, from 0, at which `text` starts in what the user wrote.
    TextReader(std::string_view text, std::size_t begin)
        : text_(text)
        , begin_(begin) {}

    bool at_end() const { return at_ == text_.size(); }

    // NUL behind the end.
    char peek(std::size_t ahead = 0) const {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }

    bool at_word() const;

    std::string_view rest() const { return text_.substr(at_); }

    std::size_t column() const { return begin_ + at_ + 1; }

    bool eat(std::string_view word);
    void skip_spaces();

    // Remembers the error and answers false, so that it can end a chain of reads.
    bool fail(std::string error) { return fail_at(column(), std::move(error)); }

    bool fail_at(std::size_t column, std::string error);

    // Decimal digits, `what` names the number in an error.
    bool read_number(const char* what, int& number);
    // "Mon", "Mon,Wed", "Mon..Fri,Sun" with the spaces behind; names in any case, long or short.
    bool read_weekdays(unsigned& weekdays);

    const std::string& error() const { return error_; }

    std::size_t error_column() const { return error_column_; }

private:
    bool read_weekday(int& weekday);

    std::string_view text_;
    std::size_t begin_ = 0;
    std::size_t at_ = 0;
    std::string error_;
    std::size_t error_column_ = 0;
};

// ASCII only, as the whole syntax is.
std::string lower(std::string_view text);
bool is_letter(char c);
bool is_digit(char c);
// 0 = Monday; -1 if the word is no weekday.
int weekday_from(std::string_view word);
// What to write instead of a crontab line; empty if the text does not look like one.
std::string cron_hint(std::string_view text);

}  // namespace cvmbackup
