// A world: everything the simulated cloud is told before it starts. Plain values; world_reader.hpp
// fills them from TOML. Defaults of Behaviour are the unkind choice wherever nobody could verify
// what the real cloud does. The points of facts/tencent-cloud.md section 9 and their switches:
//  1 all of it          none: this is a simulation
//  2 export names       export_names
//  3 failed and second  failed_export, second_export, delete_during_export; no action asks for a
//    exports            TaskId
//  4 exports at once    [limits] exports_running
//  5 state of a source  source_busy_during_copy, source_busy_during_export, failed_copy
//  6 names              image_names_unique
//  7 dry runs           dry_run
//  8 ForcePoweroff      poweroff_false, poweroff_stays_off
//  9 partial copies     partial_sync
// 10 batches to delete  deletion, duplicate_ids, [limits] images_per_deletion
// 11 prices             not simulated
// 12 COS and clocks     cos_clock_skew, the fault clock-off
// 13 role credentials   [[account.role]] lifetime, hardened_metadata
// 14 role for exports   [[account]] cvm_role, pass_role, [[account.bucket]] export_allowed
// 15 doubtful regions   doubtful_regions
// 16 limits of imports  the limits of ImportImage
// 17 size of a copy     [limits] copy_size
// 18 durations          [timing]
// 19 snapshots left     orphan_snapshots_usable
// 20 late lists         list_delay, tags_late
#pragma once

#include "instants.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cloudsim {

using Tags = std::map<std::string, std::string>;

// What was true until then.
struct Past {
    std::string value;
    Instant until;
};

using History = std::vector<Past>;  // oldest first

// What was true at that time of what is `present` now.
const std::string& value_at(const History& history, const std::string& present, Instant at);

struct Timing {
    DurationRange create{std::chrono::minutes{10}, std::chrono::minutes{15}};
    DurationRange copy{std::chrono::minutes{10}, std::chrono::minutes{30}};
    std::optional<DurationRange> exporting;  // by size when absent
    DurationRange snapshot{std::chrono::minutes{2}, std::chrono::minutes{5}};
    DurationRange snapshot_copy{std::chrono::minutes{10}, std::chrono::minutes{30}};
    DurationRange start{std::chrono::seconds{20}, std::chrono::seconds{60}};
    DurationRange stop{std::chrono::seconds{20}, std::chrono::seconds{90}};
    DurationRange launch{std::chrono::seconds{30}, std::chrono::seconds{90}};  // RunInstances
    DurationRange import{std::chrono::minutes{10}, std::chrono::minutes{30}};
    DurationRange reset{std::chrono::minutes{1}, std::chrono::minutes{3}};
    DurationRange terminate{std::chrono::seconds{10}, std::chrono::seconds{60}};
    DurationRange command_delivery{std::chrono::seconds{1}, std::chrono::seconds{3}};
    DurationRange latency{};
};

struct Limits {
    std::int64_t images_per_region = 500;
    std::int64_t exports_running = 10;  // per account and region; the real number is not published
    std::int64_t images_per_deletion = 100;  // the real number is not published
    std::int64_t shares_per_image = 500;
    // Snapshots of a region: so many, and so many more for each disk there.
    std::int64_t snapshots_base = 64;
    std::int64_t snapshots_per_disk = 64;
    std::int64_t snapshots_creating = 50;    // per account and region; the number is not published
    std::int64_t instances_per_region = 0;   // of an account; 0 = none
    std::int64_t import_content = 50;        // GiB of content of one disk that can be imported
    std::int64_t import_virtual = 500;       // GiB of one disk that can be imported
    std::vector<std::string> import_closed;  // regions that import nothing
    std::int64_t prepaid_returns = 100;  // instances that an account may return before their time
    std::vector<std::string> sold_out_types;  // instance types that nobody gets
    std::vector<std::string> sold_out_zones;
    std::vector<std::string> sold_out_disks;  // types of disks
    std::optional<std::int64_t> stock;        // instances of one type that a zone still has
    std::int64_t copy_size = 500;             // GiB of an image that SyncImages takes; 0 = any
    std::int64_t tags_per_image = 50;
    // Part of each rate, those of the whole account too, that a foreign client of it uses up.
    double foreign_share = 0.0;
    std::int64_t account_rate = 0;  // requests per second of a whole account; 0 = none
    std::int64_t global_rate = 0;   // of an account's action over all endpoints; 0 = none
    std::int64_t address_rate = 0;  // of one source address; 0 = none
};

enum class ExportNames {
    documented,  // <prefix>_<image>_system_<snapshot>.<format>; without a prefix as the example
    underscore,  // the same, but without a prefix its underscore stays
    example,     // the same with a leading slash in CosPaths, always
    console,     // <prefix>_xvda.<format>, in CosPaths and in the bucket
    console_objects,  // CosPaths as documented, objects named as by the console
};

enum class DryRunAnswer { request_id, error };
enum class FailedCopy { vanishes, create_failed };
enum class DeletionDuringExport { export_lost, refused };
// cbs tells times without a zone: "2027-01-04 10:00:00".
enum class SnapshotTimes { beijing, utc };

// What RunInstances does with an image that holds data disks, when the request names none of them.
enum class WholeMachineLaunch { system_disk_only, refused, all_disks };
// How large a data disk must be for its snapshot: RunInstances says larger, CBS says as large or
// larger, and a code exists for a disk that is larger.
enum class SnapshotDiskSize { larger, at_least, equal };
// When an import learns that its URL leads nowhere.
enum class BadImportUrl { fails_late, refused };
// What ForcePoweroff = "false" does to a running instance, said or left out.
enum class PoweroffFalse { soft_if_omitted, soft, live };
// A copy to several regions of which one refuses.
enum class PartialSync { others_begin, others_begin_silently, none_begins };
// A deletion of several images of which one cannot go: those before it go, or none.
enum class ImageDeletion { until_refused, all_or_nothing };
enum class SecondExport { refused, overwrites };
// What a failed export leaves: an unfinished multipart upload, shorter objects, or nothing.
enum class FailedExport { nothing, partial_object, empty_object, upload };
enum class DuplicateIds { refused, once };

struct Behaviour {
    bool image_names_unique = false;
    bool source_busy_during_copy = true;
    bool source_busy_during_export = true;
    bool poweroff_stays_off = true;
    bool bare_bucket_names = false;       // ExportImages takes a bucket's name without the app id
    bool doubtful_regions = false;        // those that some lists lack exist
    bool orphan_snapshots_usable = true;  // of images that are gone, for new images
    bool hardened_metadata = false;       // the metadata service tells nothing without a token
    Duration cos_clock_skew = std::chrono::minutes{15};  // of a signed Date
    // DescribeImages lacks a new image so long, drawn for each image, and tells states, names,
    // shares and deletions as they were so long ago, drawn for each request;
    // DescribeInstances(Status) states, launches and terminations.
    DurationRange list_delay{Duration{0}, std::chrono::seconds{20}};
    DurationRange tags_late{Duration{0}, std::chrono::seconds{60}};
    ExportNames export_names = ExportNames::documented;
    DryRunAnswer dry_run = DryRunAnswer::request_id;
    FailedCopy failed_copy = FailedCopy::vanishes;
    DeletionDuringExport delete_during_export = DeletionDuringExport::export_lost;
    bool image_snapshots_count = true;    // those made for images count in the quota too
    bool snapshots_cross_border = false;  // copies may leave and enter the mainland
    SnapshotTimes snapshot_times = SnapshotTimes::beijing;
    WholeMachineLaunch whole_machine_launch = WholeMachineLaunch::system_disk_only;
    SnapshotDiskSize snapshot_disk_size = SnapshotDiskSize::larger;
    BadImportUrl bad_import_url = BadImportUrl::fails_late;
    bool import_tells_id = false;  // ImportImage answers with the ImageId
    PoweroffFalse poweroff_false = PoweroffFalse::soft_if_omitted;
    PartialSync partial_sync = PartialSync::others_begin;
    ImageDeletion deletion =
        ImageDeletion::all_or_nothing;  // as an example of the documentation says
    SecondExport second_export = SecondExport::refused;
    FailedExport failed_export = FailedExport::nothing;
    DuplicateIds duplicate_ids = DuplicateIds::refused;
};

struct Disk {
    std::string id;
    std::string type = "CLOUD_PREMIUM";
    std::int64_t size = 50;  // GiB
    bool encrypted = false;
    bool delete_with_instance = false;
    std::string snapshot_id{};  // that its content came from
    std::int64_t used = 0;      // GiB; 0: all of it
};

// Of tat, the service that runs commands.
enum class Agent { online, offline, none };

struct Instance {
    std::string id;
    std::string name;
    std::string uin;
    std::string region;
    std::string zone;
    std::string os = "Debian 12.0 64bit";
    std::string platform;
    std::string state = "RUNNING";
    History states;  // "" before it was launched
    std::string instance_type = "S5.MEDIUM2";
    std::string image_id = "img-debian12";
    Tags tags;
    Disk system_disk;
    std::vector<Disk> data_disks;
    Instant created = std::chrono::sys_days{std::chrono::January / 1 / 2020};
    bool stop_charging = false;
    bool marketplace = false;
    std::string charge_type = "POSTPAID_BY_HOUR";
    std::optional<Instant> expires;  // of a prepaid one
    std::string license = "TencentCloud";
    std::string restrict_state = "NORMAL";
    bool disable_api_termination = false;
    std::string cam_role;
    std::string host_name;
    std::int64_t project_id = 0;
    // The network; "" stands for the default one, see instance_json.hpp.
    std::string vpc_id;
    std::string subnet_id;
    std::string private_ip;
    std::string public_ip;
    std::vector<std::string> security_groups;
    std::vector<std::string> key_ids;
    std::string user_data;
    Agent agent = Agent::online;
    // What every command comes to.
    std::int64_t command_exit_code = 0;
    Duration command_time = std::chrono::seconds{1};
    std::string command_output;

    std::string flaw;  // what keeps its system from being imported, see import_image.cpp
    bool reinstall_failed = false;
    std::string image_in_creation;  // id while a CreateImage of this instance runs
    std::string latest_operation;
    std::string latest_operation_state;
    std::string latest_request_id;
    std::string latest_error;

    bool is_prepaid() const { return charge_type == "PREPAID"; }

    bool is_reinstalling() const {
        return latest_operation == "ResetInstance" && latest_operation_state == "OPERATING";
    }
};

struct ImageDisk {
    std::string snapshot_id;
    bool is_system = true;
    std::int64_t size = 50;
    std::int64_t used = 0;  // GiB of content; 0: all of it
};

struct Image {
    std::string id;
    std::string name;
    std::string description;
    std::string family;
    std::string uin;  // "" for a public image
    std::string region;
    std::string os = "Debian 12.0 64bit";
    std::string platform;
    std::string state = "NORMAL";
    std::string source = "CREATE_IMAGE";
    std::string architecture = "x86_64";  // arm, i386
    std::string license = "TencentCloud";
    bool cloudinit = true;
    std::string flaw;            // of the system, as an Instance's
    std::string import_failure;  // why it is IMPORTFAILED, which the real cloud tells by message
    Tags tags;
    std::vector<ImageDisk> disks;
    std::map<std::string, Instant> shared_with;  // uin -> since
    Instant created = std::chrono::sys_days{std::chrono::January / 1 / 2020};
    Instant listed_from;
    Instant tags_from;
    Instant ends;  // of the creation or copy in progress
    History states;
    History names;
    bool encrypted = false;
    bool marketplace = false;
    bool deprecated = false;
    std::string instance_id;  // known to the simulator, never told
    bool is_unfinished_copy = false;
    std::int64_t copies_running = 0;  // the owner's copies that read this image
    std::int64_t exports_running = 0;

    bool is_whole_machine() const { return disks.size() > 1; }
};

// Of every world.
std::vector<Image> public_images();

struct Bucket {
    std::string name;
    std::string region;
    bool versioned = false;
    // Object lock is enabled; objects are retained this long unless they are told longer.
    std::optional<Duration> object_lock;
    bool export_allowed = true;  // false: the service role may not write here
};

// A subnet that machines can be launched in although no instance of the world is there.
struct Subnet {
    std::string id;
    std::string vpc_id;
    std::string zone;
    std::string range;  // "10.0.1.0/24"; "": any address
};

struct Role {
    std::string id;  // numeric, drawn from the account when empty
    std::string name;
    Duration lifetime = std::chrono::hours{6};  // of the metadata service's credentials
    std::vector<std::string> trusts;            // uins that may assume it; empty: its own account
    std::string external_id;                    // "" when none is asked for
};

struct Account {
    std::string uin;
    std::int64_t app_id = 0;
    std::string secret_id;
    std::string secret_key;
    bool cvm_role = true;                   // CVM_QcsRole exists
    bool pass_role = true;                  // its keys may pass a role to ExportImages
    std::vector<std::string> kms_keys;      // that SyncImages may encrypt with
    std::vector<std::string> sub_accounts;  // uins that images cannot be shared with
    bool in_arrears = false;
    std::vector<Bucket> buckets;
    std::vector<Role> roles;
    std::vector<std::string> key_pairs;        // none: any well-formed id is one
    std::vector<std::string> security_groups;  // beside those of its instances, in all regions
    std::vector<Subnet> subnets;
    std::vector<Instance> instances;
    std::vector<Image> images;
};

struct World {
    Timing timing;
    Limits limits;
    Behaviour behaviour;
    std::vector<Account> accounts;
};

// "Windows" for any Windows, "Red Hat Enterprise Linux" for RHEL, else the first word of the OS
// name.
std::string platform_of(const std::string& os);

}  // namespace cloudsim
