#include "rules/run_plan.hpp"

#include "rules/calendar.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvmbackup {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::SizeIs;

const Instant due = *parse_rfc3339("2027-01-04T02:15:00Z");

Instance instance(const char* id, std::int64_t system_gib = 50) {
    Instance each;
    each.id = InstanceId(id);
    each.name = std::string("name-of-") + id;
    each.zone = "ap-guangzhou-3";
    each.os_name = "Debian 12.0 64bit";
    each.state = "RUNNING";
    each.system_disk = Disk{DiskId("disk-00000000"), system_gib, "CLOUD_PREMIUM", false};
    each.tags = {{"tier", "web"}};
    return each;
}

Policy web() {
    Policy policy;
    policy.name = PolicyName("web");
    policy.account = AccountName("prod");
    policy.region = Region("ap-guangzhou");
    policy.select.include.tags["tier"] = {"web"};
    policy.replicas.push_back(ReplicaTarget{Region("ap-shanghai"), Keep()});
    policy.exported = ExportTarget{
        BucketName("ops-backup-1250000000"),
        "web/{instance}/{time}",
        ExportFormat::qcow2,
        Every::week,
        Keep()};
    return policy;
}

Firing scheduled(const Policy& policy) {
    return Firing{policy, Trigger::schedule, due, {}};
}

TEST(RunPlan, HoldsOneBackupWithEveryCopyForEachSelectedInstance) {
    Instance other = instance("ins-00000009");
    other.tags.clear();

    const RunPlan plan = plan_run(
        scheduled(web()), {instance("ins-00000001"), instance("ins-00000002"), other}, {}, due
    );

    ASSERT_THAT(plan.backups, SizeIs(2));
    EXPECT_EQ(plan.matched, 2U);
    EXPECT_THAT(plan.backups[0].copies, SizeIs(3));
    EXPECT_EQ(plan.backups[0].copies[0].kind, CopyKind::image);
    EXPECT_EQ(plan.backups[0].copies[0].name, "cb-web-ins-00000001-20270104T021500Z-1");
    EXPECT_EQ(plan.backups[0].copies[1].place.region, Region("ap-shanghai"));
    EXPECT_EQ(plan.backups[0].copies[2].name, "web/ins-00000001/20270104T021500Z");
}

TEST(RunPlan, BeginsWithTheLongest) {
    const RunPlan plan = plan_run(
        scheduled(web()), {instance("ins-00000001", 20), instance("ins-00000002", 500)}, {}, due
    );

    EXPECT_EQ(plan.backups.front().instance, InstanceId("ins-00000002"));
}

TEST(RunPlan, SpreadsStartsStablyWithinTheSpread) {
    Policy policy = web();
    policy.spread = 45min;

    const RunPlan first = plan_run(scheduled(policy), {instance("ins-00000001")}, {}, due);
    const RunPlan second = plan_run(scheduled(policy), {instance("ins-00000001")}, {}, due);

    EXPECT_EQ(first.backups[0].start_at, second.backups[0].start_at);
    EXPECT_GE(first.backups[0].start_at, due);
    EXPECT_LT(first.backups[0].start_at, due + 45min);
}

TEST(RunPlan, AStartInADeniedWindowWaitsForItsEndUnlessAPersonAsked) {
    Policy policy = web();
    policy.deny = {*parse_deny("02:00-04:00").window};
    Firing late = scheduled(policy);
    late.trigger = Trigger::catch_up;
    Firing by_hand = late;
    by_hand.trigger = Trigger::manual;

    const std::vector<Instance> one{instance("ins-00000001")};

    EXPECT_EQ(
        plan_run(late, one, {}, due).backups[0].start_at, *parse_rfc3339("2027-01-04T04:00:00Z")
    );
    EXPECT_EQ(plan_run(by_hand, one, {}, due).backups[0].start_at, due);
}

TEST(RunPlan, ADueTimeOfAClockThatWasSetBackPutsNoStartOff) {
    Policy policy = web();
    policy.spread = 45min;
    const InstanceId id("ins-00000001");

    EXPECT_EQ(start_of(policy, id, due + 240h, due), start_of(policy, id, due, due));
    policy.deny = {*parse_deny("02:00-04:00").window};
    EXPECT_EQ(start_of(policy, id, due + 240h, due), *parse_rfc3339("2027-01-04T04:00:00Z"));
}

TEST(RunPlan, AnInstanceWhosePreviousBackupIsUnderWayIsSkippedWithThatReason) {
    KnownBackups known;
    known.under_way.emplace(InstanceId("ins-00000001"), BackupId(41));

    const RunPlan plan = plan_run(scheduled(web()), {instance("ins-00000001")}, known, due);

    EXPECT_EQ(plan.backups[0].result, Result::skipped);
    EXPECT_THAT(plan.backups[0].reasons[0], HasSubstr("(41) is still under way"));
}

TEST(RunPlan, ExportsOncePerPeriod) {
    KnownBackups this_week;
    this_week.newest_export.emplace(InstanceId("ins-00000001"), due);
    KnownBackups last_week;
    last_week.newest_export.emplace(InstanceId("ins-00000001"), due - std::chrono::days(1));
    const std::vector<Instance> one{instance("ins-00000001")};

    EXPECT_THAT(plan_run(scheduled(web()), one, this_week, due).backups[0].copies, SizeIs(2));
    EXPECT_THAT(plan_run(scheduled(web()), one, last_week, due).backups[0].copies, SizeIs(3));
}

TEST(RunPlan, WhatTheCloudWouldRefuseIsSkippedWithItsReason) {
    Policy policy = web();
    Instance windows = instance("ins-00000001");
    windows.os_name = "Windows Server 2022 DataCenter 64bitCN";
    windows.data_disks = {Disk{DiskId("disk-0000data"), 100, "CLOUD_PREMIUM", false}};

    const RunPlan plan = plan_run(scheduled(policy), {windows}, {}, due);

    const std::vector<Copy>& copies = plan.backups[0].copies;
    EXPECT_EQ(copies[0].state, CopyState::planned);
    EXPECT_EQ(copies[1].state, CopyState::skipped);
    EXPECT_THAT(copies[1].reason, HasSubstr("whole-machine"));
    EXPECT_EQ(copies[2].state, CopyState::skipped);
    EXPECT_THAT(copies[2].reason, HasSubstr("Windows"));
}

TEST(RunPlan, AskedForByNameMeansOnlyThoseAndExplainsTheOthers) {
    Firing firing = scheduled(web());
    firing.trigger = Trigger::manual;
    firing.only = {
        InstanceId("ins-00000002"), InstanceId("ins-00000009"), InstanceId("ins-0000gone")};
    Instance unselected = instance("ins-00000009");
    unselected.tags.clear();

    const RunPlan plan =
        plan_run(firing, {instance("ins-00000001"), instance("ins-00000002"), unselected}, {}, due);

    ASSERT_THAT(plan.backups, SizeIs(3));
    EXPECT_EQ(plan.backups[0].instance, InstanceId("ins-00000002"));
    EXPECT_THAT(plan.backups[1].reasons[0], HasSubstr("does not select"));
    EXPECT_THAT(plan.backups[2].reasons[0], HasSubstr("no such instance"));
    EXPECT_EQ(plan.backups[2].result, Result::failed);
}

}  // namespace
}  // namespace cvmbackup
