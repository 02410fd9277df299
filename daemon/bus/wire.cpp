#include "bus/wire.hpp"

#include "bus/names.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace cvmbackup::bus {

namespace {

std::string result_word(const std::optional<Result>& result) {
    return result ? to_text(*result) : "";
}

template <class Tag>
std::uint64_t number(const Number<Tag>& id) {
    return static_cast<std::uint64_t>(id.value());
}

std::uint64_t count(const JobStatus& job, Result result) {
    const auto found = job.ended.find(result);
    return found == job.ended.end() ? 0 : found->second;
}

// How far one copy is, 0 to 1.
double share_done(const StepStatus& step) {
    if (!in_flight(step.state) && step.state != CopyState::planned) {
        return 1.0;
    }
    return step.state == CopyState::accepted ? step.percent.value_or(0) / 100.0 : 0.0;
}

Dict disk_row(const Disk& disk) {
    return {
        {"id", disk.id.text()},
        {"size_gib", disk.size_gib},
        {"type", disk.type},
        {"encrypted", disk.encrypted},
    };
}

Dict object_row(const StoredObject& object) {
    return {
        {"key", object.key},
        {"size_bytes", object.size_bytes},
        {"etag", object.etag},
        {"crc64", object.crc64},
    };
}

Dict copy_row(const Copy& copy) {
    Rows objects;
    for (const StoredObject& object : copy.objects) {
        objects.push_back(object_row(object));
    }
    return {
        {"id", number(copy.id)},
        {"kind", std::string(to_text(copy.kind))},
        {"account", copy.place.account.text()},
        {"region", copy.place.region.text()},
        {"bucket", copy.bucket.text()},
        {"name", copy.name},
        {"attempt", std::int64_t{copy.attempt}},
        {"state", std::string(to_text(copy.state))},
        {"image", copy.image.text()},
        {"objects", objects},
        {"size_gib", copy.size_gib},
        {"intended_usec", usec(copy.intended_at)},
        {"accepted_usec", usec(copy.accepted_at)},
        {"settled_usec", usec(copy.settled_at)},
        {"deleted_usec", usec(copy.deleted_at)},
        {"code", copy.code},
        {"reason", copy.reason},
        {"request_id", copy.request_id},
    };
}

std::string kind_and_place(const Copy& copy) {
    const bool in_bucket = !copy.bucket.empty();
    return std::string(to_text(copy.kind)) + "@" +
           (in_bucket ? copy.bucket.text() : copy.place.region.text());
}

}  // namespace

std::uint64_t usec(Instant instant) {
    const auto since = instant.time_since_epoch().count();
    return since < 0 ? 0 : static_cast<std::uint64_t>(since);
}

std::uint64_t usec(const std::optional<Instant>& instant) {
    return instant ? usec(*instant) : 0;
}

Dict to_wire(const DaemonStatus& status) {
    return {
        {"version", status.version},
        {"now_usec", usec(status.now)},
        {"started_usec", usec(status.started)},
        {"clock_speed", status.clock_speed},
        {"config_dir", status.config_dir},
        {"last_reload_ok", status.last_reload_ok},
        {"last_reload_usec", usec(status.last_reload)},
        {"last_reload_text", status.last_reload_text},
        {"policies", std::uint64_t{status.policies}},
        {"jobs", std::uint64_t{status.jobs}},
        {"backups_in_flight", std::uint64_t{status.backups_in_flight}},
    };
}

Dict to_wire(const JobStatus& job) {
    Dict row = to_wire(job.run);
    row.erase("state");
    row.emplace("path", job_path(job.run.id));
    row.emplace("state", state_word(job.run));
    row.emplace("total", std::uint64_t{job.total});
    row.emplace("done", std::uint64_t{done(job)});
    row.emplace("progress", progress(job));
    row.emplace("step", step_words(job));
    for (const Result result :
         {Result::ok, Result::partial, Result::failed, Result::skipped, Result::cancelled}) {
        row.emplace(to_text(result), count(job, result));
    }
    return row;
}

Dict to_wire(const Reconciliation& comparison) {
    return {
        {"number", std::uint64_t{comparison.pass}},
        {"begun_usec", usec(comparison.begun)},
        {"ended_usec", usec(comparison.ended)},
        {"places", std::uint64_t{comparison.places}},
        {"troubles", comparison.troubles},
        {"findings_total", std::uint64_t{comparison.findings.size()}},
    };
}

Dict to_wire(const Finding& finding) {
    return {
        {"kind", std::string(to_text(finding.kind))},
        {"mending", std::string(to_text(finding.mending))},
        {"account", finding.place.account.text()},
        {"region", finding.place.region.text()},
        {"bucket", finding.bucket.text()},
        {"object", finding.object},
        {"name", finding.name},
        {"policy", finding.policy.text()},
        {"instance", finding.instance.text()},
        {"backup", number(finding.backup)},
        {"text", finding.text},
    };
}

Dict to_wire(const StepStatus& step) {
    return {
        {"backup", number(step.backup)},
        {"instance", step.instance.text()},
        {"instance_name", step.instance_name},
        {"kind", std::string(to_text(step.kind))},
        {"account", step.place.account.text()},
        {"region", step.place.region.text()},
        {"state", std::string(to_text(step.state))},
        {"percent", std::int64_t{step.percent.value_or(-1)}},
        {"begun_usec", usec(step.begun)},
        {"expected_end_usec", usec(step.expected_end)},
        {"text", step.text},
    };
}

Dict to_wire(const Run& run) {
    return {
        {"id", number(run.id)},
        {"policy", run.policy.text()},
        {"trigger", std::string(to_text(run.trigger))},
        {"due_usec", usec(run.due)},
        {"started_usec", usec(run.started)},
        {"finished_usec", usec(run.finished)},
        {"result", result_word(run.result)},
        {"note", run.note},
    };
}

Dict to_wire(const Backup& backup) {
    std::vector<std::string> places;
    std::vector<std::string> lost;
    std::int64_t size_gib = 0;
    for (const Copy& copy : backup.copies) {
        if (copy.state == CopyState::done) {
            places.push_back(kind_and_place(copy));
            size_gib = std::max(size_gib, copy.size_gib);
        } else if (copy.state == CopyState::lost) {
            lost.push_back(kind_and_place(copy));
        }
    }
    return {
        {"id", number(backup.id)},
        {"run", number(backup.run)},
        {"policy", backup.policy.text()},
        {"account", backup.place.account.text()},
        {"region", backup.place.region.text()},
        {"instance", backup.instance.text()},
        {"instance_name", backup.instance_name},
        {"os_name", backup.os_name},
        {"due_usec", usec(backup.due)},
        {"start_at_usec", usec(backup.start_at)},
        {"started_usec", usec(backup.started)},
        {"finished_usec", usec(backup.finished)},
        {"state", std::string(to_text(backup.state))},
        {"result", result_word(backup.result)},
        {"pinned_usec", usec(backup.pinned_at)},
        {"pinned_until_usec", usec(backup.pinned_until)},
        {"pin_reason", backup.pin_reason},
        {"cancel_requested", backup.cancel_requested},
        {"reasons", backup.reasons},
        {"places", places},
        {"lost", lost},
        {"size_gib", size_gib},
    };
}

Dict details(const Backup& backup) {
    Dict row = to_wire(backup);
    Rows disks;
    for (const Disk& disk : backup.data_disks) {
        disks.push_back(disk_row(disk));
    }
    Rows copies;
    for (const Copy& copy : backup.copies) {
        copies.push_back(copy_row(copy));
    }
    row.emplace("system_disk", disk_row(backup.system_disk));
    row.emplace("data_disks", disks);
    row.emplace("power_off", backup.power_off);
    row.emplace("copies", copies);
    return row;
}

Dict to_wire(const Decision& decision) {
    return {
        {"backup", number(decision.backup)},
        {"copy", number(decision.copy)},
        {"policy", decision.policy.text()},
        {"instance", decision.instance.text()},
        {"kind", std::string(to_text(decision.kind))},
        {"account", decision.place.account.text()},
        {"region", decision.place.region.text()},
        {"due_usec", usec(decision.due)},
        {"keep", decision.keep},
        {"reason", decision.reason},
    };
}

std::vector<std::string> stop_words(const std::vector<BrakeStop>& stops) {
    std::vector<std::string> texts;
    std::ranges::transform(stops, std::back_inserter(texts), &BrakeStop::text);
    return texts;
}

Dict to_wire(const CalendarEntry& entry) {
    return {
        {"policy", entry.policy.text()},
        {"at_usec", usec(entry.at)},
        {"zone", entry.zone.text()},
    };
}

std::size_t done(const JobStatus& job) {
    std::size_t sum = 0;
    for (const auto& [result, backups] : job.ended) {
        sum += backups;
    }
    return sum;
}

double progress(const JobStatus& job) {
    if (job.run.result) {
        return 1.0;
    }
    std::map<BackupId, std::pair<double, int>> open;  // sum over its steps, and how many
    for (const StepStatus& step : job.steps) {
        auto& [sum, steps] = open[step.backup];
        sum += share_done(step);
        ++steps;
    }
    double backups = static_cast<double>(done(job));
    for (const auto& [backup, sum_of] : open) {
        backups += sum_of.first / sum_of.second;
    }
    return job.total == 0 ? 0.0 : std::min(1.0, backups / static_cast<double>(job.total));
}

std::string step_words(const JobStatus& job) {
    std::map<CopyKind, std::size_t> working;
    for (const StepStatus& step : job.steps) {
        if (step.state == CopyState::intended || step.state == CopyState::accepted) {
            ++working[step.kind];
        }
    }
    std::string words;
    for (const auto& [kind, steps] : working) {
        words += (words.empty() ? "" : ", ") + std::to_string(steps) + " " + to_text(kind) +
                 (steps == 1 ? "" : "s");
    }
    if (words.empty()) {
        return job.run.result ? "finished" : "waiting";
    }
    return words;
}

std::string state_word(const Run& run) {
    return run.result ? to_text(*run.result) : "running";
}

}  // namespace cvmbackup::bus
