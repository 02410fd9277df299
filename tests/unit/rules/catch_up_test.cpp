#include "rules/catch_up.hpp"

#include "calendar_support.hpp"

#include <gtest/gtest.h>

namespace cvmbackup {

namespace {

using std::chrono::days;
using std::chrono::hours;

const Instant last_due = at("2027-01-04T02:00:00Z");
const Instant now = at("2027-01-07T05:00:00Z");

Policy nightly(CatchUp::Mode mode, Duration window = Duration(0)) {
    Policy policy = policy_with({"02:00"});
    policy.catch_up = {.mode = mode, .window = window};
    return policy;
}

TEST(CatchUp, IsOfTheNewestMissedFiringOnly) {
    const Policy policy = nightly(CatchUp::Mode::always);

    EXPECT_EQ(missed_firing(policy, PolicyMemory(), last_due, now), at("2027-01-07T02:00:00Z"));
}

TEST(CatchUp, IsOfNothingOnceThatFiringWasActedOn) {
    const Policy policy = nightly(CatchUp::Mode::always);

    EXPECT_EQ(missed_firing(policy, PolicyMemory(), at("2027-01-07T02:00:00Z"), now), std::nullopt);
}

TEST(CatchUp, TakesAFiringThatIsDueJustNow) {
    const Instant due = at("2027-01-07T02:00:00Z");

    EXPECT_EQ(missed_firing(nightly(CatchUp::Mode::always), PolicyMemory(), last_due, due), due);
    EXPECT_EQ(missed_firing(nightly(CatchUp::Mode::within), PolicyMemory(), last_due, due), due);
    EXPECT_EQ(
        missed_firing(nightly(CatchUp::Mode::always), PolicyMemory(), last_due, due - Duration(1)),
        due - days(1)
    );
}

TEST(CatchUp, CanBeSwitchedOff) {
    EXPECT_EQ(
        missed_firing(nightly(CatchUp::Mode::none), PolicyMemory(), last_due, now), std::nullopt
    );
}

TEST(CatchUp, LeavesAloneWhatIsOlderThanTheWindow) {
    EXPECT_EQ(
        missed_firing(nightly(CatchUp::Mode::within, hours(3)), PolicyMemory(), last_due, now),
        at("2027-01-07T02:00:00Z")
    );
    EXPECT_EQ(
        missed_firing(
            nightly(CatchUp::Mode::within, hours(3) - Duration(1)), PolicyMemory(), last_due, now
        ),
        std::nullopt
    );
}

TEST(CatchUp, HasNoAgeLimitForAlways) {
    Policy policy = policy_with({"2027-01-05 02:00"});
    policy.catch_up.mode = CatchUp::Mode::always;

    EXPECT_EQ(
        missed_firing(policy, PolicyMemory(), last_due, at("2037-01-01T00:00:00Z")),
        at("2027-01-05T02:00:00Z")
    );
}

TEST(CatchUp, FiresNothingAgainAfterTheClockWasSetBack) {
    const Policy policy = nightly(CatchUp::Mode::always);

    EXPECT_EQ(missed_firing(policy, PolicyMemory(), last_due, last_due - hours(1)), std::nullopt);
    EXPECT_EQ(missed_firing(policy, PolicyMemory(), last_due, last_due), std::nullopt);
    EXPECT_EQ(missed_firing(policy, PolicyMemory(), last_due + days(3650), now), std::nullopt);
}

TEST(CatchUp, NeverTakesAnInstantOfADeniedWindow) {
    Policy policy = policy_with({"hourly"});
    policy.catch_up.mode = CatchUp::Mode::always;
    policy.deny = {deny("03:00-12:00")};

    EXPECT_EQ(
        missed_firing(policy, PolicyMemory(), last_due - hours(1), now), at("2027-01-07T02:00:00Z")
    );
}

TEST(CatchUp, IsQuickHoweverLongTheDaemonWasAway) {
    Policy policy = policy_with({"minutely"}, "Europe/Berlin");
    policy.catch_up.mode = CatchUp::Mode::always;

    EXPECT_EQ(missed_firing(policy, PolicyMemory(), Instant(), now), now);
}

TEST(CatchUp, IsOfNoTimeThatLiesInAPause) {
    const Policy policy = nightly(CatchUp::Mode::always);
    PolicyMemory memory;
    memory.paused_at = at("2027-01-06T02:00:00Z");
    memory.paused_until = at("2027-01-07T02:00:00Z");

    EXPECT_EQ(missed_firing(policy, memory, last_due, now), at("2027-01-07T02:00:00Z"));

    *memory.paused_until += Duration(1);
    EXPECT_EQ(missed_firing(policy, memory, last_due, now), at("2027-01-05T02:00:00Z"));
    memory.paused_until.reset();
    EXPECT_EQ(missed_firing(policy, memory, last_due, now), at("2027-01-05T02:00:00Z"));
    EXPECT_EQ(missed_firing(policy, memory, at("2027-01-05T02:00:00Z"), now), std::nullopt);
}

}  // namespace

}  // namespace cvmbackup
