// Builders for retention tests.
#pragma once

#include "calendar_support.hpp"
#include "rules/retention.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace cvmbackup {

inline const AccountName main_account("main");
inline const Region guangzhou("ap-guangzhou");
inline const Region shanghai_region("ap-shanghai");
inline const BucketName bucket("ops-1250000000");

inline Policy keeping(const Keep& keep, const char* zone = "UTC") {
    Policy policy;
    policy.name = PolicyName("nightly");
    policy.account = main_account;
    policy.region = guangzhou;
    policy.zone = ZoneName(zone);
    policy.keep = keep;
    return policy;
}

inline Copy image_copy(std::int64_t id, CopyState state = CopyState::done) {
    Copy copy;
    copy.id = CopyId(id);
    copy.kind = CopyKind::image;
    copy.place = {main_account, guangzhou};
    copy.state = state;
    copy.image = ImageId("img-" + std::to_string(id));
    copy.intended_at = Instant{};
    return copy;
}

inline void make_incomplete(Copy& copy) {
    copy.state = CopyState::done;
    copy.code = "DisksMissing";
}

inline Copy replica_copy(std::int64_t id, Region region = shanghai_region) {
    Copy copy = image_copy(id);
    copy.kind = CopyKind::replica;
    copy.place.region = std::move(region);
    return copy;
}

inline Copy export_copy(std::int64_t id, BucketName to = bucket) {
    Copy copy = image_copy(id);
    copy.kind = CopyKind::exported;
    copy.bucket = std::move(to);
    copy.image = ImageId();
    copy.objects = {{.key = "a.qcow2", .size_bytes = 1, .etag = {}, .crc64 = {}}};
    return copy;
}

// A finished backup with one good image; the copy has the backup's number.
inline Backup point(std::int64_t id, Instant due, const char* instance = "ins-1") {
    Backup backup;
    backup.id = BackupId(id);
    backup.policy = PolicyName("nightly");
    backup.place = {main_account, guangzhou};
    backup.instance = InstanceId(instance);
    backup.due = due;
    backup.state = BackupState::finished;
    backup.result = Result::ok;
    backup.copies = {image_copy(id)};
    return backup;
}

// One backup per text, numbered from 1: "2027-01-04" is due at noon UTC, or a whole RFC 3339 time.
inline std::vector<Backup> points(const std::vector<std::string>& dues) {
    std::vector<Backup> list;
    for (const std::string& due : dues) {
        const auto id = static_cast<std::int64_t>(list.size() + 1);
        list.push_back(point(id, at(due.size() == 10 ? due + "T12:00:00Z" : due)));
    }
    return list;
}

inline std::map<std::int64_t, std::string> reasons(const Plan& plan, bool keep) {
    std::map<std::int64_t, std::string> texts;
    for (const Decision& decision : plan.decisions) {
        if (decision.keep == keep) {
            texts[decision.copy.value()] = decision.reason;
        }
    }
    return texts;
}

inline std::vector<std::int64_t> kept(const Plan& plan) {
    std::vector<std::int64_t> copies;
    for (const auto& [copy, reason] : reasons(plan, true)) {
        copies.push_back(copy);
    }
    return copies;
}

inline const Instant retention_now = at("2027-06-01T00:00:00Z");

}  // namespace cvmbackup
