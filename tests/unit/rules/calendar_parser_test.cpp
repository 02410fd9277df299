#include "calendar_support.hpp"

#include <gtest/gtest.h>

namespace cvmbackup {

namespace {

struct Refusal {
    const char* text;
    const char* error;  // its beginning
    std::size_t column;
};

void PrintTo(const Refusal& refusal, std::ostream* out) {
    *out << refusal.text;
}

class RefusedCalendar : public testing::TestWithParam<Refusal> {};

TEST_P(RefusedCalendar, SaysWhatIsWrongAndWhere) {
    const ParsedCalendar parsed = parse_calendar(GetParam().text);

    EXPECT_FALSE(parsed.expression);
    EXPECT_EQ(parsed.error.substr(0, std::string_view(GetParam().error).size()), GetParam().error);
    EXPECT_EQ(parsed.column, GetParam().column);
}

const Refusal refusals[] = {
    {"", "the expression is empty", 1},
    {"   ", "the expression is empty", 1},
    {"12", "expected ':' and the minutes", 3},
    {"25:00", "hour 25 is not in the range 0 to 23", 1},
    {"24:00", "hour 24 is not", 1},
    {"02:60", "minute 60 is not", 4},
    {"02:00:60", "second 60 is not", 7},
    {"*-13-01", "month 13 is not in the range 1 to 12", 3},
    {"*-0-01", "month 0 is not", 3},
    {"*-*-1,32 02:00", "day 32 is not in the range 1 to 31", 7},
    {"1969-01-01", "year 1969 is not in the range 1970 to 2199", 1},
    {"2200-01-01", "year 2200 is not", 1},
    {"  25:00", "hour 25 is not", 3},
    {"Fri..Mon 02:00", "the range of weekdays runs backwards", 1},
    {"Mon..Tue..Wed 02:00", "expected ',', '..' or a space", 9},
    {"Mo 02:00", "unknown word 'Mo', expected a weekday", 1},
    {"fortnightly", "unknown word 'fortnightly'", 1},
    {"22..6:00", "the range 22..6 runs backwards", 1},
    {"*/2:00", "'*' takes no step", 2},
    {"0/0:00", "a step of 0 leads nowhere", 3},
    {"0/24:00", "the step 24 leads past the last hour", 1},
    {"02:00:00.5", "fractions of a second are not supported", 9},
    {"02:00 Europe/Berln", "unknown time zone 'Europe/Berln'", 7},
    {"02:00 Mon", "weekdays come first", 7},
    {"Mon Tue", "weekdays come first", 5},
    {"02:00 UTC Europe/Berlin", "unexpected text after the time: ' UTC'", 6},
    {"02:00 03:00", "unexpected text after the time: ' 03:00'", 6},
    {"*~1-2", "expected the end of the date", 4},
    {"*-*~1-2", "expected a space and a time after the date", 6},
    {"~1", "expected a number or '*', found '~'", 1},
    {"99999999999:00", "a number or '*' is too large", 1},
    {"1,:00", "expected a number or '*', found ':'", 3},
    {"*-02-30", "never fires", 1},
    {"Mon 2027-01-05", "never fires", 1},
    {"*-04,06,09,11-31", "never fires", 1},
    {"2011-12-30 Pacific/Apia", "never fires", 1},
    {"@12x", "expected whole seconds since 1970", 1},
    {"@99999999999999", "the instant lies after the year 2199", 1},
    {"0 2 * * *", "this looks like cron; write 02:00", 1},
    {"30 14 * * *", "this looks like cron; write 14:30", 1},
    {"5 * * * *", "this looks like cron; write *:05", 1},
    {"*/15 * * * *", "this looks like cron; write *:0/15", 1},
    {"0 2 * * MON-FRI", "this looks like cron; write a systemd calendar expression", 1},
    {"0 0 2 * * *", "this looks like cron; write a systemd calendar expression", 1},
    {"@daily", "this looks like cron; write 'daily'", 1},
};

INSTANTIATE_TEST_SUITE_P(Calendar, RefusedCalendar, testing::ValuesIn(refusals));

struct Equal {
    const char* text;
    const char* meaning;
};

void PrintTo(const Equal& equal, std::ostream* out) {
    *out << equal.text;
}

class EqualCalendars : public testing::TestWithParam<Equal> {};

TEST_P(EqualCalendars, MeanTheSame) {
    CalendarExpression expression = calendar(GetParam().text);
    CalendarExpression meaning = calendar(GetParam().meaning);

    EXPECT_EQ(expression.text, GetParam().text);
    expression.text.clear();
    meaning.text.clear();
    EXPECT_EQ(expression, meaning);
}

// The right sides are systemd's own normalized forms (systemd.time(7), CALENDAR EVENTS).
const Equal equals[] = {
    {"minutely", "*-*-* *:*:00"},
    {"hourly", "*-*-* *:00:00"},
    {"daily", "*-*-* 00:00:00"},
    {"weekly", "Mon *-*-* 00:00:00"},
    {"monthly", "*-*-01 00:00:00"},
    {"quarterly", "*-01,04,07,10-01 00:00:00"},
    {"semiannually", "*-01,07-01 00:00:00"},
    {"yearly", "*-01-01 00:00:00"},
    {"annually", "*-01-01 00:00:00"},
    {"Daily UTC", "*-*-* 00:00:00 UTC"},
    {"02:15", "*-*-* 02:15:00"},
    {"2:5", "*-*-* 02:05:00"},
    {"Sat", "Sat *-*-* 00:00:00"},
    {"monday,WED..fri", "Mon,Wed,Thu,Fri *-*-* 00:00:00"},
    {"Mon-Fri 09:00", "Mon..Fri *-*-* 09:00:00"},
    {"Sat, 10:00", "Sat *-*-* 10:00:00"},
    {"Mon..Sun 10:00", "*-*-* 10:00:00"},
    {"12-06", "*-12-06 00:00:00"},
    {"2027-01-04", "2027-01-04 00:00:00"},
    {"27-01-04", "2027-01-04 00:00:00"},
    {"99-01-04", "1999-01-04 00:00:00"},
    {"*-*~*", "*-*-* 00:00:00"},
    {"*:0/15", "*-*-* *:00/15:00"},
    {"  Mon   2027-*-*   02:00  Asia/Shanghai ", "Mon 2027-*-* 02:00:00 Asia/Shanghai"},
    {"02:00 utc", "*-*-* 02:00:00 UTC"},
    {"@1395716396", "2014-03-25 02:59:56 UTC"},
};

INSTANTIATE_TEST_SUITE_P(Calendar, EqualCalendars, testing::ValuesIn(equals));

TEST(ParsedCalendar, KeepsEveryPartOfItsText) {
    const CalendarExpression parsed = calendar("Mon,Thu 2027..2030/2-1,6-5/10 8..18:0,30:15 UTC");

    EXPECT_EQ(parsed.weekdays, 0b1001U);
    EXPECT_EQ(parsed.year, (CalendarComponent{{2027, 2030, 2}}));
    EXPECT_EQ(parsed.month, (CalendarComponent{{1, {}, 0}, {6, {}, 0}}));
    EXPECT_EQ(parsed.day, (CalendarComponent{{5, {}, 10}}));
    EXPECT_FALSE(parsed.from_month_end);
    EXPECT_EQ(parsed.hour, (CalendarComponent{{8, 18, 0}}));
    EXPECT_EQ(parsed.minute, (CalendarComponent{{0, {}, 0}, {30, {}, 0}}));
    EXPECT_EQ(parsed.second, (CalendarComponent{{15, {}, 0}}));
    EXPECT_EQ(parsed.zone, ZoneName("UTC"));
}

TEST(ParsedCalendar, CountsDaysFromTheMonthsEndAfterATilde) {
    EXPECT_TRUE(calendar("*-*~1").from_month_end);
    EXPECT_TRUE(calendar("2027-02~3 01:00").from_month_end);
    EXPECT_FALSE(calendar("*-*-1").from_month_end);
}

// Every prefix and every one-byte change of a valid text is either read or refused with a place.
TEST(ParsedCalendar, NeverLosesItsWayInATextThatIsNearlyRight) {
    const std::string text = "Mon..Fri,Sun 2027/2-1..5-*~1 0/4:5,7..9/2:30 Asia/Shanghai";
    int refused = 0;

    for (std::size_t i = 0; i < text.size(); ++i) {
        for (int byte = 0; byte < 256; ++byte) {
            std::string changed = text.substr(0, i) + static_cast<char>(byte) + text.substr(i + 1);
            changed = byte == 255 ? text.substr(0, i) : changed;
            const ParsedCalendar parsed = parse_calendar(changed);
            ASSERT_NE(parsed.expression.has_value(), !parsed.error.empty()) << changed;
            ASSERT_LE(parsed.column, changed.size() + 1) << changed;
            refused += parsed.expression ? 0 : 1;
        }
    }

    EXPECT_GT(refused, 1000);
}

}  // namespace

}  // namespace cvmbackup
