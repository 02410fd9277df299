// What the operator asked for: policies and settings as plain values, complete and valid.
#pragma once

#include "model/calendar.hpp"
#include "model/ids.hpp"
#include "model/time.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cvmbackup {

// Criteria of one kind are alternatives; different kinds must all hold. Empty means "no demand".
struct Criteria {
    std::map<std::string, std::vector<std::string>> tags;  // every key must match one of its values
    std::vector<InstanceId> instances;
    std::vector<std::string> names;  // shell patterns: * ? [abc]
    std::vector<std::string> zones;

    bool empty() const {
        return tags.empty() && instances.empty() && names.empty() && zones.empty();
    }

    bool operator==(const Criteria&) const = default;
};

struct Selection {
    Criteria include;
    Criteria exclude;  // an instance that meets any one kind of these is left out
    bool operator==(const Selection&) const = default;
};

// How many complete copies of an instance stay in one place. Semantics: rules/retention.hpp.
struct Keep {
    int last = 0;
    int daily = 0;
    int weekly = 0;
    int monthly = 0;
    int yearly = 0;
    Duration within{0};
    int min_good = 1;

    bool operator==(const Keep&) const = default;
};

enum class Disks { all, system };
enum class Consistency { running, power_off };
enum class ExportFormat { raw, qcow2, vhd, vmdk };
enum class Every { backup, day, week, month, year };

struct ReplicaTarget {
    Region region;
    Keep keep;
    bool operator==(const ReplicaTarget&) const = default;
};

struct ExportTarget {
    BucketName bucket;
    std::string prefix;  // template: {policy} {instance} {name} {time} {date}
    ExportFormat format = ExportFormat::qcow2;
    Every every = Every::backup;
    Keep keep;
    bool operator==(const ExportTarget&) const = default;
};

struct CatchUp {
    enum class Mode { none, within, always } mode = Mode::within;
    Duration window{0};  // for `within`
    bool operator==(const CatchUp&) const = default;
};

struct Policy {
    PolicyName name;
    AccountName account;
    Region region;
    Selection select;
    std::vector<CalendarExpression> schedule;
    ZoneName zone{"UTC"};
    Duration spread{0};
    CatchUp catch_up;
    std::vector<DenyWindow> deny;
    std::optional<Duration> rpo;
    Disks disks = Disks::all;
    Consistency consistency = Consistency::running;
    Keep keep;
    std::vector<ReplicaTarget> replicas;
    std::optional<ExportTarget> exported;
    std::string file;  // where it was read from, for messages

    bool operator==(const Policy&) const = default;
};

enum class CredentialSource { file, environment, instance_role };

struct Account {
    AccountName name;
    CredentialSource credentials = CredentialSource::file;
    std::string secret_file;
    std::string api_endpoint;               // empty: https://<service>.<region>.tencentcloudapi.com
    std::string cos_endpoint;               // empty: https://<bucket>.cos.<region>.myqcloud.com
    std::string metadata_endpoint;          // empty: http://metadata.tencentyun.com
    std::string role_name = "CVM_QcsRole";  // the service role that ExportImages assumes
    bool operator==(const Account&) const = default;
};

struct Settings {
    std::string config_dir;  // absolute
    std::vector<Account> accounts;
    std::vector<Policy> policies;  // sorted by name
    std::string catalog_path = "/var/lib/cvmbackup/catalog.db";
    std::string metrics_listen = "127.0.0.1:9877";   // empty: no metrics endpoint
    Duration compare_every = std::chrono::hours(6);  // catalog and cloud
    int backups_in_flight = 0;                       // per account and region; 0: no limit of ours
    bool instance_metrics = false;                   // opt-in: cvmbackup_instance_* families

    bool operator==(const Settings&) const = default;
};

const char* to_text(ExportFormat format);  // "qcow2"
std::optional<ExportFormat> export_format_from(std::string_view word);
const char* to_text(Consistency consistency);  // "power-off"
const char* to_text(Disks disks);

}  // namespace cvmbackup
