#include "bus/support/small_world.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace cvmbackup::test {

using std::chrono::hours;
using std::chrono::minutes;

namespace {

const Place guangzhou{AccountName("prod"), Region("ap-guangzhou")};

Failure not_found(const std::string& what) {
    return {Remedy::give_up, command_code::not_found, "there is no " + what, ""};
}

StepStatus image_step(std::int64_t number, Instant begun) {
    StepStatus step;
    step.backup = BackupId(number);
    step.instance = InstanceId("ins-0000000" + std::to_string(number));
    step.instance_name = "web-" + std::to_string(number);
    step.place = guangzhou;
    step.state = CopyState::accepted;
    step.percent = 0;
    step.begun = begun;
    step.expected_end = begun + minutes(10);
    return step;
}

Copy finished_copy(std::int64_t id, CopyKind kind, const Place& place, Instant settled) {
    Copy copy;
    copy.id = CopyId(id);
    copy.kind = kind;
    copy.place = place;
    copy.name = "web-ins-00000001-20270103T181500Z-1";
    copy.state = CopyState::done;
    copy.image = ImageId("img-" + std::to_string(id));
    copy.size_gib = 50;
    copy.intended_at = settled - minutes(12);
    copy.accepted_at = settled - minutes(11);
    copy.settled_at = settled;
    copy.request_id = "5f2d";
    return copy;
}

}  // namespace

Instant at(const std::string& rfc3339) {
    return parse_rfc3339(rfc3339).value();
}

SmallWorld::SmallWorld() {
    daemon.version = "0.1.0";
    daemon.started = now - hours(30);
    daemon.config_dir = "/etc/cvmbackup";
    daemon.last_reload = now - hours(30);
}

void SmallWorld::tell(const Fact& fact) const {
    if (observer != nullptr) {
        observer->observe(fact);
    }
}

Outcome<RunId> SmallWorld::run_now(PolicyName policy, std::vector<InstanceId> instances) {
    if (!known_policies.contains(policy)) {
        return not_found("policy '" + policy.text() + "'");
    }
    PolicyStatus& status = known_policies[policy];
    if (status.running) {
        return Failure{
            Remedy::retry_later,
            command_code::busy,
            "policy '" + policy.text() + "' is running already, as job " +
                std::to_string(status.running->value()),
            ""};
    }
    last_instances = instances;
    JobStatus job;
    job.run.id = RunId(std::int64_t(known_jobs.size()) + 1);
    job.run.policy = policy;
    job.run.trigger = Trigger::manual;
    job.run.due = now;
    job.run.started = now;
    job.total = 2;
    job.steps = {image_step(1, now), image_step(2, now)};
    status.running = job.run.id;
    known_jobs[job.run.id] = job;
    tell(RunStarted{job.run, job.total, 0});
    return job.run.id;
}

Outcome<void> SmallWorld::cancel(RunId job) {
    if (!known_jobs.contains(job)) {
        return not_found("job " + std::to_string(job.value()));
    }
    if (!known_jobs[job].run.result) {
        finish(job, Result::cancelled);
    }
    return {};
}

Outcome<void> SmallWorld::pause(
    PolicyName policy, std::optional<Instant> until, std::string reason
) {
    if (!known_policies.contains(policy)) {
        return not_found("policy '" + policy.text() + "'");
    }
    PolicyStatus& status = known_policies[policy];
    status.paused = true;
    status.memory.paused_at = now;
    status.memory.paused_until = until;
    status.memory.pause_reason = std::move(reason);
    return {};
}

Outcome<void> SmallWorld::resume(PolicyName policy) {
    if (!known_policies.contains(policy)) {
        return not_found("policy '" + policy.text() + "'");
    }
    known_policies[policy].paused = false;
    return {};
}

Outcome<void> SmallWorld::reload() {
    daemon.last_reload = now;
    daemon.last_reload_ok = reload_problem.empty();
    daemon.last_reload_text = reload_problem;
    tell(SettingsReloaded{now, daemon.last_reload_ok, reload_problem});
    if (!reload_problem.empty()) {
        return Failure{Remedy::give_up, command_code::bad_configuration, reload_problem, ""};
    }
    return {};
}

DaemonStatus SmallWorld::status() {
    DaemonStatus status = daemon;
    status.now = now;
    status.policies = known_policies.size();
    status.jobs = jobs().size();
    status.backups_in_flight = 2 * status.jobs;
    return status;
}

std::vector<PolicyStatus> SmallWorld::policies() {
    if (broken) {
        throw std::runtime_error("a bug with /internal/details");
    }
    std::vector<PolicyStatus> result;
    for (const auto& [name, status] : known_policies) {
        result.push_back(status);
    }
    return result;
}

Outcome<PolicyStatus> SmallWorld::policy(PolicyName name) {
    if (!known_policies.contains(name)) {
        return not_found("policy '" + name.text() + "'");
    }
    return known_policies[name];
}

std::vector<JobStatus> SmallWorld::jobs() {
    std::vector<JobStatus> result;
    for (const auto& [id, job] : known_jobs) {
        if (!job.run.result) {
            result.push_back(job);
        }
    }
    return result;
}

Outcome<JobStatus> SmallWorld::job(RunId id) {
    if (on_job_asked) {
        on_job_asked(id);
    }
    if (!known_jobs.contains(id)) {
        return not_found("job " + std::to_string(id.value()));
    }
    return known_jobs[id];
}

std::vector<Run> SmallWorld::runs(std::optional<PolicyName> policy, std::size_t limit) {
    std::vector<Run> result;
    for (const auto& [id, job] : known_jobs) {
        if (!policy || job.run.policy == *policy) {
            result.insert(result.begin(), job.run);
        }
    }
    result.resize(std::min(limit, result.size()));
    return result;
}

std::vector<Backup> SmallWorld::backups(const BackupFilter& filter) {
    std::vector<Backup> result;
    std::size_t passed = 0;
    for (const Backup& backup : known_backups) {
        const bool fits = (!filter.policy || backup.policy == *filter.policy) &&
                          (!filter.instance || backup.instance == *filter.instance) &&
                          (!filter.run || backup.run == *filter.run) &&
                          (!filter.result || backup.result == filter.result) &&
                          (!filter.only_points || backup.result != Result::failed);
        if (fits && passed++ >= filter.offset && result.size() < filter.limit) {
            result.push_back(backup);
        }
    }
    return result;
}

Outcome<Backup> SmallWorld::backup(BackupId id) {
    const auto found = std::ranges::find(known_backups, id, &Backup::id);
    if (found == known_backups.end()) {
        return not_found("backup " + std::to_string(id.value()));
    }
    return *found;
}

Outcome<void> SmallWorld::pin(BackupId point, std::optional<Instant> until, std::string reason) {
    const auto found = std::ranges::find(known_backups, point, &Backup::id);
    if (found == known_backups.end()) {
        return not_found("backup " + std::to_string(point.value()));
    }
    found->pinned_at = now;
    found->pinned_until = until;
    found->pin_reason = std::move(reason);
    return {};
}

Outcome<void> SmallWorld::unpin(BackupId point) {
    const auto found = std::ranges::find(known_backups, point, &Backup::id);
    if (found == known_backups.end()) {
        return not_found("backup " + std::to_string(point.value()));
    }
    found->pinned_at.reset();
    return {};
}

Outcome<std::size_t> SmallWorld::apply_plan(std::string plan) {
    const auto found = std::ranges::find(known_plan.policies, plan, &PolicyPlan::id);
    if (found == known_plan.policies.end()) {
        return Failure{Remedy::give_up, command_code::plan_changed, "the plan is another now", ""};
    }
    return found->expired;
}

Outcome<Plan> SmallWorld::plan(std::optional<PolicyName> policy) {
    if (policy && !known_policies.contains(*policy)) {
        return not_found("policy '" + policy->text() + "'");
    }
    return known_plan;
}

Outcome<std::vector<CalendarEntry>> SmallWorld::calendar(
    std::optional<PolicyName> policy, std::size_t count
) {
    if (policy && !known_policies.contains(*policy)) {
        return not_found("policy '" + policy->text() + "'");
    }
    std::vector<CalendarEntry> result;
    for (const auto& [name, status] : known_policies) {
        for (std::size_t i = 0; status.next_run && i < count; ++i) {
            result.push_back({name, *status.next_run + hours(24 * i), status.policy.zone});
        }
    }
    return result;
}

PolicyStatus& SmallWorld::add_policy(const std::string& name) {
    PolicyStatus status;
    Policy& policy = status.policy;
    policy.name = PolicyName(name);
    policy.account = guangzhou.account;
    policy.region = guangzhou.region;
    policy.select.include.tags = {{"tier", {"web"}}};
    policy.select.exclude.tags = {{"backup", {"off"}}};
    policy.schedule.resize(1);
    policy.schedule[0].text = "02:15";
    policy.zone = ZoneName("Asia/Shanghai");
    policy.spread = minutes(45);
    policy.catch_up.window = hours(6);
    policy.rpo = hours(26);
    policy.keep.daily = 7;
    policy.keep.weekly = 4;
    policy.replicas = {{Region("ap-shanghai"), {}}};
    policy.exported = {
        BucketName("ops-1250000000"), "web/{instance}", ExportFormat::qcow2, Every::week, {}};
    policy.file = "/etc/cvmbackup/policies.d/web.toml";
    status.memory.policy = policy.name;
    status.memory.known_since = now - hours(24 * 30);
    status.next_run = at("2027-01-04T18:15:00Z");
    status.last_success = at("2027-01-03T18:15:00Z");
    status.expected_interval = hours(24);
    status.matched_instances = 2;
    return known_policies[policy.name] = status;
}

Backup& SmallWorld::add_backup(std::int64_t id, Result result) {
    Backup backup;
    backup.id = BackupId(id);
    backup.run = RunId(1);
    backup.policy = PolicyName("web");
    backup.place = guangzhou;
    backup.instance = InstanceId("ins-00000001");
    backup.instance_name = "web-1";
    backup.os_name = "Debian 12.0 64bit";
    backup.system_disk = {DiskId("disk-1"), 50, "CLOUD_PREMIUM", false};
    backup.due = at("2027-01-03T18:15:00Z");
    backup.start_at = backup.due + minutes(3);
    backup.started = backup.start_at;
    backup.finished = *backup.started + minutes(25);
    backup.state = BackupState::finished;
    backup.result = result;
    if (result == Result::ok) {
        const Place shanghai{guangzhou.account, Region("ap-shanghai")};
        backup.copies = {
            finished_copy(2 * id, CopyKind::image, guangzhou, *backup.started + minutes(12)),
            finished_copy(2 * id + 1, CopyKind::replica, shanghai, *backup.finished)};
    } else {
        backup.reasons = {"the cloud refused: InvalidInstanceId.NotFound"};
    }
    return *known_backups.insert(known_backups.begin(), backup);
}

void SmallWorld::make_progress(RunId job, int percent) {
    for (StepStatus& step : known_jobs.at(job).steps) {
        step.percent = percent;
    }
}

void SmallWorld::finish(RunId id, Result result) {
    JobStatus& job = known_jobs.at(id);
    job.run.result = result;
    job.run.finished = now + minutes(12);
    job.ended = {{result, job.total}};
    job.steps.clear();
    PolicyStatus& policy = known_policies[job.run.policy];
    policy.running.reset();
    policy.last_run = job.run;
    tell(RunFinished{job.run});
}

}  // namespace cvmbackup::test
