// The parts of the service that need no bus: names, the doorman's table, options, progress.
#include "bus/arguments.hpp"
#include "bus/doorman.hpp"
#include "bus/names.hpp"
#include "bus/support/stage.hpp"
#include "bus/wire.hpp"

#include <gmock/gmock.h>

#include <regex>

namespace cvmbackup::test {
namespace {

using namespace bus;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(BusNames, EscapeAsSystemdDoes) {
    EXPECT_EQ(escaped("web"), "web");
    EXPECT_EQ(escaped("db-1"), "db_2d1");
    EXPECT_EQ(escaped("1st"), "_31st");
    EXPECT_EQ(escaped("a_b"), "a_5fb");
    EXPECT_EQ(escaped("ü"), "_c3_bc");
    EXPECT_EQ(escaped(""), "_");
}

TEST(BusNames, OnlyProperWordsBecomeErrorNames) {
    EXPECT_TRUE(is_error_word("NotFound"));
    EXPECT_TRUE(is_error_word("InvalidImageName.Duplicate"));
    EXPECT_FALSE(is_error_word(""));
    EXPECT_FALSE(is_error_word("Not Found"));
    EXPECT_FALSE(is_error_word(".Found"));
    EXPECT_FALSE(is_error_word("Found."));
    EXPECT_FALSE(is_error_word("4xx"));
}

// Every method that the live service shows has a rule; nobody can add one and forget the doorman.
TEST(Doorman, KnowsEveryMethodOnTheBus) {
    Stage stage;
    (void)stage.world.run_now(PolicyName("web"), {});
    stage.service->policies_changed();
    std::vector<std::string> unknown;
    std::size_t known = 0;
    for (const char* path : {"", "/policy/web", "/job/1"}) {
        const Ended ended = stage.run(
            {"busctl",
             "--address=" + stage.bus.address(),
             "--xml-interface",
             "introspect",
             "org.cvmbackup1",
             std::string("/org/cvmbackup1") + path}
        );
        const std::regex element(R"re(<(interface|method) name="([^"]+)")re");
        std::string interface;
        for (std::sregex_iterator i(ended.out.begin(), ended.out.end(), element), end; i != end;
             ++i) {
            if ((*i)[1] == "interface") {
                interface = (*i)[2];
            } else if (interface.starts_with("org.cvmbackup1.")) {
                const std::string method = interface.substr(15) + "." + (*i)[2].str();
                rule_for(method) ? ++known : (unknown.push_back(method), 0U);
            }
        }
    }

    EXPECT_THAT(unknown, IsEmpty());
    EXPECT_EQ(known, 22U) << "the introspection was read";
}

TEST(Doorman, RefusesWhatItDoesNotKnow) {
    EXPECT_FALSE(rule_for("Manager.Shutdown"));
    EXPECT_FALSE(rule_for(""));
}

TEST(Doorman, LetsRootItsOwnUserAndItsGroupChangeThings) {
    const Doorman doorman(120, 130);
    const Rule run = *rule_for("Manager.Run");

    EXPECT_TRUE(doorman.admit(run, {0, {0}}));
    EXPECT_TRUE(doorman.admit(run, {120, {120}}));
    EXPECT_TRUE(doorman.admit(run, {1000, {1000, 130}}));
}

TEST(Doorman, TellsOthersWhoMay) {
    const Doorman doorman(120, 130);

    const auto refused = doorman.admit(*rule_for("Manager.Pause"), {1000, {1000, 27}});

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "AccessDenied");
    EXPECT_THAT(refused.error().text, HasSubstr("user 1000 may not pause"));
    EXPECT_THAT(refused.error().text, HasSubstr("members of the group cvmbackup"));
}

TEST(Doorman, LetsEverybodyRead) {
    EXPECT_TRUE(Doorman(120, 130).admit(*rule_for("Manager.ListPoints"), {65534, {65534}}));
}

TEST(Doorman, DoesNotTakeAMissingGroupForRoots) {
    EXPECT_FALSE(Doorman(120, std::nullopt).admit(*rule_for("Manager.Run"), {1000, {0}}));
}

TEST(BusOptions, TakeAnyWholeNumber) {
    const Dict values{
        {"a", std::uint64_t{7}},
        {"b", std::uint32_t{7}},
        {"c", std::int32_t{7}},
        {"d", std::int64_t{7}}};
    Options options(values);

    EXPECT_EQ(options.number("a"), 7U);
    EXPECT_EQ(options.number("b"), 7U);
    EXPECT_EQ(options.number("c"), 7U);
    EXPECT_EQ(options.number("d"), 7U);
    EXPECT_FALSE(options.finish());
}

TEST(BusOptions, ReportTheFirstProblem) {
    const Dict values{{"failed", std::string("yes")}, {"zzz", true}};
    Options options(values);

    options.flag("failed");

    EXPECT_THAT(options.finish()->text, HasSubstr("'failed' must be a boolean"));
}

TEST(BusOptions, PagesEndWhereTheRowsEnd) {
    const std::vector<int> rows{1, 2, 3, 4, 5};

    EXPECT_EQ((Page{3, 10}.of(rows)), (std::vector<int>{4, 5}));
    EXPECT_THAT((Page{9, 10}.of(rows)), IsEmpty());
    EXPECT_EQ((Page{0, 2}.of(rows)), (std::vector<int>{1, 2}));
}

TEST(JobProgress, CountsEndedBackupsAndTheStepsOfTheOthers) {
    SmallWorld world;
    world.add_policy("web");
    const auto id = *world.run_now(PolicyName("web"), {});
    JobStatus job = *world.job(id);
    job.total = 4;
    job.ended = {{Result::ok, 1}, {Result::failed, 1}};
    job.steps[0].percent = 50;
    job.steps[1].state = CopyState::planned;
    StepStatus made = job.steps[1];
    made.state = CopyState::done;
    job.steps.push_back(made);

    EXPECT_DOUBLE_EQ(progress(job), (2 + 0.5 + 0.5) / 4);
    EXPECT_EQ(step_words(job), "1 image");
    EXPECT_EQ(done(job), 2U);
}

TEST(JobProgress, IsNothingOfNothingAndAllAtTheEnd) {
    JobStatus job;

    EXPECT_DOUBLE_EQ(progress(job), 0.0);
    EXPECT_EQ(step_words(job), "waiting");
    job.run.result = Result::skipped;
    EXPECT_DOUBLE_EQ(progress(job), 1.0);
}

TEST(RpoMissed, CountsFromTheFirstSightOfAPolicyThatNeverSucceeded) {
    SmallWorld world;
    PolicyStatus& status = world.add_policy("web");
    status.last_success.reset();
    status.memory.known_since = world.now - std::chrono::hours(25);

    EXPECT_FALSE(rpo_missed(status, world.now));
    EXPECT_TRUE(rpo_missed(status, world.now + std::chrono::hours(2)));
    status.policy.rpo.reset();
    EXPECT_FALSE(rpo_missed(status, world.now + std::chrono::hours(2)));
}

}  // namespace
}  // namespace cvmbackup::test
