// One backup as a pure machine: an event comes in, the backup's value changes, actions go out. The
// caller commits the changed value before it carries out the actions, so every call that changes
// the cloud has its intent on disk first. After a restart the same machine receives `Resumed` and
// goes on from the same values; there is no other recovery path.
//
// How a copy is made sure of: `planned` waits for its turn at the limiter; `intended` is committed,
// then the call goes out; a lost answer leaves it `intended`, and it is looked for by its
// deterministic name until no signature of ours can still be accepted (fence); found → adopted,
// absent for good → asked for again under the same name. `accepted` waits until the cloud itself
// says that the work is complete.
#pragma once

#include "model/backup.hpp"
#include "model/failure.hpp"
#include "model/requests.hpp"
#include "rules/export_objects.hpp"

#include <variant>
#include <vector>

namespace cvmbackup {

// How long after its answer was lost a call may still begin to run, or its image be missing from
// lists. It was signed before. The cloud refuses a signature that is off by more than 300 s of its
// own time (AuthFailure.SignatureExpire): made by a clock 300 s ahead, it dies after 600 s. Lists
// lag by up to 300 s, and 120 s are for queueing in the cloud.
constexpr Duration fence = std::chrono::seconds(1020);
// Whether the call was carried out after all is looked up this often, and with time more seldom.
constexpr Duration look_shortest = std::chrono::seconds(60);
constexpr Duration look_longest = std::chrono::minutes(10);
// A lost answer to ExportImages can only be found by the objects themselves: nothing tells of an
// export that runs, nor how long one takes (some 10 s a GiB are likely; the queue is unknown).
constexpr Duration lost_export_wait = std::chrono::hours(2);
constexpr Duration lost_export_wait_per_gib = std::chrono::seconds(60);
constexpr Duration retry_first = std::chrono::seconds(15);
constexpr Duration retry_long = std::chrono::minutes(10);
constexpr Duration retry_longest = std::chrono::hours(2);
// How long a refused call is tried again, counted from when it could be asked for first; what an
// export waits for others of ours is not counted.
constexpr Duration retry_window = std::chrono::hours(12);
// How long an instance that is off after its image, and ran before, is tried to be started again.
constexpr Duration start_window = std::chrono::hours(2);
// How long accepted work may take before the copy is given up.
constexpr Duration image_patience = std::chrono::hours(24);
constexpr Duration export_patience = std::chrono::hours(48);
// An export whose answer was lost, of which only a part is there, holds its instance no longer.
constexpr Duration partial_export_patience = std::chrono::days(7);
// How long a copy whose answer was lost may stay unresolved because nothing can be read.
constexpr Duration look_patience = std::chrono::hours(48);
constexpr int attempts_max = 3;
// Whatever the clock says, this often a refused call is tried before it is given up.
constexpr int tries_least = 5;
// The codes of a copy that was waited for too long, and of one that has nothing to be made from.
inline constexpr const char* overdue_code = "Overdue";
// The code of a copy that is there with fewer disks than asked for.
inline constexpr const char* disks_missing_code = "DisksMissing";
// The code of a copy that was complete, and that the cloud calls failed since.
inline constexpr const char* broken_code = "Broken";
inline constexpr const char* no_image_code = "NoImage";
// Of a copy whose work met a bug before the cloud is known to have begun it.
inline constexpr const char* unexpected_code = "Unexpected";
// Of an export that waits until another of ours has ended.
inline constexpr const char* exports_full_code = "ExportsFull";
// Of a copy whose name an image has already, the cloud says.
inline constexpr const char* name_taken_code = "InvalidImageName.Duplicate";

namespace event {

// Begin, or go on after a restart. Nobody knows how long ago the last life ended, for the clock may
// have been set meanwhile: fences count anew.
struct Resumed {};

// The limiter lets a call go now.
struct TurnCame {
    std::vector<CopyId> copies;
};

// The cloud took CreateImage or SyncImages.
struct ImageAccepted {
    CopyId copy;
    ImageId image;
};

// The cloud took ExportImages; these objects will exist when it is done.
struct ExportAccepted {
    CopyId copy;
    std::vector<std::string> keys;
};

// Not even asked for: the image quota has no room.
struct NoRoom {
    std::vector<CopyId> copies;
    std::string why;
};

// Not even asked for: as many exports of ours run as the cloud allows.
struct ExportsFull {
    std::vector<CopyId> copies;
    std::string why;
};

struct Refused {
    std::vector<CopyId> copies;
    Failure failure;
    Duration refused_for{0};  // also while other backups of the instance asked
};

// Looked for by name: nothing, or the image (the oldest, should there be several).
struct Looked {
    CopyId copy;
    std::optional<Image> image;
    bool twice = false;  // two lists lack it
};

// Made already, though nothing tells of a call for it: the catalog is older than that call.
struct Found {
    CopyId copy;
    Image image;
};

// Looked for objects under an export's prefix. Of a copy that is still planned: what is there was
// asked for by a call that nothing tells of.
struct ObjectsLooked {
    CopyId copy;
    std::vector<StoredObject> objects;
};

// Looking itself failed; the text is for the operator.
struct LookFailed {
    CopyId copy;
    Failure failure;
};

// The watched image is settled: NORMAL or failed.
struct ImageSettled {
    CopyId copy;
    Image image;
};

// The watched image is not in the cloud any more.
struct ImageVanished {
    CopyId copy;
};

struct ExportCompleted {
    CopyId copy;
    std::vector<StoredObject> objects;
};

// All objects are there, and for too long they could not hold the disks.
struct ExportTooSmall {
    CopyId copy;
    std::vector<StoredObject> objects;
    std::string why;
};

// Waited for too long; `why` is a sentence.
struct Overdue {
    CopyId copy;
    std::string why;
};

// A failed image was deleted (or was gone already).
struct Discarded {
    CopyId copy;
};

struct DiscardFailed {
    CopyId copy;
    Failure failure;
};

// The instance's state word; nothing if it does not exist. Asked for right before its image is
// asked for, and after the image is settled.
struct InstanceSeen {
    std::optional<std::string> state;
};

// StartInstances was taken; that it runs is seen later.
struct StartAccepted {};

// The instance could not be read or started.
struct StartFailed {
    Failure failure;
};

struct TimePassed {
    std::vector<CopyId> copies;
};

struct CancelRequested {};

// The work for this backup threw what nobody expected: a bug, which would come again.
struct Unexpected {
    std::string what;
};

// The wall clock was set: the stamps of what is under way move with it, so that durations stay.
struct ClockSet {
    Duration by{0};
};

}  // namespace event

using Event = std::variant<
    event::Resumed,
    event::TurnCame,
    event::ImageAccepted,
    event::ExportAccepted,
    event::NoRoom,
    event::ExportsFull,
    event::Refused,
    event::Looked,
    event::Found,
    event::ObjectsLooked,
    event::LookFailed,
    event::ImageSettled,
    event::ImageVanished,
    event::ExportCompleted,
    event::ExportTooSmall,
    event::Overdue,
    event::Discarded,
    event::DiscardFailed,
    event::InstanceSeen,
    event::StartAccepted,
    event::StartFailed,
    event::TimePassed,
    event::CancelRequested,
    event::Unexpected,
    event::ClockSet>;

namespace action {

struct AwaitTurn {
    std::vector<CopyId> copies;
    Place place;
    Change change = Change::create_image;
};

struct CreateImage {
    CopyId copy;
    Place place;
    CreateImageRequest request;
};

struct SyncImage {
    std::vector<CopyId> copies;
    Place place;  // of the source
    SyncImageRequest request;
};

struct ExportImage {
    CopyId copy;
    Place place;
    ExportImageRequest request;
};

struct FindImage {
    CopyId copy;
    CopyKind kind = CopyKind::image;
    Place place;
    std::string name;
    bool twice = false;  // it is not there only if two lists lack it
};

struct FindObjects {
    CopyId copy;
    BucketPlace bucket;
    std::string prefix;
};

struct WatchImage {
    CopyId copy;
    CopyKind kind = CopyKind::image;
    Place place;
    ImageId image;
    std::size_t disks = 1;  // that a complete image has
    Duration age{0};        // since it was accepted
};

struct WatchExport {
    CopyId copy;
    BucketPlace bucket;
    ExpectedExport exported;
    std::vector<std::string> keys;
    Duration age{0};  // since it was accepted
};

struct DiscardImage {
    CopyId copy;
    Place place;
    ImageId image;
};

struct CheckInstance {
    Place place;
    InstanceId instance;
};

struct StartInstance {
    Place place;
    InstanceId instance;
};

// For these copies; for none: for the instance to run again.
struct Wait {
    std::vector<CopyId> copies;
    Duration time{0};
};

}  // namespace action

using Action = std::variant<
    action::AwaitTurn,
    action::CreateImage,
    action::SyncImage,
    action::ExportImage,
    action::FindImage,
    action::FindObjects,
    action::WatchImage,
    action::WatchExport,
    action::DiscardImage,
    action::CheckInstance,
    action::StartInstance,
    action::Wait>;

// Begun, and nothing to do but wait for the next try: the cloud neither works on it nor may do so,
// and no instance is off for it.
bool only_waits(const Backup& backup);

// Changes `backup` and says what to do. Events for copies that are past them change nothing, so a
// late or repeated answer is harmless. The backup is `finished` when the last copy is settled.
std::vector<Action> step(Backup& backup, const Event& event, Instant now);

}  // namespace cvmbackup
