// What exists in the simulated cloud and what is still going on in it. Time passes only by
// advance(); everything that is due by then happens in order of its time. The members are open: the
// actions are the owners, and a test may play the operator's hand between two requests.
#pragma once

#include "chance.hpp"
#include "command_state.hpp"
#include "networks.hpp"
#include "regions.hpp"
#include "snapshot_state.hpp"
#include "world.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cloudsim {

// An account's uin and a region.
using Place = std::pair<std::string, std::string>;

// A readable copy of an archived object: made by `ready`, gone at `expires`.
struct Restoration {
    Instant ready;
    Instant expires;
};

// Something that was removed; a stale list may still tell of it.
template <class Thing>
struct Ghost {
    Thing thing;
    Instant removed;
};

template <class Thing>
using Graveyard = std::deque<Ghost<Thing>>;  // oldest first

struct ObjectVersion {
    std::string version_id;  // "" for the null version: put while versioning was not enabled
    std::uint64_t size = 0;
    // Absent for exported images, whose bytes nobody keeps: they are a pattern.
    std::shared_ptr<const std::string> content;
    std::uint64_t pattern_seed = 0;
    std::string etag;
    std::uint64_t crc64 = 0;
    std::string content_type;
    std::string storage_class = "STANDARD";
    std::map<std::string, std::string> metadata;  // x-cos-meta-*, Cache-Control and the like
    std::int64_t used = 0;                        // GiB of an exported disk's content; 0: all
    std::int64_t disk_size = 0;                   // GiB of an exported disk; 0: the object's size
    std::string flaw;                             // of an exported system
    Instant modified;
    bool is_delete_marker = false;
    std::optional<Instant> retained_until;
    std::optional<Restoration> restoration;
};

struct UploadedPart {
    std::shared_ptr<const std::string> content;
    std::string etag;
    Instant modified;
};

// A multipart upload neither completed nor aborted; `object` is what it will be without its bytes.
struct Upload {
    ObjectVersion object;
    Instant initiated;
    std::map<int, UploadedPart> parts;
};

enum class Versioning { never, enabled, suspended };

struct BucketState {
    Bucket bucket;
    std::string uin;
    Versioning versioning = Versioning::never;
    bool has_object_lock = false;
    std::optional<Duration> default_retention;
    Instant created;
    // Newest version last; more than one only in a bucket that is or was versioned. None is empty.
    std::map<std::string, std::vector<ObjectVersion>> objects;
    std::map<std::pair<std::string, std::string>, Upload> uploads;  // by key and upload id
};

// Credentials that a request can be signed with.
struct Credential {
    std::string uin;
    std::string secret_key;
    std::string token;  // "" for the permanent key
    std::string role;
    std::optional<Instant> expires;
    std::string session{};    // AssumeRole's RoleSessionName, "" for other credentials
    std::string requester{};  // uin that assumed the role
};

enum class TaskKind {
    creation,
    copy,
    export_,
    instance_start,
    instance_stop,
    removal,  // by an injected fault: of what a task of the kind `removes` made
    snapshot_creation,
    snapshot_copy,
    snapshot_expiry,
    import,
    instance_launch,
    instance_reset,
    instance_return,
    instance_termination,
    command_step,
};
enum class TaskEnd { succeeds, fails, vanishes, hangs };

struct ExportedFile {
    std::string key;
    std::uint64_t size = 0;
    std::int64_t used = 0;
    std::string flaw{};
    std::int64_t disk_size = 0;  // GiB
};

struct Task {
    TaskKind kind = TaskKind::creation;
    TaskKind removes = TaskKind::creation;
    TaskEnd end = TaskEnd::succeeds;
    std::string subject;  // id of what the task makes or changes
    // The image or snapshot a copy reads, the image a machine is reinstalled from, the instance an
    // image is made of, the uin an export runs for, the state a failed termination falls back to,
    // why an import will fail.
    std::string source;
    std::string bucket;
    std::vector<ExportedFile> files;
    bool stop_charging = false;
    std::int64_t disk_size = 0;  // GiB, of the system disk after a reinstallation
    std::uint64_t number = 0;    // in the order of their beginnings
    // What the task makes is gone so long after its end, by an injected fault.
    std::optional<Duration> gone_after;
};

// A RunInstances with a ClientToken and what it was answered.
struct Launch {
    boost::json::object request;
    std::vector<std::string> instance_ids;
};

class State {
public:
    // What a world holds moves in; to pass one on by std::move spares a copy of it.
    State(World world, std::uint64_t seed);

    // Lets everything happen that is due until then. Time never goes back.
    void advance(Instant now);
    void schedule(Instant at, Task task);
    // Lets go what the tasks after that number make, so long after their end.
    void let_go(std::uint64_t after_number, Duration later);
    // What hangs fails now: the cloud's support has been called.
    void end_hung();

    Instance* find_instance(std::string_view id);
    Image* find_image(std::string_view id);
    Snapshot* find_snapshot(std::string_view id);
    BucketState* find_bucket(std::string_view name);
    const Account* find_account(std::string_view uin) const;
    const Credential* find_credential(std::string_view secret_id) const;

    Image& add_image(Image image);
    // The snapshots stay behind unless they are to go too; one that another image holds stays.
    void remove_image(const std::string& id, bool with_snapshots);
    // Takes the snapshots made for the image along; the user's own, of which it was made, stay.
    void vanish_image(const std::string& id);
    // Gives the image one snapshot for each of its disks.
    void add_snapshots(Image& image, const std::vector<std::string>& disk_ids);
    // Lets the image hold the snapshots its disks name.
    void bind_snapshots(const Image& image);
    void unbind_snapshots(const Image& image, bool remove);
    Snapshot& add_snapshot(Snapshot snapshot);
    void remove_snapshot(const std::string& id);
    // Lets a snapshot go whose deadline passed while something held it.
    void remove_if_expired(const Snapshot& snapshot);
    // As DescribeSnapshots tells them.
    std::string_view snapshot_state(const Snapshot& snapshot) const;
    std::int64_t snapshot_percent(const Snapshot& snapshot) const;
    void begin_command(CommandTask task);
    // Lists may tell the state before for a while.
    void change_state(Image& image, std::string state);
    void change_state(Instance& instance, std::string state);
    void rename(Image& image, std::string name);
    Instance& add_instance(Instance instance);
    // Late lists tell of it for a while if it leaves a ghost.
    void remove_instance(const std::string& id, bool leaves_ghost = false);
    void share(Image& image, const std::string& uin);
    void unshare(Image& image, const std::string& uin);
    // Adds a version in a versioned bucket, replaces the object in others.
    ObjectVersion& put_object(BucketState& bucket, const std::string& key, ObjectVersion version);
    // Whether object lock keeps the object from being replaced. New versions are always possible.
    bool is_held(const BucketState& bucket, const std::string& key) const;

    // Whether the region exists in this world: a doubtful one does where something lives in it.
    bool is_open(const Region& region) const;

    // Own images of the place, whatever their state, as the quota counts them.
    std::int64_t count_images(const Place& place) const;
    std::int64_t count_exports(const Place& place) const;
    // Snapshots made for images that are gone; they are still paid for.
    std::int64_t count_leaked_snapshots(const Place& place) const;

    std::string new_id(std::string_view prefix);

    Timing timing;
    Limits limits;
    Behaviour behaviour;
    std::map<std::string, Account, std::less<>> accounts;  // by uin; their lists are moved out
    std::map<std::string, Credential, std::less<>> credentials;  // by secret id
    std::map<std::string, Instance, std::less<>> instances;
    std::map<std::string, Image, std::less<>> images;
    std::map<std::string, Snapshot, std::less<>> snapshots;
    std::map<std::string, SnapshotGroup, std::less<>> snapshot_groups;
    std::map<std::string, Invocation, std::less<>> invocations;
    std::map<std::string, CommandTask, std::less<>> command_tasks;
    std::map<Place, std::vector<CommandTask*>> command_tasks_at;
    std::map<std::string, BucketState, std::less<>> buckets;
    // In order of creation, oldest first.
    std::map<Place, std::vector<Instance*>> instances_at;
    std::map<Place, std::vector<Image*>> images_at;
    std::map<Place, Network> networks;
    std::map<Place, std::vector<Snapshot*>> snapshots_at;  // by their time, oldest first
    std::map<Place, std::vector<Image*>> shared_at;        // by the receiver's place
    std::map<Place, Graveyard<Image>> dead_images_at;
    std::map<Place, Graveyard<Instance>> dead_instances_at;
    Duration memory{0};  // how long ago lists may tell of
    std::vector<Image> public_images;
    std::multimap<Instant, Task> tasks;
    std::vector<Task> hung;
    std::map<Place, std::int64_t> exports_at;
    std::map<std::pair<Place, std::string>, Launch> launches;           // by ClientToken
    std::map<std::string, std::int64_t, std::less<>> launched_in;       // by "ZONE TYPE"
    std::map<std::string, std::int64_t, std::less<>> prepaid_returned;  // by uin
    std::set<std::string, std::less<>> inhabited_regions;  // by the world's instances and images
    Instant now;

    Chance durations;
    Chance identifiers;
    Chance credentials_chance;
    Chance uploads_chance;
    Chance lags;
    Chance sizes;  // of exported files
    std::int64_t last_task_id = 3'000'000;
    std::uint64_t last_task = 0;

private:
    void add_account(Account account);
    void add_network(const Instance& instance);
    void add_network(const std::string& uin, const Subnet& stated);
    void end_task(const Task& task, Instant at);
    void begin_removal(const Task& task, Instant at);
    void end_removal(const Task& task, Instant at);
    void remove_objects(const Task& task, Instant made);
    void end_creation(const Task& task);
    void end_copy(const Task& task);
    void release(Image& source);
    void change(History& history, std::string& present, std::string value);
    template <class Thing>
    void bury(Graveyard<Thing>& graveyard, Thing thing);
    void end_export(const Task& task, Instant at);
    void end_instance_task(const Task& task);
    void end_snapshot_task(const Task& task);
    void end_import(const Task& task);
    void end_launch(Instance& instance, const Task& task);
    void end_reset(Instance& instance, const Task& task);
    void end_termination(Instance& instance, const Task& task);
    void schedule_command_step(const CommandTask& command, Duration after);
    void end_command_step(const Task& task);
    void start_command(CommandTask& command, const Instance* instance);
    void end_command(CommandTask& command, const Instance* instance);
};

}  // namespace cloudsim
