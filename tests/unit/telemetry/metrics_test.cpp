#include "telemetry/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <sys/wait.h>

namespace cvmbackup::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

const Instant due(std::chrono::seconds(1'800'000'000));

PolicyStatus status_of(const std::string& name) {
    PolicyStatus status;
    status.policy.name = PolicyName(name);
    status.policy.region = Region("ap-guangzhou");
    status.policy.replicas = {{Region("ap-shanghai"), {}}};
    return status;
}

class MetricsTest : public testing::Test {
protected:
    void SetUp() override { metrics.set_policies({status_of("web")}, false); }

    void finish_run(Result result, const std::string& policy = "web") {
        cvmbackup::Run run;
        run.policy = PolicyName(policy);
        run.result = result;
        run.good = result == Result::ok;
        run.due = due;
        metrics.observe(RunFinished{run});
    }

    void pass_times(bool is_new) {
        cvmbackup::Run row;
        row.policy = PolicyName("web");
        row.result = Result::skipped;
        row.passed = 3;
        row.due = due + 24h;
        metrics.observe(TimesPassed{row, is_new});
    }

    void finish_backup(Result result, Duration dated_ahead = Duration(0)) {
        Backup backup;
        backup.policy = PolicyName("web");
        backup.instance = InstanceId("ins-1");
        backup.result = result;
        backup.good = result == Result::ok;
        backup.due = due + dated_ahead;
        backup.finished = due + std::chrono::minutes(10);
        metrics.observe(BackupFinished{backup});
    }

    void change(
        CopyState before,
        CopyState after,
        const std::string& code = "",
        const std::string& reason = "somebody shared it"
    ) {
        Copy copy;
        copy.state = after;
        copy.place.region = Region("ap-guangzhou");
        copy.size_gib = 2;
        copy.code = code;
        copy.reason = reason;
        copy.intended_at = due;
        copy.settled_at = due + 11min;
        metrics.observe(CopyChanged{PolicyName("web"), InstanceId("ins-1"), before, copy});
    }

    // A line of the page, with its newline.
    auto shows(const std::string& line) { return HasSubstr("\ncvmbackup_" + line + "\n"); }

    Metrics metrics{"1.2.3"};
};

TEST_F(MetricsTest, CountTimesThatPassedAndLeaveTheLastRunAsItWas) {
    finish_run(Result::ok);
    pass_times(true);
    pass_times(false);

    const std::string page = metrics.text();
    EXPECT_THAT(page, shows("runs_total{policy=\"web\",result=\"skipped\"} 1"));
    EXPECT_THAT(page, shows("policy_last_result{policy=\"web\",result=\"ok\"} 1"));
    EXPECT_THAT(page, shows("policy_last_result{policy=\"web\",result=\"skipped\"} 0"));
}

TEST_F(MetricsTest, BeginAtZeroForEveryPolicyAndResult) {
    const std::string page = metrics.text();

    EXPECT_THAT(page, shows("build_info{version=\"1.2.3\"} 1"));
    EXPECT_THAT(page, shows("clock_speed 1"));
    EXPECT_THAT(page, shows("runs_total{policy=\"web\",result=\"cancelled\"} 0"));
    EXPECT_THAT(page, shows("backups_total{policy=\"web\",result=\"failed\"} 0"));
    EXPECT_THAT(page, shows("steps_total{step=\"replica\",result=\"skipped\"} 0"));
    EXPECT_THAT(page, shows("policy_last_success_timestamp_seconds{policy=\"web\"} 0"));
    EXPECT_THAT(page, shows("policy_last_result{policy=\"web\",result=\"ok\"} 0"));
    EXPECT_THAT(
        page, shows("recovery_points{policy=\"web\",copy=\"replica\",region=\"ap-shanghai\"} 0")
    );
    EXPECT_THAT(page, Not(HasSubstr("next_run")));
}

TEST_F(MetricsTest, ShowTheStateOfAPolicy) {
    PolicyStatus status = status_of("web");
    status.paused = true;
    status.next_run = due + 500ms;
    status.last_success = due;
    status.expected_interval = 24h;
    status.policy.rpo = 26h;
    status.matched_instances = 7;

    metrics.set_policies({status}, false);

    const std::string page = metrics.text();
    EXPECT_THAT(page, shows("policy_paused{policy=\"web\"} 1"));
    EXPECT_THAT(page, shows("policy_next_run_timestamp_seconds{policy=\"web\"} 1800000000.5"));
    EXPECT_THAT(page, shows("policy_last_success_timestamp_seconds{policy=\"web\"} 1800000000"));
    EXPECT_THAT(page, shows("policy_expected_interval_seconds{policy=\"web\"} 86400"));
    EXPECT_THAT(page, shows("policy_rpo_seconds{policy=\"web\"} 93600"));
    EXPECT_THAT(page, shows("policy_matched_instances{policy=\"web\"} 7"));
}

TEST_F(MetricsTest, CountRunsAndRememberTheLast) {
    finish_run(Result::ok);
    finish_run(Result::failed);

    const std::string page = metrics.text();
    EXPECT_THAT(page, shows("runs_total{policy=\"web\",result=\"ok\"} 1"));
    EXPECT_THAT(page, shows("policy_last_result{policy=\"web\",result=\"ok\"} 0"));
    EXPECT_THAT(page, shows("policy_last_result{policy=\"web\",result=\"failed\"} 1"));
    EXPECT_THAT(page, shows("policy_last_success_timestamp_seconds{policy=\"web\"} 1800000000"));
    EXPECT_THAT(page, shows("policy_last_run_timestamp_seconds{policy=\"web\"} 1800000000"));
}

TEST_F(MetricsTest, ShowInstancesOnlyWhenAskedTo) {
    finish_backup(Result::ok);
    EXPECT_THAT(metrics.text(), Not(HasSubstr("ins-1")));

    metrics.set_policies({status_of("web")}, true);

    EXPECT_THAT(
        metrics.text(),
        shows("instance_last_success_timestamp_seconds{policy=\"web\",instance=\"ins-1\"} "
              "1800000000")
    );

    finish_backup(Result::ok, std::chrono::hours(24));  // begun by a clock that was wrong
    EXPECT_THAT(metrics.text(), HasSubstr("instance=\"ins-1\"} 1800000000\n"));
}

TEST_F(MetricsTest, FollowACopyFromIntentToDeletion) {
    change(CopyState::planned, CopyState::intended);
    EXPECT_THAT(metrics.text(), shows("steps_in_progress{step=\"image\"} 1"));
    change(CopyState::intended, CopyState::accepted);
    change(CopyState::accepted, CopyState::done);

    const std::string page = metrics.text();
    EXPECT_THAT(page, shows("steps_in_progress{step=\"image\"} 0"));
    EXPECT_THAT(page, shows("steps_total{step=\"image\",result=\"ok\"} 1"));
    EXPECT_THAT(page, shows("step_duration_seconds_bucket{step=\"image\",le=\"600\"} 0"));
    EXPECT_THAT(page, shows("step_duration_seconds_bucket{step=\"image\",le=\"900\"} 1"));
    EXPECT_THAT(
        page, shows("recovery_points{policy=\"web\",copy=\"image\",region=\"ap-guangzhou\"} 1")
    );
    EXPECT_THAT(
        page, shows("copy_bytes{policy=\"web\",copy=\"image\",region=\"ap-guangzhou\"} 2147483648")
    );

    change(CopyState::done, CopyState::deleting);
    change(CopyState::deleting, CopyState::done);
    change(CopyState::done, CopyState::deleting);
    change(CopyState::deleting, CopyState::deleting);
    change(CopyState::deleting, CopyState::done, "", "");  // judged anew
    change(CopyState::done, CopyState::deleting);
    change(CopyState::deleting, CopyState::deleted);

    const std::string after = metrics.text();
    EXPECT_THAT(
        after, shows("recovery_points{policy=\"web\",copy=\"image\",region=\"ap-guangzhou\"} 0")
    );
    EXPECT_THAT(after, shows("deletions_total{copy=\"image\",result=\"ok\"} 1"));
    EXPECT_THAT(after, shows("deletions_total{copy=\"image\",result=\"failed\"} 2"));
    EXPECT_THAT(after, shows("steps_total{step=\"image\",result=\"ok\"} 1"));
}

TEST_F(MetricsTest, CountFailedAndSkippedSteps) {
    change(CopyState::intended, CopyState::failed);
    change(CopyState::planned, CopyState::skipped);

    const std::string page = metrics.text();
    EXPECT_THAT(page, shows("steps_total{step=\"image\",result=\"failed\"} 1"));
    EXPECT_THAT(page, shows("steps_total{step=\"image\",result=\"skipped\"} 1"));
}

TEST_F(MetricsTest, AreRightAfterARestart) {
    Totals totals;
    const PolicyName web("web");
    totals.runs[{web, Result::ok}] = 3;
    totals.backups[{web, Result::failed}] = 4;
    totals.steps[{CopyKind::image, CopyState::done}] = 5;
    totals.steps[{CopyKind::image, CopyState::deleted}] = 6;
    totals.steps[{CopyKind::image, CopyState::accepted}] = 2;
    totals.quarantined[CopyKind::image] = 3;
    totals.copies[{web, CopyKind::image, Region("ap-guangzhou")}] = {5, 10};
    totals.instance_success[{web, InstanceId("ins-1")}] = due;

    metrics.restore(totals);
    metrics.set_policies({status_of("web")}, true);

    const std::string page = metrics.text();
    EXPECT_THAT(page, shows("runs_total{policy=\"web\",result=\"ok\"} 3"));
    EXPECT_THAT(page, shows("backups_total{policy=\"web\",result=\"failed\"} 4"));
    EXPECT_THAT(page, shows("steps_total{step=\"image\",result=\"ok\"} 11"));
    EXPECT_THAT(page, shows("steps_in_progress{step=\"image\"} 2"));
    EXPECT_THAT(page, shows("steps_quarantined_total{step=\"image\"} 3"));
    EXPECT_THAT(page, shows("deletions_total{copy=\"image\",result=\"ok\"} 6"));
    EXPECT_THAT(
        page, shows("recovery_points{policy=\"web\",copy=\"image\",region=\"ap-guangzhou\"} 5")
    );
    EXPECT_THAT(
        page, shows("copy_bytes{policy=\"web\",copy=\"image\",region=\"ap-guangzhou\"} 10737418240")
    );
    EXPECT_THAT(page, HasSubstr("instance=\"ins-1\"} 1800000000"));
}

TEST_F(MetricsTest, LoseTheSeriesOfAPolicyThatGoesAndFindItsCountsWhenItComesBack) {
    finish_run(Result::ok);
    change(CopyState::accepted, CopyState::done);

    metrics.set_policies({status_of("db")}, false);
    EXPECT_THAT(metrics.text(), Not(HasSubstr("policy=\"web\"")));

    metrics.set_policies({status_of("web")}, false);
    EXPECT_THAT(metrics.text(), shows("runs_total{policy=\"web\",result=\"ok\"} 1"));
    EXPECT_THAT(
        metrics.text(),
        shows("recovery_points{policy=\"web\",copy=\"image\",region=\"ap-guangzhou\"} 1")
    );
}

TEST_F(MetricsTest, MeasureTheCloudsAnswers) {
    metrics.observe(ApiAnswered{"CreateImage", Region("ap-guangzhou"), "ok", 300ms, 1500ms});
    metrics.observe(ApiAnswered{"CreateImage", Region("ap-guangzhou"), "ok", 300ms, 0s});

    const std::string page = metrics.text();
    EXPECT_THAT(
        page,
        shows("api_requests_total{action=\"CreateImage\",region=\"ap-guangzhou\",code=\"ok\"} 2")
    );
    EXPECT_THAT(page, shows("api_throttled_seconds_total{action=\"CreateImage\"} 1.5"));
    EXPECT_THAT(
        page, shows("api_request_duration_seconds_bucket{action=\"CreateImage\",le=\"0.25\"} 0")
    );
    EXPECT_THAT(
        page, shows("api_request_duration_seconds_bucket{action=\"CreateImage\",le=\"0.5\"} 2")
    );
}

TEST_F(MetricsTest, KeepTheNumberOfCodesBounded) {
    for (int i = 0; i < 200; ++i) {
        metrics.observe(ApiAnswered{"A", Region("r"), "Code" + std::to_string(i), 1ms, 0s});
    }
    metrics.observe(ApiAnswered{"A", Region("r"), "not a\ncode \xff", 1ms, 0s});

    const std::string page = metrics.text();
    EXPECT_THAT(page, HasSubstr("code=\"Code63\"} 1\n"));
    EXPECT_THAT(page, Not(HasSubstr("code=\"Code64\"")));
    EXPECT_THAT(page, shows("api_requests_total{action=\"A\",region=\"r\",code=\"other\"} 137"));
}

TEST_F(MetricsTest, TellReloadsQuotaAndRetention) {
    metrics.observe(SettingsReloaded{due, true, ""});
    metrics.observe(SettingsReloaded{due + 1h, false, "bad"});
    metrics.observe(QuotaSeen{{AccountName("prod"), Region("ap-guangzhou")}, 500, 12});
    metrics.observe(RetentionPassed{due, 3, 1});

    const std::string page = metrics.text();
    EXPECT_THAT(page, shows("config_last_reload_successful 0"));
    EXPECT_THAT(page, shows("config_last_reload_successful_timestamp_seconds 1800000000"));
    EXPECT_THAT(page, shows("quota_images{account=\"prod\",region=\"ap-guangzhou\"} 500"));
    EXPECT_THAT(page, shows("quota_images_used{account=\"prod\",region=\"ap-guangzhou\"} 12"));
    EXPECT_THAT(page, shows("retention_last_success_timestamp_seconds 1800000000"));
}

TEST_F(MetricsTest, TellWhyDeletionsWaitForAPerson) {
    metrics.set_policies({status_of("web")}, false);
    const std::string label = "policy=\"web\",reason=";
    EXPECT_THAT(metrics.text(), shows("retention_brake{" + label + "\"many\"} 0"));

    metrics.observe(BrakeChanged{PolicyName("web"), {{BrakeReason::many, "9 of 10"}}});
    EXPECT_THAT(metrics.text(), shows("retention_brake{" + label + "\"many\"} 1"));
    EXPECT_THAT(metrics.text(), shows("retention_brake{" + label + "\"clock\"} 0"));

    metrics.observe(BrakeChanged{PolicyName("web"), {}});
    EXPECT_THAT(metrics.text(), shows("retention_brake{" + label + "\"many\"} 0"));
}

TEST_F(MetricsTest, TellWhereCatalogAndCloudDisagree) {
    EXPECT_THAT(metrics.text(), shows("reconcile_findings{kind=\"missing\"} 0"));
    Reconciliation pass;
    pass.ended = due;
    pass.findings.resize(3);
    pass.findings[0].kind = FindingKind::missing;
    pass.findings[1].kind = FindingKind::missing;
    pass.findings[2].kind = FindingKind::wrong_state;

    metrics.observe(Reconciled{pass});

    EXPECT_THAT(metrics.text(), shows("reconcile_findings{kind=\"missing\"} 2"));
    EXPECT_THAT(metrics.text(), shows("reconcile_findings{kind=\"wrong-state\"} 1"));
    EXPECT_THAT(metrics.text(), shows("reconcile_findings{kind=\"foreign\"} 0"));
    EXPECT_THAT(metrics.text(), shows("reconcile_last_success_timestamp_seconds 1800000000"));

    pass.ended = due + 6h;
    pass.findings.clear();
    pass.troubles = {"ap-shanghai cannot be listed"};
    metrics.observe(Reconciled{pass});

    EXPECT_THAT(metrics.text(), shows("reconcile_findings{kind=\"missing\"} 0"));
    EXPECT_THAT(metrics.text(), shows("reconcile_last_success_timestamp_seconds 1800000000"));
}

TEST_F(MetricsTest, DateAComparisonOfAFewPlacesAsTheOneBeforeOfTheOthers) {
    Reconciliation pass;
    pass.begun = due;
    pass.ended = due + 5h;
    pass.left_alone = {Place{AccountName("main"), Region("ap-shanghai")}};

    metrics.observe(Reconciled{pass});

    EXPECT_THAT(metrics.text(), shows("reconcile_last_success_timestamp_seconds 1800000000"));
}

TEST_F(MetricsTest, CountWhatIsQuarantined) {
    Copy copy;
    copy.kind = CopyKind::replica;
    copy.state = CopyState::failed;
    copy.reason = "quarantined, says the reason, which is for people";
    metrics.observe(CopyChanged{PolicyName("web"), InstanceId("i"), CopyState::planned, copy});
    EXPECT_THAT(metrics.text(), shows("steps_quarantined_total{step=\"replica\"} 0"));

    copy.quarantined = true;
    metrics.observe(CopyChanged{PolicyName("web"), InstanceId("i"), CopyState::planned, copy});
    EXPECT_THAT(metrics.text(), shows("steps_quarantined_total{step=\"replica\"} 1"));
}

TEST_F(MetricsTest, TellClocksAndBreakers) {
    metrics.observe(ClockSet{-1h});
    metrics.observe(CloudTimeSeen{AccountName("prod"), 1500ms});
    metrics.observe(BreakerChanged{{AccountName("prod"), Region("r")}, "CreateImage", true});

    const std::string page = metrics.text();
    EXPECT_THAT(page, shows("clock_jumps_total{direction=\"back\"} 1"));
    EXPECT_THAT(page, shows("clock_jumps_total{direction=\"forward\"} 0"));
    EXPECT_THAT(page, shows("cloud_clock_ahead_seconds{account=\"prod\"} 1.5"));
    const std::string call = "{account=\"prod\",region=\"r\",action=\"CreateImage\"}";
    EXPECT_THAT(page, shows("api_breaker_open" + call + " 1"));

    metrics.observe(BreakerChanged{{AccountName("prod"), Region("r")}, "CreateImage", false});
    EXPECT_THAT(metrics.text(), shows("api_breaker_open" + call + " 0"));
}

TEST(MetricsOfADemo, SayTheSpeedOfTheirClock) {
    EXPECT_THAT(Metrics("1", 1440).text(), HasSubstr("\ncvmbackup_clock_speed 1440\n"));
}

TEST_F(MetricsTest, PassPrometheusOwnCheck) {
    if (std::system("promtool --version >/dev/null 2>&1") != 0) {
        GTEST_SKIP() << "NOT CHECKED: promtool is missing (Debian package prometheus)";
    }
    PolicyStatus status = status_of("web");
    status.next_run = due;
    status.expected_interval = 24h;
    status.policy.rpo = 26h;
    metrics.set_policies({status}, true);
    finish_run(Result::ok);
    finish_backup(Result::ok);
    change(CopyState::accepted, CopyState::done);
    metrics.observe(ApiAnswered{"CreateImage", Region("ap-guangzhou"), "ok", 300ms, 1500ms});
    metrics.observe(SettingsReloaded{due, true, ""});
    metrics.observe(QuotaSeen{{AccountName("prod"), Region("ap-guangzhou")}, 500, 12});
    metrics.observe(RetentionPassed{due, 3, 1});

    std::FILE* const promtool = ::popen("promtool check metrics", "w");
    ASSERT_NE(promtool, nullptr);
    const std::string page = metrics.text();
    ASSERT_EQ(std::fwrite(page.data(), 1, page.size(), promtool), page.size());
    EXPECT_EQ(::pclose(promtool), 0);
}

}  // namespace
}  // namespace cvmbackup::test
