// Values with every field set to something of its own, so that a mixed-up column shows.
#pragma once

#include "ports/catalog.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdlib.h>

namespace cvmbackup::test {

inline Instant at(std::int64_t microseconds) {
    return Instant(Duration(microseconds));
}

inline Run sample_run(std::int64_t id, const std::string& policy = "web") {
    Run run;
    run.id = RunId(id);
    run.policy = PolicyName(policy);
    run.trigger = Trigger::catch_up;
    run.due = at(1'000'000 + id);
    run.started = at(2'000'001);
    return run;
}

inline Run finished_run(std::int64_t id, Result result, const std::string& policy = "web") {
    Run run = sample_run(id, policy);
    run.finished = at(3'000'003);
    run.result = result;
    run.good = result == Result::ok;
    run.note = "said at the end";
    return run;
}

inline Run passed_over(std::int64_t id) {
    Run run = finished_run(id, Result::skipped);
    run.passed = 3;
    run.passed_until = at(4'000'004);
    return run;
}

inline Copy sample_copy(std::int64_t id, std::int64_t backup, CopyState state) {
    Copy copy;
    copy.id = CopyId(id);
    copy.backup = BackupId(backup);
    copy.kind = CopyKind::exported;
    copy.place = {AccountName("prod"), Region("ap-guangzhou")};
    copy.bucket = BucketName("ops-backup-1250000000");
    copy.name = "web/ins-1/2027";
    copy.attempt = 3;
    copy.state = state;
    copy.image = ImageId("img-1");
    copy.objects = {
        {"web/a.qcow2", 5'000'000'000, "\"etag\"", "18446744073709551615"}, {"b", 0, "", ""}};
    copy.size_gib = 50;
    copy.tries = 7;
    copy.intended_at = at(11);
    copy.accepted_at = at(12);
    copy.settled_at = at(13);
    copy.deleted_at = at(14);
    copy.queued_until = at(15);
    copy.code = "LimitExceeded";
    copy.reason = "the quota is \"full\"";
    copy.request_id = "0b1-2c3";
    copy.quarantined = true;
    copy.unanswered = true;
    return copy;
}

inline Backup sample_backup(std::int64_t id, std::int64_t run, const std::string& policy = "web") {
    Backup backup;
    backup.id = BackupId(id);
    backup.run = RunId(run);
    backup.policy = PolicyName(policy);
    backup.place = {AccountName("prod"), Region("ap-shanghai")};
    backup.instance = InstanceId("ins-00000001");
    backup.instance_name = "wéb-1\nwith \"quotes\" and a \x01";
    backup.os_name = "Debian 12.0 64bit";
    backup.data_disks = {
        {DiskId("disk-a"), 100, "CLOUD_PREMIUM", true},
        {DiskId("disk-b"), 600, "CLOUD_SSD", false}};
    backup.system_disk = {DiskId("disk-s"), 50, "CLOUD_BSSD", true};
    backup.format = ExportFormat::vmdk;
    backup.power_off = true;
    backup.start_again = true;
    backup.due = at(1'000'000 + id);
    backup.start_at = at(1'000'500 + id);
    backup.state = BackupState::running;
    backup.cancel_requested = true;
    backup.adopted = true;
    backup.pinned_at = at(3'000'001);
    backup.pin_reason = "before the upgrade";
    backup.reasons = {"disk-c is a local disk", "a second reason"};
    return backup;
}

inline Backup finished_backup(
    std::int64_t id, std::int64_t run, Result result, const std::string& policy = "web"
) {
    Backup backup = sample_backup(id, run, policy);
    backup.started = at(2'000'000);
    backup.finished = at(3'000'000);
    backup.state = BackupState::finished;
    backup.start_again = false;
    backup.not_started = true;
    backup.result = result;
    backup.good = result == Result::ok;
    return backup;
}

// A directory that is gone with the test.
class TemporaryDirectory {
public:
    TemporaryDirectory() {
        std::string name = (std::filesystem::temp_directory_path() / "catalog-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) {
            throw std::runtime_error("no temporary directory");
        }
        path_ = name;
    }

    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    ~TemporaryDirectory() { std::filesystem::remove_all(path_); }

    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

inline std::string bytes_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline void write_bytes(const std::filesystem::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

}  // namespace cvmbackup::test
