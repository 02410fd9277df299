// When calls are held back, and how many may be repeated.
#include "cloud/health.hpp"

#include "client_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvmbackup {
namespace {

using namespace std::chrono_literals;

using HeldBack = ClientFixture;

constexpr std::uint64_t longest = 999;

void fail_in_a_row(Breaker& breaker, int times, Duration now) {
    for (int i = 0; i < times; ++i) {
        ASSERT_TRUE(breaker.admit(now));
        breaker.ended(true, now, longest);
    }
}

TEST(Breaker, OpensWhenCallsFailInARow) {
    Breaker breaker;

    fail_in_a_row(breaker, Breaker::failures_to_open - 1, 0s);
    EXPECT_FALSE(breaker.is_open());
    fail_in_a_row(breaker, 1, 0s);

    EXPECT_TRUE(breaker.is_open());
    EXPECT_FALSE(breaker.admit(0s));
}

TEST(Breaker, IsNotOpenedByFailuresAmongSuccesses) {
    Breaker breaker;
    for (int i = 0; i < 100; ++i) {
        fail_in_a_row(breaker, Breaker::failures_to_open - 1, 0s);
        breaker.ended(false, 0s, longest);
    }

    EXPECT_FALSE(breaker.is_open());
}

TEST(Breaker, LetsOneCallThroughAfterThePause) {
    Breaker breaker;
    fail_in_a_row(breaker, Breaker::failures_to_open, 0s);

    EXPECT_TRUE(breaker.admit(Breaker::first_pause));
    EXPECT_FALSE(breaker.admit(Breaker::first_pause));
    EXPECT_FALSE(breaker.admit(1h));
}

TEST(Breaker, ClosesWhenTheProbeIsAnswered) {
    Breaker breaker;
    fail_in_a_row(breaker, Breaker::failures_to_open, 0s);
    ASSERT_TRUE(breaker.admit(1min));

    breaker.ended(false, 1min, longest);

    EXPECT_FALSE(breaker.is_open());
    EXPECT_TRUE(breaker.admit(1min));
}

TEST(Breaker, ProbesAgainAfterAProbeThatEndedWithAnException) {
    Breaker breaker;
    fail_in_a_row(breaker, Breaker::failures_to_open, 0s);
    ASSERT_TRUE(breaker.admit(1min));
    ASSERT_FALSE(breaker.admit(1min));

    breaker.aborted();

    EXPECT_TRUE(breaker.admit(1min));
}

TEST(Breaker, ProbesAtMostOnceInHalfAMinuteDuringALongOutage) {
    Breaker breaker;
    fail_in_a_row(breaker, Breaker::failures_to_open, 0s);
    int probes = 0;
    for (Duration now = 0s; now < 6h; now += 1s) {
        if (breaker.admit(now)) {
            ++probes;
            breaker.ended(true, now, 0);
        }
    }

    EXPECT_LE(probes, 6 * 60 * 2 + 5);
    EXPECT_GE(probes, 6 * 60);
}

TEST(RetryBudget, AllowsFiftyAndThenATenthOfWhatSucceeds) {
    RetryBudget budget;
    int repeated = 0;
    while (budget.spend())
        ++repeated;
    EXPECT_EQ(repeated, 50);

    for (int i = 0; i < 1000; ++i) {
        budget.earn();
        repeated += budget.spend() ? 1 : 0;
    }

    EXPECT_EQ(repeated, 150);
}

TEST_F(HeldBack, CallsAreThatFailInARowAndItIsSaid) {
    transport.otherwise = [](const HttpRequest&) -> Outcome<HttpAnswer> {
        return transport_trouble(Remedy::retry_later, "Connect");
    };
    for (int i = 0; i < 20; ++i)
        run(cloud->image_quota(place));
    const std::size_t sent = transport.sent.size();

    const auto quota = run(cloud->image_quota(place));

    EXPECT_EQ(quota.error().code, "HeldBack");
    EXPECT_LT(sent, 12U);
    ASSERT_EQ(observer.notices.size(), 1U);
    EXPECT_THAT(observer.notices[0], testing::HasSubstr("fail in a row"));
}

TEST_F(HeldBack, LeavesOtherActionsAndRegionsAlone) {
    transport.otherwise = [](const HttpRequest& request) -> Outcome<HttpAnswer> {
        if (request.host.find("guangzhou") != std::string::npos)
            return transport_trouble(Remedy::retry_later, "Connect");
        return json_answer(R"({"TotalCount":0,"ImageSet":[]})");
    };
    const std::vector<ImageId> ids = {ImageId("img-00000001")};
    for (int i = 0; i < 10; ++i)
        run(cloud->images(place, ids));
    const Place elsewhere{place.account, Region("ap-shanghai")};

    const Instant begin = clock.now();
    const auto images = run(cloud->images(elsewhere, ids));

    EXPECT_TRUE(images);
    EXPECT_EQ(clock.now(), begin);
}

TEST_F(HeldBack, ChangesAreNotForTheInternalErrorsOfOne) {
    transport.otherwise = [](const HttpRequest&) -> Outcome<HttpAnswer> {
        return error_answer("InternalError");
    };
    const std::vector<ImageId> ids = {ImageId("img-00000001")};

    for (int i = 0; i < 20; ++i)
        run(cloud->delete_images(place, ids));

    EXPECT_EQ(transport.sent.size(), 20U);
}

}  // namespace
}  // namespace cvmbackup
