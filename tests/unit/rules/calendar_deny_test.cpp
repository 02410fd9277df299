#include "calendar_support.hpp"
#include "rules/zone.hpp"

#include <gtest/gtest.h>

namespace cvmbackup {

namespace {

using std::chrono::minutes;

const ZoneName utc("UTC");
const ZoneName berlin("Europe/Berlin");

std::string allowed_from(
    const std::vector<DenyWindow>& windows, const ZoneName& zone, std::string_view from
) {
    return to_rfc3339(first_allowed(windows, zone, at(from)));
}

TEST(DenyWindow, IsReadWithAndWithoutWeekdays) {
    const DenyWindow office = deny("Mon..Fri 09:00-18:00");
    const DenyWindow night = deny(" 22:00 - 6:30 ");
    const DenyWindow weekend = deny("Sat,Sun 00:00-24:00");

    EXPECT_EQ(office, (DenyWindow{"Mon..Fri 09:00-18:00", 0x1f, 540, 1080}));
    EXPECT_EQ(night, (DenyWindow{" 22:00 - 6:30 ", 0x7f, 1320, 390}));
    EXPECT_EQ(weekend, (DenyWindow{"Sat,Sun 00:00-24:00", 0x60, 0, 1440}));
}

TEST(DenyWindow, IsRefusedInPlainWords) {
    const auto error_of = [](const char* text) {
        const ParsedDeny parsed = parse_deny(text);
        EXPECT_FALSE(parsed.window) << text;
        return parsed.error;
    };

    EXPECT_EQ(error_of(""), "expected the times, as in 09:00-18:00; 00:00-24:00 is the whole day");
    EXPECT_EQ(error_of("Sat"), error_of(""));
    EXPECT_EQ(error_of("09:00"), "expected '-' and the window's end, as in 09:00-18:00");
    EXPECT_EQ(error_of("9-18"), "expected ':' and the minutes, as in 09:00");
    EXPECT_EQ(error_of("09:00-24:01"), "a time of day lies between 00:00 and 24:00");
    EXPECT_EQ(error_of("09:00-09:00"), "the window is empty; 00:00-24:00 is the whole day");
    EXPECT_EQ(
        error_of("24:00-02:00"), "a window cannot begin at 24:00; write 00:00 of the next day"
    );
    EXPECT_EQ(error_of("09:00-18:00 UTC"), "unexpected text after the window: 'UTC'");
    EXPECT_EQ(error_of("Mn 09:00-18:00"), "unknown word 'Mn', expected a weekday such as Mon");
}

TEST(Denied, HoldsFromTheBeginToBeforeTheEnd) {
    const std::vector<DenyWindow> office{deny("Mon..Fri 09:00-18:00")};

    EXPECT_FALSE(denied(office, utc, at("2027-01-04T08:59:59.999999Z")));
    EXPECT_TRUE(denied(office, utc, at("2027-01-04T09:00:00Z")));
    EXPECT_TRUE(denied(office, utc, at("2027-01-04T17:59:59.999999Z")));
    EXPECT_FALSE(denied(office, utc, at("2027-01-04T18:00:00Z")));
    EXPECT_FALSE(denied(office, utc, at("2027-01-03T12:00:00Z")));
    EXPECT_FALSE(denied({}, utc, at("2027-01-04T12:00:00Z")));
}

TEST(Denied, ReachesIntoTheNextDayFromTheWeekdayOfTheBegin) {
    const std::vector<DenyWindow> sunday_night{deny("Sun 22:00-06:00")};

    EXPECT_TRUE(denied(sunday_night, utc, at("2027-01-03T23:00:00Z")));
    EXPECT_TRUE(denied(sunday_night, utc, at("2027-01-04T05:59:00Z")));
    EXPECT_FALSE(denied(sunday_night, utc, at("2027-01-03T05:00:00Z")));
    EXPECT_FALSE(denied(sunday_night, utc, at("2027-01-04T22:00:00Z")));
}

TEST(Denied, GoesByTheLocalClock) {
    const std::vector<DenyWindow> morning{deny("Mon 08:00-09:00")};

    EXPECT_TRUE(denied(morning, ZoneName("Asia/Shanghai"), at("2027-01-04T00:30:00Z")));
    EXPECT_FALSE(denied(morning, ZoneName("Asia/Shanghai"), at("2027-01-04T08:30:00Z")));
}

TEST(FirstAllowed, IsTheInstantItselfOrTheEndOfTheWindow) {
    const std::vector<DenyWindow> office{deny("Mon..Fri 09:00-18:00")};

    EXPECT_EQ(
        first_allowed(office, utc, at("2027-01-04T08:00:00.5Z")), at("2027-01-04T08:00:00.5Z")
    );
    EXPECT_EQ(first_allowed(office, utc, at("2027-01-04T10:07:31.5Z")), at("2027-01-04T18:00:00Z"));
}

TEST(FirstAllowed, PassesThroughWindowsThatTouchOrOverlap) {
    const std::vector<DenyWindow> windows{
        deny("Sat,Sun 00:00-24:00"),
        deny("Fri 20:00-00:00"),
        deny("Mon 00:00-04:00"),
        deny("Mon 03:00-05:00")};

    EXPECT_EQ(allowed_from(windows, utc, "2027-01-01T21:00:00Z"), "2027-01-04T05:00:00Z");
}

TEST(FirstAllowed, IsNeverWhereEveryMinuteIsDenied) {
    EXPECT_EQ(
        first_allowed({deny("00:00-24:00")}, utc, at("2027-01-04T00:00:00Z")), Instant::max()
    );
    EXPECT_EQ(
        first_allowed({deny("06:00-05:00"), deny("04:00-07:00")}, utc, at("2027-01-04T00:00:00Z")),
        Instant::max()
    );
}

TEST(FirstAllowed, SeesTheClockJumpOutOfAWindow) {
    const std::vector<DenyWindow> small{deny("02:40-03:00")};
    const std::vector<DenyWindow> wide{deny("01:00-02:30")};

    // First pass 02:45; the clock goes back to 02:00 instead of on to 03:00.
    EXPECT_EQ(allowed_from(small, berlin, "2026-10-25T00:45:00Z"), "2026-10-25T01:00:00Z");
    EXPECT_EQ(allowed_from(small, berlin, "2026-10-25T01:45:00Z"), "2026-10-25T02:00:00Z");
    // The window's end lies in the gap from 02:00 to 03:00.
    EXPECT_EQ(allowed_from(wide, berlin, "2026-03-29T00:10:00Z"), "2026-03-29T01:00:00Z");
}

TEST(FirstAllowed, IsWhatAWalkOverTheMinutesFinds) {
    const std::vector<DenyWindow> windows{
        deny("Sat 22:00-02:30"),
        deny("Sun 02:45-03:10"),
        deny("Sun 03:10-05:00"),
        deny("Mon..Fri 23:30-00:30")};
    for (const char* begin : {"2026-03-27T00:00:00Z", "2026-10-23T00:00:00Z"}) {
        for (Instant from = at(begin); from < at(begin) + std::chrono::days(4);
             from += minutes(1)) {
            Instant walked = from;
            while (denied(windows, berlin, walked)) {
                walked += minutes(1);
            }
            ASSERT_EQ(first_allowed(windows, berlin, from), walked) << to_rfc3339(from);
        }
    }
}

}  // namespace

}  // namespace cvmbackup
