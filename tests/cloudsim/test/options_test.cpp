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

TEST(Clock, WantsAllOfItsParts) {
    EXPECT_THROW(parse_clock("from=2027-01-04T00:00:00Z at=0"), UsageError);
    EXPECT_THROW(parse_clock("from=yesterday at=0 speed=1"), UsageError);
    EXPECT_THROW(parse_clock("from=2027-01-04T00:00:00Z at=now speed=1"), UsageError);
    EXPECT_THROW(parse_clock("from=2027-01-04T00:00:00Z at=0 speed=1 pace=2"), UsageError);
}

}  // namespace
}  // namespace cloudsim::test
