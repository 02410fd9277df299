// What operators ask and order, at the one door that bus and tests share.
#include "engine_world.hpp"
#include "rules/calendar.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvmbackup {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Optional;
using testing::SizeIs;

const PolicyName web("web");
const PolicyName nobody("nobody");

template <class T>
std::string code_of(const Outcome<T>& outcome) {
    return outcome ? "" : outcome.error().code;
}

TEST(Commands, AboutPoliciesThatDoNotExistAreRefused) {
    EngineWorld world(web_world(1));
    world.begin();
    Engine& engine = world.engine();

    EXPECT_EQ(code_of(engine.run_now(nobody, {})), command_code::not_found);
    EXPECT_EQ(code_of(engine.pause(nobody, std::nullopt, "")), command_code::not_found);
    EXPECT_EQ(code_of(engine.resume(nobody)), command_code::not_found);
    EXPECT_EQ(code_of(engine.policy(nobody)), command_code::not_found);
    EXPECT_EQ(code_of(engine.plan(nobody)), command_code::not_found);
    EXPECT_EQ(code_of(engine.calendar(nobody, 1)), command_code::not_found);
    EXPECT_EQ(code_of(engine.apply_plan("nobody@0123456789abcdef")), command_code::not_found);
}

TEST(Commands, AboutJobsAndPointsThatDoNotExistAreRefused) {
    EngineWorld world(web_world(1));
    world.begin();
    Engine& engine = world.engine();

    EXPECT_EQ(code_of(engine.job(RunId(99))), command_code::not_found);
    EXPECT_EQ(code_of(engine.cancel(RunId(99))), command_code::not_found);
    EXPECT_EQ(code_of(engine.backup(BackupId(99))), command_code::not_found);
    EXPECT_EQ(code_of(engine.unpin(BackupId(99))), command_code::not_found);
}

TEST(Status, TellsSinceWhenAndWhatIsUnderWay) {
    EngineWorld world(web_world(2));
    const Instant begun = world.now;
    world.run_for(10min);
    EXPECT_EQ(world.engine().status().jobs, 0U);

    world.run_for(10min);
    const DaemonStatus status = world.engine().status();

    EXPECT_EQ(status.version, "test");
    EXPECT_EQ(status.started, begun);
    EXPECT_EQ(status.now, begun + 20min);
    EXPECT_EQ(status.policies, 1U);
    EXPECT_EQ(status.jobs, 1U);
    EXPECT_EQ(status.backups_in_flight, 2U);
    EXPECT_TRUE(status.last_reload_ok);
    EXPECT_EQ(world.engine().policy(web)->running, world.engine().jobs().front().run.id);
}

TEST(Jobs, ShowEachCopyAndWhenItShouldBeComplete) {
    EngineWorld world("[timing]\ncreate = \"10min\"\ncopy = \"10min\"\n" + web_world(2));
    ASSERT_TRUE(world.run_until_done());
    const RunId job = *world.engine().run_now(web, {});
    world.run_for(3min);

    const JobStatus status = *world.engine().job(job);

    EXPECT_EQ(status.run.trigger, Trigger::manual);
    EXPECT_EQ(status.total, 2U);
    EXPECT_THAT(status.ended, IsEmpty());
    ASSERT_THAT(status.steps, SizeIs(4));
    EXPECT_EQ(status.steps[0].state, CopyState::accepted);
    EXPECT_EQ(status.steps[1].state, CopyState::planned);
    ASSERT_TRUE(status.steps[0].expected_end);
    EXPECT_GT(*status.steps[0].expected_end, world.now + 3min);
    EXPECT_LT(*status.steps[0].expected_end, world.now + 15min);
}

TEST(Jobs, SayWhenTheirBackupsBegin) {
    EngineWorld world(web_world(1));
    world.settings.policies.front().spread = 8h;
    world.run_for(16min);

    const std::vector<JobStatus> jobs = world.engine().jobs();

    ASSERT_THAT(jobs, SizeIs(1));
    ASSERT_THAT(jobs[0].steps, SizeIs(2));
    EXPECT_THAT(jobs[0].steps[0].text, HasSubstr("begins at 2027-01-04T"));
}

TEST(Jobs, AreShownAfterTheirEndToo) {
    EngineWorld world(web_world(2));
    ASSERT_TRUE(world.run_until_done());
    const auto run = world.engine().runs(web, 10).front();

    const JobStatus status = *world.engine().job(run.id);

    EXPECT_EQ(status.run, run);
    EXPECT_EQ(status.total, 2U);
    EXPECT_EQ(status.ended, (std::map<Result, std::size_t>{{Result::ok, 2U}}));
    EXPECT_THAT(status.steps, IsEmpty());
    BackupFilter filter;
    filter.run = run.id;
    EXPECT_THAT(world.engine().backups(filter), Each(Field(&Backup::run, run.id)));
    EXPECT_THAT(world.engine().backups(filter), SizeIs(2));
}

TEST(Jobs, MadeByHandTakeEachNamedInstanceOnce) {
    EngineWorld world(web_world(3));
    world.run_for(1min);
    const InstanceId second("ins-w0000002");

    ASSERT_TRUE(world.engine().run_now(web, {second, second}));
    world.run_for(1min);

    const std::vector<Backup> backups = world.all_backups();
    ASSERT_THAT(backups, SizeIs(1));
    EXPECT_EQ(backups[0].instance, second);
}

TEST(Jobs, CannotBeCancelledWhileTheyChooseTheirInstances) {
    EngineWorld world(web_world(1));
    world.run_for(1min);
    const RunId job = *world.engine().run_now(web, {});

    EXPECT_EQ(code_of(world.engine().cancel(job)), command_code::busy);

    world.run_for(1min);
    EXPECT_TRUE(world.engine().cancel(job));
}

TEST(Jobs, CutOffWhileTheyChoseSayWhyTheyFailed) {
    EngineWorld world(web_world(1));
    world.run_for(1min);
    ASSERT_TRUE(world.engine().run_now(web, {}));
    world.crash();

    world.run_for(1min);
    const auto by_hand = world.engine().runs(web, 1).front();
    EXPECT_EQ(by_hand.result, Result::failed);
    EXPECT_THAT(by_hand.note, HasSubstr("run it again"));

    ASSERT_TRUE(world.engine().run_now(web, {}));
    world.crash();
    world.settings.policies.clear();
    world.run_for(1min);
    const auto of_removed = world.engine().runs(web, 1).front();
    EXPECT_EQ(of_removed.result, Result::failed);
    EXPECT_THAT(of_removed.note, HasSubstr("the policy was removed"));
}

TEST(Calendar, ShowsTheNextFiringsOfAllPoliciesInTheirOrder) {
    EngineWorld world(web_world(1));
    Policy late = web_policy();
    late.name = PolicyName("late");
    late.schedule = {*parse_calendar("22:00").expression};
    world.settings.policies = {late, web_policy()};
    world.begin();

    const std::vector<CalendarEntry> entries = *world.engine().calendar(std::nullopt, 2);

    ASSERT_THAT(entries, SizeIs(4));
    EXPECT_EQ(entries[0].policy, web);
    EXPECT_EQ(to_rfc3339(entries[0].at), "2027-01-04T02:15:00Z");
    EXPECT_EQ(entries[1].policy, late.name);
    EXPECT_EQ(to_rfc3339(entries[3].at), "2027-01-05T22:00:00Z");
    EXPECT_THAT(*world.engine().calendar(late.name, 3), SizeIs(3));
}

TEST(Pause, EndsAtOnceWhenThePolicyIsResumed) {
    EngineWorld world(web_world(1));
    world.begin();
    ASSERT_TRUE(world.engine().pause(web, std::nullopt, "moving"));
    EXPECT_TRUE(world.engine().policy(web)->paused);

    ASSERT_TRUE(world.engine().resume(web));
    world.run_for(20min);

    EXPECT_FALSE(world.engine().policy(web)->paused);
    EXPECT_THAT(world.engine().policy(web)->memory.pause_reason, IsEmpty());
    EXPECT_THAT(world.engine().runs(web, 10), SizeIs(1));
}

TEST(Pause, ThatWouldAlreadyBeOverIsRefused) {
    EngineWorld world(web_world(1));
    world.begin();

    EXPECT_EQ(code_of(world.engine().pause(web, world.now, "")), command_code::invalid_argument);
    EXPECT_FALSE(world.engine().policy(web)->paused);
}

TEST(Reloading, RefusesAnotherCatalogAndKeepsTheOldSettings) {
    EngineWorld world(web_world(1));
    world.run_for(1min);
    world.settings.catalog_path = "/elsewhere/catalog.db";
    world.settings.policies.clear();

    EXPECT_EQ(code_of(world.engine().reload()), command_code::bad_configuration);

    const DaemonStatus status = world.engine().status();
    EXPECT_FALSE(status.last_reload_ok);
    EXPECT_EQ(status.last_reload, world.now);
    EXPECT_THAT(status.last_reload_text, HasSubstr("catalog.path"));
    EXPECT_EQ(status.policies, 1U);
}

TEST(Plans, OfAllPoliciesNameEveryCopyOnce) {
    EngineWorld world(web_world(2));
    ASSERT_TRUE(world.run_until_done());

    const Plan plan = *world.engine().plan(std::nullopt);

    EXPECT_THAT(plan.decisions, SizeIs(4));
    EXPECT_THAT(plan.decisions, Each(Field(&Decision::keep, true)));
    EXPECT_THAT(plan.policies, SizeIs(1));
}

TEST(Pinning, OfABackupThatIsUnderWayIsRefused) {
    EngineWorld world(web_world(1));
    world.run_for(20min);

    const BackupId running = world.newest_backup().id;

    EXPECT_EQ(code_of(world.engine().pin(running, std::nullopt, "")), command_code::busy);
}

TEST(Exports, OnceADayAreNotMadeTwiceADay) {
    EngineWorld world(web_world(1));
    Policy policy = web_policy();
    policy.replicas.clear();
    policy.schedule = {*parse_calendar("02:15").expression, *parse_calendar("14:15").expression};
    policy.exported = ExportTarget{
        BucketName("ops-backup-1250000000"),
        "web/{instance}/{time}",
        ExportFormat::qcow2,
        Every::day,
        policy.keep};
    world.settings.policies = {policy};

    world.run_for(std::chrono::days(2));

    EXPECT_EQ(world.calls("CreateImage"), 4U);
    EXPECT_THAT(world.keys(), SizeIs(2));
}

// A daemon that stops while the cloud works on a creation whose answer is not there yet.
TEST(Stopping, WaitsForTheAnswerOfACallAndBeginsNothingNew) {
    EngineWorld world(web_world(1));
    world.begin();
    ASSERT_TRUE(world.life->clock.run_until(world.now + 1h, [&] {
        return world.calls("CreateImage") == 1;
    }));
    bool idle = false;
    world.engine().stop([&] { idle = true; });
    EXPECT_FALSE(idle);

    world.run_for(1min);

    EXPECT_TRUE(idle);
    EXPECT_EQ(world.newest_backup().copies[0].state, CopyState::accepted);
    EXPECT_EQ(world.calls("SyncImages"), 0U);
    world.crash();
    ASSERT_TRUE(world.run_until_done());
    EXPECT_EQ(world.newest_backup().result, Result::ok);
    EXPECT_EQ(world.calls("CreateImage"), 1U);
}

TEST(Stopping, IsDoneAtOnceWhereNothingIsUnderWay) {
    EngineWorld world(web_world(1));
    world.run_for(1min);
    bool idle = false;

    world.engine().stop([&] { idle = true; });

    EXPECT_TRUE(idle);
    world.run_for(1h);
    EXPECT_EQ(world.calls("CreateImage"), 0U);
}

}  // namespace
}  // namespace cvmbackup
