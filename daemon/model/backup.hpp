// What the daemon did and is doing: runs, their backups, and each backup's copies. These values
// are the catalog's rows; a machine steps over them, the catalog stores them.
#pragma once

#include "model/cloud_objects.hpp"
#include "model/ids.hpp"
#include "model/policy.hpp"
#include "model/time.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cvmbackup {

enum class Trigger { schedule, catch_up, manual };
enum class Result { ok, partial, failed, skipped, cancelled };

// Due times that pass without a run are counted up to here: it stands for all greater numbers.
constexpr int passed_max = 1001;

// One firing of a policy; or, with `passed`, due times in a row at which nothing was begun.
struct Run {
    RunId id;
    PolicyName policy;
    Trigger trigger = Trigger::schedule;
    Instant due{};
    Instant started{};
    std::optional<Instant> finished;
    std::optional<Result> result;
    bool good = false;  // something was made, and nothing that can be made is missing
    std::string note;   // why the run as a whole failed or was skipped; empty if nothing to say
    int passed = 0;     // how many due times it stands for, up to passed_max; `due` is the first
    std::optional<Instant> passed_until;  // the last of them

    bool operator==(const Run&) const = default;
};

enum class CopyKind { image, replica, exported, share };

// The life of a copy. Every call that changes the cloud is preceded by a committed `intended` or
// `deleting`, so that a restart knows what may have happened.
enum class CopyState {
    planned,    // nothing asked of the cloud yet
    intended,   // the call is about to be made, or was made and its answer is not known
    accepted,   // the cloud has answered; it works on it
    done,       // the cloud's own state says it is complete
    failed,     // will not be completed; `code` and `reason` say why
    skipped,    // cannot be made, which is nobody's failure; `reason` says why
    cancelled,  // not begun because the operator cancelled
    deleting,   // retention has decided; the deletion is about to be or was asked for
    deleted,    // the cloud says it is gone
    lost,       // was done; the cloud does not have it any more, and nobody here deleted it
};

struct Copy {
    CopyId id;
    BackupId backup;
    CopyKind kind = CopyKind::image;
    Place place;        // where it lives (for an export: the bucket's region)
    BucketName bucket;  // exports
    std::string name;   // image name, or the object prefix of an export
    int attempt = 1;    // part of the image name; moves only after proof of failure
    CopyState state = CopyState::planned;
    ImageId image;                      // once known
    std::vector<StoredObject> objects;  // exports: keys once known, sizes once complete
    std::int64_t size_gib = 0;
    int tries = 0;  // calls refused for now, in a row
    std::optional<Instant> intended_at;
    std::optional<Instant> accepted_at;
    std::optional<Instant> settled_at;  // when it became done, failed, skipped or cancelled
    std::optional<Instant> deleted_at;
    std::optional<Instant> queued_until;  // exports: till then it waited for others of ours
    std::string code;
    std::string reason;
    std::string request_id;
    bool quarantined = false;  // given up after all tries, names or time
    bool unanswered = false;   // a call for it got no answer, and may have been carried out

    bool operator==(const Copy&) const = default;
};

// Where the objects of an export are.
inline BucketPlace bucket_of(const Copy& copy) {
    return {copy.place.account, copy.place.region, copy.bucket};
}

enum class BackupState {
    waiting,  // for its start time (spread, denied window) or for a free place
    running,
    finished,
};

// One instance in a run.
struct Backup {
    BackupId id;
    RunId run;
    PolicyName policy;
    Place place;
    InstanceId instance;
    std::string instance_name;
    std::string os_name;
    std::vector<Disk> data_disks;  // those that go into the image; types are kept for a restore
    Disk system_disk;
    ExportFormat format = ExportFormat::qcow2;
    bool power_off = false;
    bool start_again = false;  // still to be seen running, or started, after the image
    Instant due{};             // the firing's
    Instant start_at{};        // due + this instance's share of the spread
    std::optional<Instant> started;
    std::optional<Instant> finished;
    BackupState state = BackupState::waiting;
    std::optional<Result> result;
    bool good = false;         // the image is complete, and no copy that can be made is missing
    bool impossible = false;   // skipped because it cannot be made as things are
    bool not_started = false;  // was powered off and could not be started again
    bool cancel_requested = false;
    bool adopted = false;              // found in the cloud: nobody knows that this daemon made it
    std::optional<Instant> pinned_at;  // an operator keeps what it left, whatever the rules say
    std::optional<Instant> pinned_until;  // none while pinned: until it is unpinned
    std::string pin_reason;
    std::vector<std::string> reasons;  // why not simply ok; also notes on what was left out
    std::vector<Copy> copies;          // copies[0] is the source image, if one was planned

    bool pinned(Instant now) const { return pinned_at && (!pinned_until || now < *pinned_until); }

    bool operator==(const Backup&) const = default;
};

// What is remembered of a policy between restarts.
struct PolicyMemory {
    PolicyName policy;
    std::optional<Instant> last_due;     // the last scheduled instant that was acted on
    std::optional<Instant> known_since;  // when the daemon first saw the policy
    std::optional<Instant> paused_at;
    std::optional<Instant> paused_until;  // none while paused: until resumed
    std::string pause_reason;
    std::optional<Instant>
        pruned_at;             // when retention last decided what may go, nothing stopping it
    std::int64_t kept = 0;     // how many copies it kept then
    BackupId agreed_to;        // up to it a person left adopted backups to the rules; 0: none
    std::string disagreement;  // of catalog and cloud, as last compared; empty: they agree

    bool paused(Instant now) const { return paused_at && (!paused_until || now < *paused_until); }

    bool operator==(const PolicyMemory&) const = default;
};

const char* to_text(Trigger trigger);
const char* to_text(Result result);
const char* to_text(CopyKind kind);
const char* to_text(CopyState state);
const char* to_text(BackupState state);
// The inverse of to_text; nothing for an unknown word.
std::optional<Trigger> trigger_from(std::string_view word);
std::optional<Result> result_from(std::string_view word);
std::optional<CopyKind> copy_kind_from(std::string_view word);
std::optional<CopyState> copy_state_from(std::string_view word);
std::optional<BackupState> backup_state_from(std::string_view word);

// True while the daemon still has to do something for the copy.
bool in_flight(CopyState state);

}  // namespace cvmbackup
