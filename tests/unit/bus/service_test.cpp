// The service as any local program sees it: methods, errors, limits, who may do what.
#include "bus/support/stage.hpp"

#include <gmock/gmock.h>

#include <unistd.h>

// sdbus-c++ 1.2 forgets an sd_bus that could not connect to its address; that leak is not ours.
#if !defined(__has_feature)
#define __has_feature(name) 0
#endif
#if __has_feature(address_sanitizer)
#include <sanitizer/lsan_interface.h>
using LeaksOfOthers = __lsan::ScopedDisabler;
#else
struct LeaksOfOthers {
    ~LeaksOfOthers() {}
};
#endif

namespace cvmbackup::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class BusServiceTest : public ::testing::Test {
protected:
    Stage stage_;
};

TEST_F(BusServiceTest, RunAnswersAtOnceWithTheJobsPath) {
    const Ended ended = stage_.call("Run sasa{sv} web 0 0");

    EXPECT_EQ(ended.out, "o \"/org/cvmbackup1/job/1\"\n");
    EXPECT_EQ(stage_.world.known_jobs.size(), 1U);
}

TEST_F(BusServiceTest, RunPassesEachInstanceOnce) {
    stage_.call("Run sasa{sv} web 3 ins-2 ins-1 ins-2 0");

    EXPECT_THAT(stage_.world.last_instances, ElementsAre(InstanceId("ins-1"), InstanceId("ins-2")));
}

TEST_F(BusServiceTest, AFailureKeepsItsCodeAndItsWords) {
    const Ended ended = stage_.run(
        {"busctl",
         "--address=" + stage_.bus.address(),
         "--verbose",
         "call",
         "org.cvmbackup1",
         "/org/cvmbackup1",
         "org.cvmbackup1.Manager",
         "Resume",
         "sa{sv}",
         "nightly",
         "0"}
    );

    EXPECT_NE(ended.code, 0);
    EXPECT_THAT(ended.err, HasSubstr("there is no policy 'nightly'"));
}

TEST_F(BusServiceTest, AnUnknownOptionIsRefused) {
    EXPECT_THAT(
        stage_.call("Run sasa{sv} web 0 1 interactive b true").err,
        HasSubstr("unknown option 'interactive'")
    );
    EXPECT_THAT(
        stage_.call("Status a{sv} 1 verbose b true").err, HasSubstr("unknown option 'verbose'")
    );
    EXPECT_TRUE(stage_.world.known_jobs.empty());
}

TEST_F(BusServiceTest, ArgumentsBeyondTheirLimitsAreRefused) {
    const std::string long_name(129, 'x');

    EXPECT_THAT(stage_.call("GetPolicy sa{sv} " + long_name + " 0").err, HasSubstr("too long"));
    EXPECT_THAT(stage_.call("GetPolicy sa{sv} '' 0").err, HasSubstr("is empty"));
    EXPECT_THAT(stage_.call("Show ta{sv} 0 0").err, HasSubstr("no number 0"));
    EXPECT_THAT(
        stage_.call("Run sasa{sv} web 1 ins/../x 0").err, HasSubstr("is not an instance's id")
    );
    EXPECT_THAT(stage_.call("Pause stsa{sv} web 1 because 0").err, HasSubstr("is in the past"));
    EXPECT_THAT(stage_.call("Pause stsa{sv} web 0 '' 0").err, HasSubstr("the reason is empty"));
    EXPECT_THAT(
        stage_.call("Pause stsa{sv} web 18446744073709551615 x 0").err, HasSubstr("year 9999")
    );
    EXPECT_THAT(stage_.call("Calendar sua{sv} web 1001 0").err, HasSubstr("1 to 1000"));
    EXPECT_THAT(
        stage_.call("ListBackups a{sv} 1 limit t 1001").err, HasSubstr("'limit' must be 1 to 1000")
    );
    EXPECT_THAT(stage_.call("ListBackups a{sv} 1 offset s five").err, HasSubstr("whole number"));
    EXPECT_THAT(stage_.call("ListBackups a{sv} 1 policy b true").err, HasSubstr("a string"));
}

TEST_F(BusServiceTest, ABugIsToldToTheLogAndNotToTheCaller) {
    stage_.world.broken = true;

    const Ended ended = stage_.call("ListPolicies a{sv} 0");
    stage_.world.broken = false;

    EXPECT_THAT(ended.err, HasSubstr("its log says more"));
    EXPECT_THAT(ended.err, ::testing::Not(HasSubstr("/internal/details")));
    EXPECT_THAT(stage_.log.texts, ElementsAre(HasSubstr("a bug with /internal/details")));
    EXPECT_EQ(stage_.call("ListPolicies a{sv} 0").code, 0) << "and it goes on";
}

TEST_F(BusServiceTest, TimesAreMicrosecondsAndRowsAreDictionaries) {
    const Ended ended = stage_.run(
        {"busctl",
         "--address=" + stage_.bus.address(),
         "--json=short",
         "call",
         "org.cvmbackup1",
         "/org/cvmbackup1",
         "org.cvmbackup1.Manager",
         "Calendar",
         "sua{sv}",
         "web",
         "1",
         "0"}
    );

    EXPECT_EQ(
        ended.out,
        R"({"type":"aa{sv}","data":[[{"at_usec":{"type":"t","data":1799086500000000},)"
        R"("policy":{"type":"s","data":"web"},"zone":{"type":"s","data":"Asia/Shanghai"}}]]})"
        "\n"
    );
}

TEST_F(BusServiceTest, AJobsStepsArePagedThoseAtWorkFirst) {
    stage_.call("Run sasa{sv} web 0 0");
    JobStatus& job = stage_.world.known_jobs.at(RunId(1));
    job.steps[0].state = CopyState::planned;

    const Ended ended = stage_.call("GetJob ta{sv} 1 1 limit t 1");

    EXPECT_THAT(ended.out, HasSubstr("\"steps_total\" t 2"));
    EXPECT_THAT(ended.out, HasSubstr("web-2"));
    EXPECT_THAT(ended.out, ::testing::Not(HasSubstr("web-1")));
}

TEST_F(BusServiceTest, AThousandRowsFitIntoOneAnswer) {
    for (std::int64_t id = 1; id <= 1500; ++id) {
        stage_.world.add_backup(id, Result::ok);
    }

    const Ended first = stage_.call("ListBackups a{sv} 1 limit t 1000");
    const Ended second = stage_.call("ListBackups a{sv} 2 limit t 1000 offset t 1000");

    EXPECT_THAT(first.out, ::testing::StartsWith("aa{sv} 1000 "));
    EXPECT_THAT(second.out, ::testing::StartsWith("aa{sv} 500 "));
}

TEST_F(BusServiceTest, OthersMayReadButNotChange) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "needs root to become somebody else";
    }
    const std::vector<std::string> as_nobody{
        "setpriv",
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
        CVMBACKUPCTL,
        "--bus",
        stage_.bus.address()};
    const auto with = [&as_nobody](std::vector<std::string> words) {
        words.insert(words.begin(), as_nobody.begin(), as_nobody.end());
        return words;
    };

    const Ended read = stage_.run(with({"policies"}));
    const Ended change = stage_.run(with({"run", "web"}));

    EXPECT_EQ(read.code, 0) << read.err;
    EXPECT_EQ(change.code, 5) << change.err;
    EXPECT_THAT(change.err, HasSubstr("user 65534 may not run: only root"));
    EXPECT_THAT(stage_.world.known_jobs, IsEmpty());
    EXPECT_THAT(stage_.log.texts, ElementsAre("bus call Manager.Run of user 65534 refused"));
}

TEST_F(BusServiceTest, EachChangeIsLoggedWithItsUser) {
    stage_.call("Pause stsa{sv} web 0 upgrade 0");
    stage_.call("Status a{sv} 0");

    const std::string user = std::to_string(::geteuid());
    EXPECT_THAT(stage_.log.texts, ElementsAre("bus call Manager.Pause of user " + user + " done"));
}

TEST_F(BusServiceTest, AJobCanBeCancelledAtItsOwnObject) {
    stage_.call("Run sasa{sv} web 0 0");

    const Ended ended = stage_.run(
        {"busctl",
         "--address=" + stage_.bus.address(),
         "call",
         "org.cvmbackup1",
         "/org/cvmbackup1/job/1",
         "org.cvmbackup1.Job",
         "Cancel",
         "a{sv}",
         "0"}
    );

    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_EQ(stage_.world.known_jobs.at(RunId(1)).run.result, Result::cancelled);
}

TEST_F(BusServiceTest, ASecondDaemonOnTheSameBusIsToldSo) {
    const auto second =
        BusService::open(stage_.io.get_executor(), stage_.bus.address(), stage_.world, stage_.log);

    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, "AlreadyRunning");
    EXPECT_THAT(second.error().text, HasSubstr("another cvmbackupd is running on the bus"));
}

TEST_F(BusServiceTest, TheNameIsFreeAgainAfterStop) {
    stage_.service->stop();
    stage_.service->stop();

    const auto second =
        BusService::open(stage_.io.get_executor(), stage_.bus.address(), stage_.world, stage_.log);

    EXPECT_TRUE(second);
}

TEST_F(BusServiceTest, TheEndOfTheBusIsReportedOnce) {
    stage_.bus.kill();
    stage_.run_until([this] { return !stage_.lost.empty(); });

    EXPECT_FALSE(stage_.lost.empty());
    stage_.service->policies_changed();
    stage_.service->stop();
}

TEST(BusServiceOpen, ABusThatIsNotThereIsNamedWithAdvice) {
    boost::asio::io_context io;
    SmallWorld world;
    RecordedNotices log;
    const LeaksOfOthers disabled;

    const auto opened =
        BusService::open(io.get_executor(), "unix:path=/nonexistent/bus", world, log);

    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, "BusUnreachable");
    EXPECT_THAT(opened.error().text, HasSubstr("'unix:path=/nonexistent/bus'"));
    EXPECT_THAT(opened.error().text, HasSubstr("is a message bus running there?"));
}

}  // namespace
}  // namespace cvmbackup::test
