#include "rules/passed_over.hpp"

#include "calendar_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvmbackup {

namespace {

using std::chrono::days;
using std::chrono::hours;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const Policy hourly = policy_with({"hourly"});
const Instant begin = at("2027-01-04T00:00:00Z");

TEST(PassedOver, IsEveryTimeButTheOneThatIsBegun) {
    const auto spans =
        passed_over(hourly, PolicyMemory(), begin, begin + hours(5), begin + hours(5));

    ASSERT_THAT(spans, SizeIs(1));
    EXPECT_EQ(spans[0].first, begin + hours(1));
    EXPECT_EQ(spans[0].last, begin + hours(4));
    EXPECT_EQ(spans[0].count, 4);
    EXPECT_FALSE(spans[0].paused);
    EXPECT_THAT(
        passed_over(hourly, PolicyMemory(), begin, begin + hours(1), begin + hours(1)), IsEmpty()
    );
    EXPECT_THAT(
        passed_over(hourly, PolicyMemory(), begin + hours(9), begin, std::nullopt), IsEmpty()
    );
}

TEST(PassedOver, IsCutWhereAPauseBeginsAndEnds) {
    PolicyMemory memory;
    memory.paused_at = begin + hours(3);
    memory.paused_until = begin + hours(5);

    auto spans = passed_over(hourly, memory, begin, begin + hours(7), begin + hours(7));
    ASSERT_THAT(spans, SizeIs(3));
    EXPECT_EQ(spans[0].last, begin + hours(2));
    EXPECT_TRUE(spans[1].paused);
    EXPECT_EQ(spans[1].first, begin + hours(3));
    EXPECT_EQ(spans[1].last, begin + hours(4));
    EXPECT_EQ(spans[2].first, begin + hours(5));
    EXPECT_EQ(spans[2].count, 2);

    memory.paused_until.reset();
    spans = passed_over(hourly, memory, begin, begin + hours(7), begin + hours(2));
    ASSERT_THAT(spans, SizeIs(2));
    EXPECT_EQ(spans[0].count, 1);
    EXPECT_EQ(spans[1].count, 5);
}

TEST(PassedOver, IsCountedUpToABound) {
    auto spans = passed_over(hourly, PolicyMemory(), begin, begin + days(3650), std::nullopt);
    ASSERT_THAT(spans, SizeIs(1));

    spans[0].why = "missed";

    EXPECT_EQ(spans[0].count, passed_max);
    EXPECT_EQ(spans[0].last, begin + days(3650));
    EXPECT_EQ(
        passed_text(spans[0]),
        "more than 1,000 due times from 2027-01-04T01:00:00Z to 2037-01-01T00:00:00Z passed "
        "without a run: missed"
    );
}

TEST(PassedOver, GoesOnInOneRowWhileTheReasonStays) {
    PassedOver span{begin + hours(1), begin + hours(1), 1, true, "paused (moving)"};
    cvmbackup::Run row;
    EXPECT_FALSE(goes_on(row, span));
    add_passed(row, span);
    EXPECT_EQ(row.result, Result::skipped);
    EXPECT_THAT(row.note, HasSubstr("the due time 2027-01-04T01:00:00Z passed"));

    span.first = begin + hours(2);
    span.last = begin + hours(4);
    span.count = 3;
    ASSERT_TRUE(goes_on(row, span));
    add_passed(row, span);
    EXPECT_EQ(row.due, begin + hours(1));
    EXPECT_EQ(row.passed_until, begin + hours(4));
    EXPECT_EQ(row.passed, 4);
    EXPECT_THAT(row.note, HasSubstr("4 due times from 2027-01-04T01:00:00Z to 2027-01-04T04:"));

    span.first = span.last = begin + hours(5);
    span.why = "paused (holidays)";
    EXPECT_FALSE(goes_on(row, span));
}

}  // namespace

}  // namespace cvmbackup
