#include "../http/options.hpp"

#include "client.hpp"

namespace cloudsim::test {
namespace {

TEST(Options, HaveDefaultsForAllButTheWorld) {
    const Options options = parse_options({"--world", "w.toml"});
    EXPECT_EQ(options.world, "w.toml");
    EXPECT_EQ(options.address, "127.0.0.1");
    EXPECT_EQ(options.port, 0);
    EXPECT_EQ(options.seed, 1U);
    EXPECT_THROW(parse_options({}), UsageError);
}

TEST(Options, TakeTheValueAfterABlankOrAnEqualsSign) {
    const Options options =
        parse_options({"--world=w", "--listen", "127.0.0.1:99", "--seed=5", "--speed", "100000"});
    EXPECT_EQ(options.port, 99);
    EXPECT_EQ(options.seed, 5U);
    EXPECT_EQ(options.speed, 100000.0);
}

TEST(Options, RefuseWhatTheyDoNotKnow) {
    EXPECT_THROW(parse_options({"--world", "w", "--fast", "1"}), UsageError);
    EXPECT_THROW(parse_options({"--world"}), UsageError);
    EXPECT_THROW(parse_options({"--world", "w", "--speed", "0"}), UsageError);
    EXPECT_THROW(parse_options({"--world", "w", "--listen", "99"}), UsageError);
    EXPECT_THROW(
        parse_options(
            {"--world", "w", "--speed", "2", "--clock", "from=2027-01-04T00:00:00Z at=0 speed=1"}
        ),
        UsageError
    );
}

TEST(Clock, RunsFromItsStartAtItsSpeed) {
    const ScaledClock clock = parse_clock("from=2027-01-04T00:00:00Z at=1000.5 speed=1440");
    const Instant at{1000500ms};

    EXPECT_EQ(to_rfc3339(clock.simulated(at)), "2027-01-04T00:00:00Z");
    EXPECT_EQ(to_rfc3339(clock.simulated(at + 1min)), "2027-01-05T00:00:00Z");
    EXPECT_EQ(clock.real_length(24min), 1s);
}

std::string told_of(const std::vector<std::string>& arguments) {
    try {
        parse_options(arguments);
        return "";
    } catch (const UsageError& error) {
        return error.what();
    }
}

TEST(Options, TakeSpeedsUpToAHundredThousandAndSaySo) {
    const std::string told = "--speed: the speed must be above 0 and at most 100000, not ";
    EXPECT_EQ(told_of({"--world", "w", "--speed", "100000"}), "");
    EXPECT_EQ(told_of({"--world", "w", "--speed", "100001"}), told + "100001");
    EXPECT_EQ(told_of({"--world", "w", "--speed", "inf"}), told + "inf");
    EXPECT_EQ(told_of({"--world", "w", "--speed", "nan"}), told + "nan");
    EXPECT_EQ(told_of({"--world", "w", "--speed", "-1"}), told + "-1");
    EXPECT_EQ(told_of({"--world", "w", "--speed", "fast"}), "--speed: 'fast' is not a number");
}

TEST(Clock, PassesAYearInFiveMinutesWithoutDrift) {
    const ScaledClock clock = parse_clock("from=2027-01-04T00:00:00Z at=1767225600 speed=100000");
    const Instant at{std::chrono::seconds{1767225600}};
    const Instant from = clock.simulated(at);

    for (std::int64_t day = 0; day <= 3650; ++day) {
        const Duration real = day * Duration{864ms};
        ASSERT_EQ(clock.simulated(at + real), from + day * 24h);
    }
    EXPECT_EQ(clock.simulated(at + Duration{1}), from + 100ms);
    EXPECT_EQ(clock.real_length(24h), 864ms);
}

TEST(Clock, StandsStillAtTheEndOfTimeInsteadOfOverflowing) {
    const ScaledClock clock = parse_clock("from=2027-01-04T00:00:00Z at=0 speed=100000");
    EXPECT_EQ(to_rfc3339(clock.simulated(Instant{478'000h})), "9999-12-31T23:59:59Z");
    const ScaledClock slow = parse_clock("from=2027-01-04T00:00:00Z at=0 speed=1e-300");
    EXPECT_GT(slow.real_length(1h), 24h * 365);
}

using Speed = CloudTest;

// Clients sign by their own clock, whose second is more than a day of the simulated one.
TEST_F(Speed, TakesSignaturesByTheRealClockAndLimitsRatesByTheSimulatedOne) {
    use(small_world());
    const ScaledClock clock = parse_clock("from=2027-01-04T00:00:00Z at=1767225600 speed=100000");
    const Instant at{std::chrono::seconds{1767225600}};
    const auto ask = [&](Duration passed, Duration skew) {
        const Instant real = at + passed;
        const HttpRequest request =
            api_request("DescribeInstances", "{}", "ap-guangzhou", real + skew);
        return cloud->handle(request, clock.simulated(real), real).record.code;
    };
    // 41 in 41 simulated seconds, a millisecond for all of them; then 41 in one.
    for (std::int64_t i = 1; i <= 41; ++i) {
        EXPECT_EQ(ask(i * 10us, 0s), "");
    }
    for (std::int64_t i = 1; i <= 40; ++i) {
        EXPECT_EQ(ask(1s, 0s), "");
    }
    EXPECT_EQ(ask(1s, 0s), "RequestLimitExceeded");
    EXPECT_EQ(ask(5min, 4min), "");
    EXPECT_EQ(ask(10min, -6min), "AuthFailure.SignatureExpire");
}

TEST(Clock, WantsAllOfItsParts) {
    EXPECT_THROW(parse_clock("from=2027-01-04T00:00:00Z at=0"), UsageError);
    EXPECT_THROW(parse_clock("from=yesterday at=0 speed=1"), UsageError);
    EXPECT_THROW(parse_clock("from=2027-01-04T00:00:00Z at=now speed=1"), UsageError);
    EXPECT_THROW(parse_clock("from=2027-01-04T00:00:00Z at=0 speed=1 pace=2"), UsageError);
}

TEST(Options, TakeAddressesOfBothFamilies) {
    const Options options = parse_options({"--world", "w", "--listen", "[::1]:7"});
    EXPECT_EQ(options.address, "::1");
    EXPECT_EQ(options.port, 7);
    const std::string told =
        " is not an IP address such as 127.0.0.1 or [::1]; names are not looked up";
    for (const std::string wrong : {"localhost", "::1", "[127.0.0.1]", "[::1", "300.0.0.1"}) {
        EXPECT_EQ(
            told_of({"--world", "w", "--listen", wrong + ":0"}), "--listen: '" + wrong + "'" + told
        );
    }
}

TEST(Options, TellWhichPortsThereAre) {
    EXPECT_EQ(
        told_of({"--world", "w", "--listen", "127.0.0.1:99999"}),
        "--listen: a port is from 0 to 65535, not 99999"
    );
    EXPECT_EQ(
        told_of({"--world", "w", "--listen", "127.0.0.1:x"}), "--listen: 'x' is not a number"
    );
}

TEST(Options, HelpAlsoByOneLetter) {
    EXPECT_TRUE(parse_options({"-h"}).wants_help);
}

}  // namespace
}  // namespace cloudsim::test
