// Strong types for the names and numbers that run through the daemon: two ids of different kinds
// never compare, convert or swap by accident.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <utility>

namespace cvmbackup {

template <class Tag>
class Id {
public:
    Id() = default;

    explicit Id(std::string text)
        : text_(std::move(text)) {}

    const std::string& text() const { return text_; }

    bool empty() const { return text_.empty(); }

    auto operator<=>(const Id&) const = default;

private:
    std::string text_;
};

template <class Tag>
class Number {
public:
    Number() = default;

    explicit Number(std::int64_t value)
        : value_(value) {}

    std::int64_t value() const { return value_; }

    auto operator<=>(const Number&) const = default;

private:
    std::int64_t value_ = 0;
};

using AccountName = Id<struct AccountNameTag>;
using PolicyName = Id<struct PolicyNameTag>;
using Region = Id<struct RegionTag>;          // "ap-guangzhou"
using ZoneName = Id<struct ZoneNameTag>;      // IANA time zone, "Asia/Shanghai"
using InstanceId = Id<struct InstanceIdTag>;  // "ins-…"
using ImageId = Id<struct ImageIdTag>;        // "img-…"
using DiskId = Id<struct DiskIdTag>;          // "disk-…"
using BucketName = Id<struct BucketNameTag>;  // with the app id: "ops-backup-1250000000"

using RunId = Number<struct RunTag>;
using BackupId =
    Number<struct BackupTag>;  // a finished backup's recovery point has the same number
using CopyId = Number<struct CopyTag>;

// One account in one region: where an API call goes.
struct Place {
    AccountName account;
    Region region;
    auto operator<=>(const Place&) const = default;
};

}  // namespace cvmbackup
