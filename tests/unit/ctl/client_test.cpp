// cvmbackupctl as people and scripts use it, against the real service on a private bus. What it
// prints is compared with tests/golden/ctl/: a difference there is a change of the contract
// (CVMBACKUP_UPDATE_GOLDEN=1 writes the files anew).
#include "bus/support/stage.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace cvmbackup::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

void expect_golden(const std::string& name, const std::string& text) {
    const std::string path = std::string(CVMBACKUP_GOLDEN) + "/" + name;
    if (std::getenv("CVMBACKUP_UPDATE_GOLDEN") != nullptr) {
        std::ofstream(path) << text;
    }
    std::stringstream expected;
    expected << std::ifstream(path).rdbuf();
    EXPECT_EQ(text, expected.str()) << "differs from " << path;
}

class Client : public ::testing::Test {
protected:
    // Two policies, a job in progress, two backups, a plan.
    void SetUp() override {
        SmallWorld& world = stage_.world;
        PolicyStatus& db = world.add_policy("db");
        db.paused = true;
        db.memory.paused_at = world.now - std::chrono::hours(1);
        db.memory.pause_reason = "upgrade";
        db.next_run.reset();
        world.known_jobs[RunId(1)].run = {
            RunId(1),
            PolicyName("web"),
            Trigger::schedule,
            at("2027-01-03T18:15:00Z"),
            at("2027-01-03T18:15:01Z"),
            at("2027-01-03T18:50:00Z"),
            Result::partial,
            false,
            "1 of 2 backups failed",
            0,
            {}};
        world.known_policies[PolicyName("web")].last_run = world.known_jobs[RunId(1)].run;
        world.add_backup(1, Result::ok);
        world.add_backup(2, Result::failed);
        (void)world.run_now(PolicyName("web"), {});
        world.make_progress(RunId(2), 45);
        world.known_plan.decisions = {
            decision(1, true, "daily 1 of 7"), decision(2, false, "no rule keeps it")};
    }

    void when_asked_about_job_3(std::function<void(int times)> act) {
        stage_.world.on_job_asked = [act = std::move(act), times = 0](RunId id) mutable {
            if (id == RunId(3)) {
                act(++times);
            }
        };
    }

    // Job 3 gets so far, and the bus tells of it.
    void go_on(int percent) {
        stage_.world.make_progress(RunId(3), percent);
        stage_.service->policies_changed();
    }

    static Decision decision(std::int64_t backup, bool keep, const std::string& reason) {
        return {
            BackupId(backup),
            CopyId(backup),
            PolicyName("web"),
            InstanceId("ins-00000001"),
            CopyKind::image,
            {AccountName("prod"), Region("ap-guangzhou")},
            at("2027-01-03T18:15:00Z"),
            keep,
            reason};
    }

    void expect_table_and_json(const std::string& name, const std::string& words, int code = 0) {
        const Ended table = stage_.ctl(words);
        const Ended json = stage_.ctl("--json " + words);

        EXPECT_EQ(table.code, code) << table.err;
        EXPECT_EQ(json.code, code) << json.err;
        expect_golden(name + ".txt", table.out);
        expect_golden(name + ".json", json.out);
    }

    Stage stage_;
};

TEST_F(Client, ShowsTheStatus) {
    expect_table_and_json("status", "status");
}

TEST_F(Client, ShowsPolicies) {
    expect_table_and_json("policies", "policies");
}

TEST_F(Client, ShowsOnePolicy) {
    expect_table_and_json("policy", "policy web");
}

TEST_F(Client, ShowsJobs) {
    expect_table_and_json("jobs", "jobs --steps");
}

TEST_F(Client, ShowsRuns) {
    expect_table_and_json("runs", "runs");
}

TEST_F(Client, ShowsBackups) {
    expect_table_and_json("backups", "backups");
}

TEST_F(Client, ShowsRecoveryPoints) {
    expect_table_and_json("points", "points --policy web");
}

TEST_F(Client, ShowsOneBackup) {
    expect_table_and_json("show", "show 1");
}

TEST_F(Client, ShowsThePlan) {
    expect_table_and_json("plan", "plan");
    expect_golden("plan_all.txt", stage_.ctl("plan web --all").out);
}

TEST_F(Client, ShowsTheCalendar) {
    expect_table_and_json("calendar", "calendar web --count 2");
}

TEST_F(Client, SaysLoudlyThatTheClockIsScaled) {
    stage_.world.daemon.clock_speed = 1440;

    EXPECT_THAT(stage_.ctl("status").out, HasSubstr("SCALED CLOCK: time runs 1440 times"));
    EXPECT_THAT(stage_.ctl("status --json").out, HasSubstr("\"clock_speed\": 1440"));
}

TEST_F(Client, EndsWithSevenWhenAnRpoIsMissed) {
    stage_.world.known_policies[PolicyName("web")].last_success = at("2027-01-02T00:00:00Z");

    const Ended ended = stage_.ctl("status");

    EXPECT_EQ(ended.code, 7);
    EXPECT_THAT(
        ended.out,
        HasSubstr("Policy web has missed its rpo of 1d 2h: its last success was due 2d 8h ago.")
    );
    EXPECT_EQ(stage_.ctl("status --json").code, 7);
}

TEST_F(Client, BeginsARun) {
    stage_.world.finish(RunId(2), Result::ok);

    EXPECT_EQ(stage_.ctl("run web").out, "Job 3 has begun; see cvmbackupctl jobs.\n");
    stage_.world.finish(RunId(3), Result::ok);
    EXPECT_EQ(
        stage_.ctl("run web --instance ins-1 --json").out,
        "{\n  \"job\": 4,\n  \"path\": \"/org/cvmbackup1/job/4\"\n}\n"
    );
    EXPECT_EQ(stage_.world.last_instances, std::vector{InstanceId("ins-1")});
}

TEST_F(Client, PausesAndResumes) {
    const Ended paused = stage_.ctl("pause web --until 2h --reason upgrade");
    const PolicyMemory memory = stage_.world.known_policies[PolicyName("web")].memory;
    const Ended resumed = stage_.ctl("resume web");

    EXPECT_EQ(paused.out, "Policy web is paused until 2027-01-04 18:00:00 CST.\n") << paused.err;
    EXPECT_EQ(memory.paused_until, at("2027-01-04T10:00:00Z")) << "from the daemon's now";
    EXPECT_EQ(memory.pause_reason, "upgrade");
    EXPECT_THAT(resumed.out, HasSubstr("is active; its next run is due 2027-01-05 02:15:00 CST"));
    EXPECT_FALSE(stage_.world.known_policies[PolicyName("web")].paused);
}

TEST_F(Client, PinsAndUnpinsARecoveryPoint) {
    const Ended pinned = stage_.ctl("pin 1 --until 2d --reason upgrade");
    const Ended shown = stage_.ctl("show 1");
    const Ended unpinned = stage_.ctl("unpin 1");

    EXPECT_EQ(pinned.out, "Recovery point 1 is kept until 2027-01-06 16:00:00 CST.\n")
        << pinned.err;
    EXPECT_THAT(shown.out, HasSubstr("until 2027-01-06 16:00:00 CST: upgrade"));
    EXPECT_EQ(unpinned.out, "Recovery point 1 follows the rules of its policy again.\n");
    EXPECT_THAT(stage_.ctl("show 1").out, Not(HasSubstr("upgrade")));
    EXPECT_EQ(stage_.ctl("pin 77 --reason upgrade").code, 4);
    EXPECT_EQ(stage_.ctl("pin 1").code, 2) << "a pin needs a reason";
}

TEST_F(Client, ShowsWhatStopsAPlanAndAppliesIt) {
    const PolicyName web("web");
    const BrakeStop stop{BrakeReason::many, "9 of 10 copies would be deleted at once"};
    stage_.world.known_plan.policies = {{web, "web@0123456789abcdef", 9, 1, {stop}, {}}};
    stage_.world.known_policies[web].stops = {stop};

    const Ended plan = stage_.ctl("plan web");
    const Ended status = stage_.ctl("status");
    const Ended applied = stage_.ctl("apply web@0123456789abcdef");
    const Ended changed = stage_.ctl("apply web@ffffffffffffffff");

    EXPECT_THAT(plan.out, HasSubstr("are stopped: 9 of 10 copies would be deleted at once."));
    EXPECT_THAT(plan.out, HasSubstr("cvmbackupctl apply web@0123456789abcdef"));
    EXPECT_THAT(status.out, HasSubstr("Policy web deletes nothing: 9 of 10 copies"));
    EXPECT_EQ(applied.out, "9 copies will be deleted now.\n") << applied.err;
    EXPECT_EQ(changed.code, 8);
    EXPECT_EQ(stage_.ctl("apply web").code, 2);
}

TEST_F(Client, CancelsAJob) {
    EXPECT_THAT(stage_.ctl("cancel 2").out, StartsWith("Job 2 is being cancelled"));
    EXPECT_EQ(stage_.world.known_jobs[RunId(2)].run.result, Result::cancelled);
}

TEST_F(Client, ReloadsAndShowsEveryConfigurationError) {
    EXPECT_EQ(stage_.ctl("reload").out, "Configuration read again: 2 policies.\n");
    stage_.world.reload_problem =
        "web.toml:3:1: error: unknown key\nweb.toml:9:1: error: too short";

    const Ended refused = stage_.ctl("reload");

    EXPECT_EQ(refused.code, 78);
    EXPECT_EQ(
        refused.err,
        "cvmbackupctl: web.toml:3:1: error: unknown key\nweb.toml:9:1: error: too short\n"
    );
    EXPECT_THAT(stage_.ctl("status").out, HasSubstr("found errors; the settings before it"));
}

TEST_F(Client, TellsScriptsWhatWentWrong) {
    EXPECT_EQ(stage_.ctl("policy nightly").code, 4);
    EXPECT_EQ(stage_.ctl("show 77").code, 4);
    EXPECT_EQ(stage_.ctl("run web").code, 6);
    EXPECT_EQ(stage_.ctl("calendar --count 5000").code, 2);
    EXPECT_EQ(stage_.ctl("pause web --reason x --until 2020-01-01T00:00:00Z").code, 2);
    EXPECT_EQ(
        stage_.ctl("--json policy nightly").err,
        "{\n"
        "  \"error\": {\n"
        "    \"exit\": 4,\n"
        "    \"name\": \"NotFound\",\n"
        "    \"text\": \"there is no policy 'nightly'\"\n"
        "  }\n"
        "}\n"
    );
}

TEST_F(Client, PagesThroughLongLists) {
    for (std::int64_t id = 3; id <= 1200; ++id) {
        stage_.world.add_backup(id, Result::ok);
    }

    const auto lines = [this](const std::string& words) {
        const std::string out = stage_.ctl("--no-legend " + words).out;
        return std::count(out.begin(), out.end(), '\n');
    };

    EXPECT_EQ(lines("backups --limit 0"), 1200);
    EXPECT_EQ(lines("backups --limit 700"), 700);
    EXPECT_EQ(lines("backups"), 100);
    EXPECT_EQ(lines("backups --failed"), 1);
    EXPECT_THAT(stage_.ctl("backups").out, HasSubstr("100 backups shown; --limit 0 shows all."));
}

TEST_F(Client, SaysInWordsThatAListIsEmpty) {
    stage_.world.known_jobs.clear();
    stage_.world.known_backups.clear();
    stage_.world.known_policies.clear();
    stage_.world.known_plan.decisions.clear();

    EXPECT_EQ(stage_.ctl("jobs").out, "No job is in progress.\n");
    EXPECT_EQ(stage_.ctl("policies").out, "No policies are configured.\n");
    EXPECT_EQ(stage_.ctl("runs").out, "No runs yet.\n");
    EXPECT_EQ(stage_.ctl("backups").out, "No backups match.\n");
    EXPECT_EQ(stage_.ctl("points").out, "No recovery points match.\n");
    EXPECT_EQ(stage_.ctl("plan").out, "There are no copies to decide on.\n");
    EXPECT_EQ(stage_.ctl("calendar").out, "No run is scheduled.\n");
    EXPECT_EQ(stage_.ctl("backups --json").out, "[]\n");
}

TEST_F(Client, UsesColourOnATerminalOnly) {
    EXPECT_THAT(stage_.ctl("backups", true).out, HasSubstr("\033[31mfailed\033[0m"));
    EXPECT_THAT(stage_.ctl("backups").out, Not(HasSubstr("\033")));
}

TEST_F(Client, WaitsForARunAndEndsWithItsResult) {
    stage_.world.finish(RunId(2), Result::ok);
    when_asked_about_job_3([this](int times) {
        if (times < 4) {
            go_on(times);
        } else if (times == 4) {
            stage_.world.finish(RunId(3), Result::partial);
        }
    });

    const Ended ended = stage_.ctl("run web --wait");

    EXPECT_EQ(ended.code, 3) << ended.err;
    EXPECT_THAT(ended.out, StartsWith("Job 3 (web): 0 of 2 done, 1%: 2 images\n"));
    EXPECT_THAT(ended.out, HasSubstr("Job 3 (web) ended partial: 2 partial, in 12min"));
    EXPECT_THAT(ended.out, Not(HasSubstr("\033")));
}

TEST_F(Client, RedrawsALinePerBackupOnATerminal) {
    stage_.world.finish(RunId(2), Result::ok);
    when_asked_about_job_3([this](int times) {
        stage_.world.now += std::chrono::minutes(1);
        if (times < 6) {
            go_on(15 * (times - 1));
        } else if (times == 6) {
            stage_.world.finish(RunId(3), Result::ok);
        }
    });

    const Ended ended = stage_.ctl("run web --wait", true);

    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_THAT(
        ended.out,
        AllOf(
            HasSubstr("web-1 (ins-00000001)  image 0%"),
            HasSubstr("web-2 (ins-00000002)  image 45%"),
            HasSubstr("ends in "),
            HasSubstr("\033[3A\033[J"),
            HasSubstr("ended \033[32mok\033[0m: 2 ok")
        )
    );
}

TEST_F(Client, WaitingWithJsonPrintsOneDocumentAtTheEnd) {
    stage_.world.finish(RunId(2), Result::ok);
    when_asked_about_job_3([this](int times) {
        if (times < 4) {
            go_on(times);
        } else if (times == 4) {
            stage_.world.known_backups[0].run = RunId(3);
            stage_.world.finish(RunId(3), Result::failed);
        }
    });

    const Ended ended = stage_.ctl("--json run web --wait");

    EXPECT_EQ(ended.code, 1) << ended.err;
    EXPECT_THAT(ended.out, AllOf(StartsWith("{\n  \"backups\": [\n"), Not(HasSubstr("\"steps\""))));
    EXPECT_THAT(ended.out, HasSubstr("\"result\": \"failed\""));
}

TEST_F(Client, SaysHowToFindADaemonThatDoesNotAnswer) {
    stage_.service->stop();

    const Ended ended = stage_.ctl("status");

    EXPECT_EQ(ended.code, 69);
    EXPECT_THAT(ended.err, HasSubstr("cvmbackupd does not answer on the bus"));
    EXPECT_THAT(ended.err, HasSubstr("is cvmbackupd running there?"));
}

TEST_F(Client, DoesNotMindAReaderThatHasGoneAway) {
    const Ended ended = stage_.run(
        {"sh",
         "-c",
         std::string("{ ") + CVMBACKUPCTL + " --bus " + stage_.bus.address() +
             " backups; echo $? >&2; } | true"}
    );

    EXPECT_EQ(ended.err, "0\n");
}

TEST_F(Client, NoticesAFullDisk) {
    const Ended ended = stage_.run(
        {"sh",
         "-c",
         std::string(CVMBACKUPCTL) + " --bus " + stage_.bus.address() + " backups > /dev/full"}
    );

    EXPECT_EQ(ended.code, 1);
    EXPECT_THAT(ended.err, HasSubstr("cannot write the output"));
}

}  // namespace
}  // namespace cvmbackup::test
