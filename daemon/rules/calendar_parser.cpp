// parse_calendar: systemd.time(7), "CALENDAR EVENTS", as systemd 252 reads it.
#include "rules/calendar.hpp"
#include "rules/calendar_text.hpp"
#include "rules/zone.hpp"

#include <charconv>

namespace cvmbackup {

namespace {

constexpr int year_min = 1970;
constexpr int year_max = 2199;
constexpr std::size_t elements_max = 240;  // systemd's limit for one component's list

// A component's list before it is known which component it is.
struct Chain {
    CalendarComponent values;
    std::vector<std::size_t> columns;  // of each element, for messages
    std::size_t column = 0;
};

struct Bounds {
    const char* name;
    int low;
    int high;
};

constexpr Bounds year_bounds{"year", year_min, year_max};
constexpr Bounds month_bounds{"month", 1, 12};
constexpr Bounds day_bounds{"day", 1, 31};
constexpr Bounds hour_bounds{"hour", 0, 23};
constexpr Bounds minute_bounds{"minute", 0, 59};
constexpr Bounds second_bounds{"second", 0, 59};

CalendarComponent just(std::initializer_list<int> values) {
    CalendarComponent component;
    for (const int value : values) {
        component.push_back({.begin = value, .end = std::nullopt, .step = 0});
    }
    return component;
}

bool read_element(TextReader& reader, CalendarRange& range) {
    if (!reader.read_number("a number or '*'", range.begin)) {
        return false;
    }
    if (reader.eat("..")) {
        int end = 0;
        if (!reader.read_number("the end of the range", end)) {
            return false;
        }
        range.end = end;
    }
    if (reader.eat("/")) {
        const std::size_t begin = reader.column();
        if (!reader.read_number("the step", range.step)) {
            return false;
        }
        if (range.step == 0) {
            return reader.fail_at(begin, "a step of 0 leads nowhere");
        }
    }
    if (reader.peek() == '.') {
        return reader.fail("fractions of a second are not supported, write whole seconds");
    }
    return true;
}

bool read_chain(TextReader& reader, Chain& chain) {
    chain = {};
    chain.column = reader.column();
    if (reader.eat("*")) {
        if (reader.peek() == '/') {
            return reader.fail("'*' takes no step; write the first value instead, as in 0/15");
        }
        return true;
    }
    do {
        chain.columns.push_back(reader.column());
        CalendarRange range;
        if (!read_element(reader, range)) {
            return false;
        }
        chain.values.push_back(range);
        if (chain.values.size() > elements_max) {
            return reader.fail_at(chain.column, "the list is too long");
        }
    } while (reader.eat(","));
    return true;
}

std::string out_of_range(const Bounds& bounds, int value) {
    return std::string(bounds.name) + " " + std::to_string(value) + " is not in the range " +
           std::to_string(bounds.low) + " to " + std::to_string(bounds.high);
}

// Why the element is impossible; empty if it is fine.
std::string problem_of(const CalendarRange& range, const Bounds& bounds, bool from_month_end) {
    const int end = range.end.value_or(range.begin);
    for (const int value : {range.begin, end}) {
        if (value < bounds.low || value > bounds.high) {
            return out_of_range(bounds, value);
        }
    }
    if (end < range.begin) {
        return "the range " + std::to_string(range.begin) + ".." + std::to_string(end) +
               " runs backwards; write two ranges separated by a comma";
    }
    const int room = range.end        ? end - range.begin
                     : from_month_end ? range.begin - bounds.low
                                      : bounds.high - range.begin;
    if (range.step > room) {
        return "the step " + std::to_string(range.step) + " leads past the last " + bounds.name;
    }
    return {};
}

bool check(TextReader& reader, const Chain& chain, const Bounds& bounds, bool from_end = false) {
    for (std::size_t i = 0; i < chain.values.size(); ++i) {
        std::string problem = problem_of(chain.values[i], bounds, from_end);
        if (!problem.empty()) {
            return reader.fail_at(chain.columns[i], std::move(problem));
        }
    }
    return true;
}

int full_year(int year) {
    return year < 70 ? year + 2000 : year < 100 ? year + 1900 : year;
}

bool set_year(TextReader& reader, Chain chain, CalendarExpression& expression) {
    for (CalendarRange& range : chain.values) {
        range.begin = full_year(range.begin);
        if (range.end) {
            range.end = full_year(*range.end);
        }
    }
    expression.year = chain.values;
    return check(reader, chain, year_bounds);
}

bool set_day(
    TextReader& reader, const Chain& month, const Chain& day, CalendarExpression& expression
) {
    expression.month = month.values;
    expression.day = day.values;
    expression.from_month_end = expression.from_month_end && !day.values.empty();
    return check(reader, month, month_bounds) &&
           check(reader, day, day_bounds, expression.from_month_end);
}

bool at_date_end(const TextReader& reader) {
    return reader.at_end() || reader.peek() == ' ' || reader.peek() == '\t';
}

// What follows the first chain of a date: "-month-day", "-day", with `~` before the day.
bool read_date(TextReader& reader, Chain first, CalendarExpression& expression) {
    Chain second;
    expression.from_month_end = reader.eat("~");
    if (!expression.from_month_end && !reader.eat("-")) {
        return reader.fail("expected a date such as *-*-01 or a time such as 02:00");
    }
    if (!read_chain(reader, second)) {
        return false;
    }
    if (at_date_end(reader)) {
        return set_day(reader, first, second, expression);
    }
    if (expression.from_month_end) {
        return reader.fail("expected the end of the date after its day");
    }
    expression.from_month_end = reader.eat("~");
    if (!expression.from_month_end && !reader.eat("-")) {
        return reader.fail("expected '-' or '~' and the day of the month");
    }
    Chain third;
    if (!read_chain(reader, third)) {
        return false;
    }
    if (!at_date_end(reader)) {
        return reader.fail("expected a space and a time after the date");
    }
    return set_year(reader, std::move(first), expression) &&
           set_day(reader, second, third, expression);
}

bool read_time(TextReader& reader, const Chain& hour, CalendarExpression& expression) {
    if (!reader.eat(":")) {
        return reader.fail("expected ':' and the minutes, as in 02:00");
    }
    Chain minute;
    if (!read_chain(reader, minute)) {
        return false;
    }
    Chain second{.values = just({0}), .columns = {reader.column()}, .column = reader.column()};
    if (reader.eat(":") && !read_chain(reader, second)) {
        return false;
    }
    if (!reader.at_end()) {
        return reader.fail("unexpected text after the time: '" + std::string(reader.rest()) + "'");
    }
    expression.hour = hour.values;
    expression.minute = minute.values;
    expression.second = second.values;
    return check(reader, hour, hour_bounds) && check(reader, minute, minute_bounds) &&
           check(reader, second, second_bounds);
}

void set_midnight(CalendarExpression& expression) {
    expression.hour = just({0});
    expression.minute = just({0});
    expression.second = just({0});
}

// "@1395716396": seconds since 1970, UTC.
bool read_timestamp(TextReader& reader, CalendarExpression& expression) {
    const std::string_view digits = reader.rest().substr(1);
    std::int64_t seconds = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
    if (error != std::errc() || end != digits.data() + digits.size() || seconds < 0) {
        return reader.fail("expected whole seconds since 1970 after '@'");
    }
    if (expression.zone) {
        return reader.fail("an instant in seconds since 1970 takes no time zone");
    }
    expression.zone = ZoneName("UTC");
    if (seconds >= std::int64_t{230} * 366 * 86400) {
        return reader.fail("the instant lies after the year 2199");
    }
    const LocalTime time = to_local(Instant(std::chrono::seconds(seconds)), *expression.zone);
    expression.year = just({time.year});
    expression.month = just({time.month});
    expression.day = just({time.day});
    expression.hour = just({time.hour});
    expression.minute = just({time.minute});
    expression.second = just({time.second});
    return true;
}

bool read_shorthand(std::string_view word, CalendarExpression& expression) {
    set_midnight(expression);
    if (word == "minutely" || word == "hourly") {
        expression.hour = {};
        expression.minute = word == "minutely" ? CalendarComponent{} : just({0});
    } else if (word == "weekly") {
        expression.weekdays = 1;
    } else if (word == "monthly") {
        expression.day = just({1});
    } else if (word == "quarterly") {
        expression.month = just({1, 4, 7, 10});
        expression.day = just({1});
    } else if (word == "semiannually" || word == "semi-annually" || word == "biannually" ||
               word == "bi-annually") {
        expression.month = just({1, 7});
        expression.day = just({1});
    } else if (word == "yearly" || word == "annually" || word == "anually") {
        expression.month = just({1});
        expression.day = just({1});
    } else {
        return word == "daily";
    }
    return true;
}

bool read_expression(TextReader& reader, CalendarExpression& expression) {
    if (reader.peek() == '@') {
        return read_timestamp(reader, expression);
    }
    if (read_shorthand(lower(reader.rest()), expression)) {
        return true;
    }
    set_midnight(expression);
    if (reader.at_word() && !reader.read_weekdays(expression.weekdays)) {
        return false;
    }
    if (reader.at_end()) {
        return true;
    }
    Chain first;
    if (!read_chain(reader, first)) {
        return false;
    }
    if (reader.peek() != ':' && !reader.at_end()) {
        if (!read_date(reader, std::move(first), expression)) {
            return false;
        }
        reader.skip_spaces();
        if (reader.at_end()) {
            return true;
        }
        if (!read_chain(reader, first)) {
            return false;
        }
    }
    return read_time(reader, first, expression);
}

ParsedCalendar refused(std::string error, std::size_t column) {
    return {.expression = std::nullopt, .error = std::move(error), .column = column};
}

// Cuts a trailing time zone off `body`. False, with the reader's error set, if it is unknown.
bool take_zone(std::string_view& body, TextReader& reader, CalendarExpression& expression) {
    const std::size_t space = body.find_last_of(" \t");
    if (space == std::string_view::npos || !is_letter(body[space + 1])) {
        return true;
    }
    const std::string_view word = body.substr(space + 1);
    const ZoneName zone(lower(word) == "utc" ? "UTC" : std::string(word));
    const std::size_t column = reader.column() + space + 1;
    if (weekday_from(word.substr(0, word.find_first_of(",.-"))) >= 0) {
        return reader.fail_at(
            column, "weekdays come first, separated by commas, as in Mon,Wed 02:00"
        );
    }
    if (!valid_zone(zone)) {
        return reader.fail_at(
            column, "unknown time zone '" + zone.text() + "'; write an IANA name or UTC"
        );
    }
    expression.zone = zone;
    body = body.substr(0, body.find_last_not_of(" \t", space) + 1);
    return true;
}

}  // namespace

ParsedCalendar parse_calendar(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) {
        return refused("the expression is empty; write for example 02:00 or Mon..Fri 02:15", 1);
    }
    std::string_view body = text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
    std::string hint = cron_hint(body);
    if (!hint.empty()) {
        return refused(std::move(hint), begin + 1);
    }
    CalendarExpression expression;
    expression.text = text;
    TextReader zone_reader(body, begin);
    if (!take_zone(body, zone_reader, expression)) {
        return refused(zone_reader.error(), zone_reader.error_column());
    }
    TextReader reader(body, begin);
    if (!read_expression(reader, expression)) {
        return refused(reader.error(), reader.error_column());
    }
    if (!next_after(expression, ZoneName("UTC"), Instant() - std::chrono::days(2))) {
        return refused("never fires: no such day exists from 1970 to 2199", begin + 1);
    }
    return {.expression = std::move(expression), .error = {}, .column = 0};
}

}  // namespace cvmbackup
