#include "state.hpp"

#include "digests.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace cloudsim {
namespace {

// Whoever asks how old the world's buckets are is told this.
constexpr Instant world_begin = std::chrono::sys_days{std::chrono::January / 1 / 2020};

template <class Map>
auto* find_in(Map& map, std::string_view key) {
    const auto found = map.find(key);
    return found == map.end() ? nullptr : &found->second;
}

// As long as a real one, and the same for the same world.
std::string role_id(const std::string& uin, std::size_t number) {
    constexpr std::uint64_t first = 4'611'686'018'427'387'904;
    const std::string print = uin + "/" + std::to_string(number);
    return std::to_string(first + crc64_ecma(print) % 100'000'000'000);
}

Image public_image(const std::string& id, const std::string& name, const std::string& os) {
    Image image;
    image.id = id;
    image.name = name;
    image.os = os;
    image.platform = platform_of(os);
    image.source = "OFFICIAL";
    image.disks.push_back({"", true, 20});
    return image;
}

}  // namespace

const std::string& value_at(const History& history, const std::string& present, Instant at) {
    const auto past = std::ranges::find_if(history, [at](const Past& p) { return p.until > at; });
    return past == history.end() ? present : past->value;
}

// A few, because the real lists begin with public images too unless the caller filters.
std::vector<Image> public_images() {
    return {
        public_image("img-debian12", "Debian 12.0 64bit", "Debian 12.0 64bit"),
        public_image("img-ubuntu22", "Ubuntu Server 22.04 LTS 64bit", "Ubuntu 22.04 64bit"),
        public_image(
            "img-winsv022", "Windows Server 2022", "Windows Server 2022 Datacenter 64bit"
        )};
}

State::State(World world, std::uint64_t seed)
    : timing{world.timing}
    , limits{world.limits}
    , behaviour{world.behaviour}
    , durations{seed, 1}
    , identifiers{seed, 2}
    , credentials_chance{seed, 3}
    , uploads_chance{seed, 4}
    , lags{seed, 5}
    , sizes{seed, 6} {
    memory = behaviour.list_delay.longest;
    public_images = cloudsim::public_images();
    for (Account& account : world.accounts) {
        add_account(std::move(account));
    }
}

void State::add_account(Account account) {
    for (const Bucket& bucket : account.buckets) {
        inhabited_regions.insert(bucket.region);
        buckets[bucket.name] = BucketState{
            .bucket = bucket,
            .uin = account.uin,
            .versioning = bucket.versioned ? Versioning::enabled : Versioning::never,
            .has_object_lock = bucket.object_lock.has_value(),
            .default_retention = bucket.object_lock,
            .created = world_begin};
    }
    for (const Subnet& subnet : account.subnets) {
        add_network(account.uin, subnet);
    }
    for (Instance& instance : account.instances) {
        inhabited_regions.insert(instance.region);
        add_network(instance);
        add_instance(std::move(instance));
    }
    std::ranges::stable_sort(account.images, {}, &Image::created);
    for (Image& spec : account.images) {
        inhabited_regions.insert(spec.region);
        Image& image = add_image(std::move(spec));
        add_snapshots(image, {});
    }
    account.instances = {};
    account.images = {};
    for (std::size_t i = 0; i < account.roles.size(); ++i) {
        if (account.roles[i].id.empty()) {
            account.roles[i].id = role_id(account.uin, i);
        }
    }
    credentials[account.secret_id] = Credential{account.uin, account.secret_key, "", "", {}};
    accounts[account.uin] = std::move(account);
}

bool State::is_open(const Region& region) const {
    return !region.doubtful || behaviour.doubtful_regions ||
           inhabited_regions.contains(region.name);
}

void State::advance(Instant until) {
    while (!tasks.empty() && tasks.begin()->first <= until) {
        const auto node = tasks.extract(tasks.begin());
        end_task(node.mapped(), node.key());
        begin_removal(node.mapped(), node.key());
    }
    now = std::max(now, until);
}

void State::schedule(Instant at, Task task) {
    task.number = ++last_task;
    if (task.end == TaskEnd::hangs) {
        hung.push_back(std::move(task));
    } else {
        tasks.emplace(at, std::move(task));
    }
}

void State::end_hung() {
    for (Task& task : hung) {
        task.end = TaskEnd::fails;
        tasks.emplace(now, std::move(task));
    }
    hung.clear();
}

Instance* State::find_instance(std::string_view id) {
    return find_in(instances, id);
}

Image* State::find_image(std::string_view id) {
    const auto found = std::ranges::find(public_images, id, &Image::id);
    return found != public_images.end() ? &*found : find_in(images, id);
}

Snapshot* State::find_snapshot(std::string_view id) {
    return find_in(snapshots, id);
}

BucketState* State::find_bucket(std::string_view name) {
    return find_in(buckets, name);
}

const Account* State::find_account(std::string_view uin) const {
    return find_in(accounts, uin);
}

const Credential* State::find_credential(std::string_view secret_id) const {
    return find_in(credentials, secret_id);
}

std::string State::new_id(std::string_view prefix) {
    // Identifiers live in their own maps; a clash within one of them is what must not happen.
    while (true) {
        std::string id = std::string{prefix} + identifiers.word();
        if (find_image(id) == nullptr && find_instance(id) == nullptr &&
            find_snapshot(id) == nullptr) {
            return id;
        }
    }
}

Image& State::add_image(Image image) {
    if (image.id.empty()) {
        image.id = new_id("img-");
    }
    const Place place{image.uin, image.region};
    const std::string id = image.id;
    Image& added = images.insert_or_assign(id, std::move(image)).first->second;
    images_at[place].push_back(&added);
    for (const auto& [uin, since] : added.shared_with) {
        shared_at[Place{uin, added.region}].push_back(&added);
    }
    return added;
}

void State::remove_image(const std::string& id, bool with_snapshots) {
    const auto found = images.find(id);
    assert(found != images.end());
    Image& image = found->second;
    unbind_snapshots(image, with_snapshots);
    std::erase(images_at[Place{image.uin, image.region}], &image);
    while (!image.shared_with.empty()) {
        unshare(image, std::string{image.shared_with.begin()->first});
    }
    bury(dead_images_at[Place{image.uin, image.region}], std::move(image));
    images.erase(found);
}

template <class Thing>
void State::bury(Graveyard<Thing>& graveyard, Thing thing) {
    while (!graveyard.empty() && graveyard.front().removed <= now - memory) {
        graveyard.pop_front();
    }
    graveyard.push_back({std::move(thing), now});
}

void State::change(History& history, std::string& present, std::string value) {
    std::erase_if(history, [this](const Past& past) { return past.until <= now - memory; });
    history.push_back({std::exchange(present, std::move(value)), now});
}

void State::change_state(Image& image, std::string state) {
    change(image.states, image.state, std::move(state));
}

void State::change_state(Instance& instance, std::string state) {
    change(instance.states, instance.state, std::move(state));
}

void State::rename(Image& image, std::string name) {
    change(image.names, image.name, std::move(name));
}

void State::share(Image& image, const std::string& uin) {
    image.shared_with[uin] = now;
    shared_at[Place{uin, image.region}].push_back(&image);
}

void State::unshare(Image& image, const std::string& uin) {
    image.shared_with.erase(uin);
    std::erase(shared_at[Place{uin, image.region}], &image);
}

Instance& State::add_instance(Instance instance) {
    if (instance.system_disk.id.empty()) {
        instance.system_disk.id = new_id("disk-");
    }
    for (Disk& disk : instance.data_disks) {
        if (disk.id.empty()) {
            disk.id = new_id("disk-");
        }
    }
    const Place place{instance.uin, instance.region};
    const std::string id = instance.id;
    Instance& added = instances.insert_or_assign(id, std::move(instance)).first->second;
    instances_at[place].push_back(&added);
    return added;
}

void State::remove_instance(const std::string& id, bool leaves_ghost) {
    const auto found = instances.find(id);
    assert(found != instances.end());
    Instance& instance = found->second;
    const Place place{instance.uin, instance.region};
    std::erase(instances_at[place], &instance);
    if (leaves_ghost) {
        bury(dead_instances_at[place], std::move(instance));
    }
    instances.erase(found);
}

ObjectVersion& State::put_object(
    BucketState& bucket, const std::string& key, ObjectVersion version
) {
    auto& versions = bucket.objects[key];
    if (bucket.versioning == Versioning::enabled) {
        version.version_id = "MTg" + identifiers.word(24);
    } else {
        std::erase_if(versions, [](const ObjectVersion& old) { return old.version_id.empty(); });
    }
    if (bucket.default_retention && !version.is_delete_marker) {
        version.retained_until = now + *bucket.default_retention;
    }
    return versions.emplace_back(std::move(version));
}

bool State::is_held(const BucketState& bucket, const std::string& key) const {
    const auto found = bucket.objects.find(key);
    if (bucket.versioning == Versioning::enabled || found == bucket.objects.end()) {
        return false;
    }
    return std::ranges::any_of(found->second, [this](const ObjectVersion& version) {
        return version.version_id.empty() && version.retained_until > now;
    });
}

std::int64_t State::count_images(const Place& place) const {
    const auto found = images_at.find(place);
    return found == images_at.end() ? 0 : static_cast<std::int64_t>(found->second.size());
}

std::int64_t State::count_exports(const Place& place) const {
    const auto found = exports_at.find(place);
    return found == exports_at.end() ? 0 : found->second;
}

void State::end_task(const Task& task, Instant at) {
    now = std::max(now, at);
    switch (task.kind) {
        case TaskKind::creation:
            return end_creation(task);
        case TaskKind::copy:
            return end_copy(task);
        case TaskKind::export_:
            return end_export(task, at);
        case TaskKind::instance_start:
        case TaskKind::instance_stop:
        case TaskKind::instance_launch:
        case TaskKind::instance_reset:
        case TaskKind::instance_return:
        case TaskKind::instance_termination:
            return end_instance_task(task);
        case TaskKind::import:
            return end_import(task);
        case TaskKind::removal:
            return end_removal(task, at);
        case TaskKind::snapshot_creation:
        case TaskKind::snapshot_copy:
        case TaskKind::snapshot_expiry:
            return end_snapshot_task(task);
        case TaskKind::command_step:
            return end_command_step(task);
    }
}

void State::end_creation(const Task& task) {
    const bool succeeded = task.end == TaskEnd::succeeds;
    if (Instance* instance = find_instance(task.source)) {
        if (instance->image_in_creation == task.subject) {
            instance->image_in_creation.clear();
            instance->latest_operation_state = succeeded ? "SUCCESS" : "FAILED";
        }
    }
    Image* image = find_image(task.subject);
    if (image == nullptr) {
        return;
    }
    if (task.end == TaskEnd::vanishes) {
        vanish_image(task.subject);
    } else if (!succeeded) {
        change_state(*image, "CREATEFAILED");
    } else {
        change_state(*image, "NORMAL");
    }
}

void State::end_copy(const Task& task) {
    if (Image* source = find_image(task.source)) {
        source->copies_running -= 1;
        release(*source);
    }
    Image* image = find_image(task.subject);
    if (image == nullptr) {
        return;
    }
    const bool vanishes =
        task.end == TaskEnd::vanishes ||
        (task.end == TaskEnd::fails && behaviour.failed_copy == FailedCopy::vanishes);
    if (vanishes) {
        remove_image(task.subject, true);
        return;
    }
    image->is_unfinished_copy = false;
    change_state(*image, task.end == TaskEnd::fails ? "CREATEFAILED" : "NORMAL");
}

void State::release(Image& source) {
    const bool is_copied = behaviour.source_busy_during_copy && source.copies_running > 0;
    const bool is_exported = behaviour.source_busy_during_export && source.exports_running > 0;
    if (!is_copied && !is_exported && source.state == "SYNCING") {
        change_state(source, "NORMAL");
    }
}

}  // namespace cloudsim
