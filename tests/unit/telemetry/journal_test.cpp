// The complete lines an operator reads.
#include "telemetry/journal.hpp"

#include "telemetry/observers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvmbackup::test {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::Pair;

class RecordingLog : public Log {
public:
    void write(const LogLine& line) override { lines.push_back(line); }

    std::vector<LogLine> lines;
};

const Instant due = *parse_rfc3339("2027-01-04T02:15:00Z");

class JournalTest : public testing::Test {
protected:
    void SetUp() override {
        run.id = RunId(12);
        run.policy = PolicyName("web");
        run.due = due;
        run.started = due;
        backup.id = BackupId(17);
        backup.run = RunId(12);
        backup.policy = PolicyName("web");
        backup.instance = InstanceId("ins-00000001");
        backup.instance_name = "web-1";
        copy.id = CopyId(30);
        copy.backup = BackupId(17);
        copy.place.region = Region("ap-shanghai");
        copy.bucket = BucketName("ops-1250000000");
        copy.image = ImageId("img-1");
        copy.size_gib = 50;
        copy.intended_at = due;
        copy.settled_at = due + 12min;
    }

    LogLine said(const Fact& fact) {
        log.lines.clear();
        journal.observe(fact);
        return log.lines.size() == 1 ? log.lines[0] : LogLine{LogLevel::error, "not one line", {}};
    }

    LogLine change(CopyState before, CopyState after) {
        copy.state = after;
        return said(CopyChanged{PolicyName("web"), InstanceId("ins-00000001"), before, copy});
    }

    RecordingLog log;
    Journal journal{log};
    cvmbackup::Run run;
    Backup backup;
    Copy copy;
};

TEST_F(JournalTest, TellsTheBeginAndTheEndOfARunWithItsCounts) {
    EXPECT_EQ(
        said(RunStarted{run, 8, 2}),
        (LogLine{
            LogLevel::info,
            "web: run 12 begins (schedule, due 2027-01-04T02:15:00Z): 8 backups, 2 skipped",
            {{"CVMBACKUP_POLICY", "web"}, {"CVMBACKUP_JOB", "12"}}})
    );
    backup.result = Result::ok;
    said(BackupFinished{backup});
    said(BackupFinished{backup});
    backup.result = Result::failed;
    said(BackupFinished{backup});
    run.result = Result::partial;
    run.finished = due + 63min;
    run.note = "the quota was full";

    EXPECT_EQ(
        said(RunFinished{run}),
        (LogLine{
            LogLevel::warning,
            "web: run 12 is partial after 1h 3min: 2 ok, 1 failed; the quota was full",
            {{"CVMBACKUP_POLICY", "web"}, {"CVMBACKUP_JOB", "12"}}})
    );
}

TEST_F(JournalTest, DoesNotPretendToHaveCountedBeforeARestart) {
    backup.result = Result::ok;
    said(BackupFinished{backup});
    run.result = Result::ok;
    run.finished = due + 1h;

    EXPECT_EQ(said(RunFinished{run}).text, "web: run 12 is ok after 1h: since the restart 1 ok");
}

TEST_F(JournalTest, TellsACompleteCopyWithNameSizeAndTime) {
    said(BackupStarted{backup});

    EXPECT_EQ(
        change(CopyState::accepted, CopyState::done),
        (LogLine{
            LogLevel::info,
            "web: ins-00000001 (web-1): image img-1 is complete (50 GiB, 12min)",
            {{"CVMBACKUP_POLICY", "web"},
             {"CVMBACKUP_JOB", "12"},
             {"CVMBACKUP_BACKUP", "17"},
             {"CVMBACKUP_INSTANCE", "ins-00000001"}}})
    );
}

TEST_F(JournalTest, TellsWhyACopyFailedAndWhichRequestItWas) {
    copy.kind = CopyKind::replica;
    copy.code = "InvalidImageId.NotFound";
    copy.reason = "the source image is gone";
    copy.request_id = "0b1c";

    const LogLine line = change(CopyState::intended, CopyState::failed);

    EXPECT_EQ(line.level, LogLevel::warning);
    EXPECT_EQ(
        line.text,
        "web: ins-00000001: replica img-1 in ap-shanghai failed: the source image is gone "
        "(code InvalidImageId.NotFound, request 0b1c)"
    );
    EXPECT_THAT(line.fields, Contains(Pair("CVMBACKUP_REQUEST_ID", "0b1c")));
}

TEST_F(JournalTest, TellsWhatIsSkippedAndWhy) {
    copy.kind = CopyKind::exported;
    copy.reason = "Windows images cannot be exported";

    const LogLine line = change(CopyState::planned, CopyState::skipped);

    EXPECT_EQ(line.level, LogLevel::info);
    EXPECT_EQ(
        line.text,
        "web: ins-00000001: export to ops-1250000000 is skipped: Windows images cannot be exported"
    );
}

TEST_F(JournalTest, TellsIntermediateStatesAtDebugOnly) {
    EXPECT_EQ(change(CopyState::planned, CopyState::intended).level, LogLevel::debug);
    EXPECT_EQ(change(CopyState::intended, CopyState::accepted).level, LogLevel::debug);
}

TEST_F(JournalTest, TellsDeletionsAndTheirFailures) {
    EXPECT_EQ(
        change(CopyState::done, CopyState::deleting).text,
        "web: ins-00000001: image img-1 is being deleted"
    );
    EXPECT_EQ(
        change(CopyState::deleting, CopyState::deleted).text,
        "web: ins-00000001: image img-1 is deleted"
    );
    EXPECT_EQ(
        change(CopyState::deleting, CopyState::done).text,
        "web: ins-00000001: image img-1 is still there, and is judged anew"
    );
    copy.reason = "it could not be deleted: somebody shared it";
    for (const CopyState after : {CopyState::deleting, CopyState::done}) {
        EXPECT_EQ(
            change(CopyState::deleting, after),
            (LogLine{
                LogLevel::warning,
                "web: ins-00000001: image img-1 is not deleted: it could not be deleted: somebody "
                "shared it",
                {{"CVMBACKUP_POLICY", "web"},
                 {"CVMBACKUP_BACKUP", "17"},
                 {"CVMBACKUP_INSTANCE", "ins-00000001"}}})
        );
    }
}

TEST_F(JournalTest, WarnsOfACopyThatVanished) {
    const LogLine line = change(CopyState::done, CopyState::deleted);

    EXPECT_EQ(line.level, LogLevel::warning);
    EXPECT_EQ(line.text, "web: ins-00000001: image img-1 is not in the cloud any more");
}

TEST_F(JournalTest, TellsAFailedBackupAsAnErrorWithAllItsReasons) {
    backup.result = Result::failed;
    backup.started = due;
    backup.finished = due + 90s;
    backup.reasons = {"the instance is gone", "nothing was exported"};

    const LogLine line = said(BackupFinished{backup});

    EXPECT_EQ(line.level, LogLevel::error);
    EXPECT_EQ(
        line.text,
        "web: ins-00000001 (web-1): backup 17 is failed after 1min 30s: the instance is gone; "
        "nothing was exported"
    );
}

TEST_F(JournalTest, TellsAnswersOfTheCloudAtDebugOnly) {
    EXPECT_EQ(
        said(ApiAnswered{"CreateImage", Region("ap-guangzhou"), "ok", 123ms, 4s}),
        (LogLine{
            LogLevel::debug,
            "CreateImage in ap-guangzhou: ok after 123 ms, 4000 ms in the queue",
            {}})
    );
}

TEST_F(JournalTest, TellsARefusedReload) {
    const LogLine line = said(SettingsReloaded{due, false, "web.toml:3:1: error: unknown key"});

    EXPECT_EQ(line.level, LogLevel::error);
    EXPECT_EQ(
        line.text,
        "the configuration has errors, the old one stays in force: web.toml:3:1: error: unknown key"
    );
}

TEST_F(JournalTest, PassesNoticesOn) {
    EXPECT_EQ(
        said(Notice{
            Notice::Level::warning, "was powered off", PolicyName("web"), InstanceId("ins-1")}),
        (LogLine{
            LogLevel::warning,
            "web: ins-1: was powered off",
            {{"CVMBACKUP_POLICY", "web"}, {"CVMBACKUP_INSTANCE", "ins-1"}}})
    );
}

TEST_F(JournalTest, TellsARetentionPass) {
    EXPECT_EQ(said(RetentionPassed{due, 1, 2}).text, "retention: 1 copy stays, 2 to delete");
}

TEST_F(JournalTest, TellsWhatStopsDeletionsAndWhatToDo) {
    const LogLine stopped = said(BrakeChanged{
        PolicyName("web"),
        {{BrakeReason::many, "9 of 10 copies at once"}, {BrakeReason::clock, "the clock was set"}}}
    );

    EXPECT_EQ(stopped.level, LogLevel::warning);
    EXPECT_EQ(
        stopped.text,
        "web: retention: deletions are stopped: 9 of 10 copies at once; the clock was set. "
        "`cvmbackupctl plan web` shows them, and how to let them go"
    );
    EXPECT_EQ(
        said(BrakeChanged{PolicyName("web"), {}}).text,
        "web: retention: nothing stops deletions any more"
    );
}

TEST_F(JournalTest, TellsNothingTwiceThatWasFoundWhereAComparisonDidNotLookAgain) {
    const Place looked_at{AccountName("main"), Region("ap-shanghai")};
    const Place other{AccountName("main"), Region("ap-guangzhou")};
    Reconciliation pass;
    for (const Place& place : {other, looked_at}) {
        Finding finding;
        finding.place = place;
        finding.text = "a second image in " + place.region.text();
        pass.findings.push_back(finding);
    }
    pass.known_findings = 1;

    journal.observe(Reconciled{pass});

    EXPECT_THAT(
        log.lines,
        ElementsAre(
            Field(&LogLine::text, "catalog and cloud disagree: a second image in ap-shanghai"),
            Field(&LogLine::text, HasSubstr("were compared"))
        )
    );
}

TEST(Observers, TellEveryOne) {
    RecordingLog first;
    RecordingLog second;
    Journal one(first);
    Journal other(second);
    Observers observers;
    observers.add(one);
    observers.add(other);

    observers.observe(RetentionPassed{Instant(), 1, 1});

    EXPECT_EQ(first.lines.size(), 1U);
    EXPECT_EQ(second.lines, first.lines);
}

}  // namespace
}  // namespace cvmbackup::test
