#include "cloud/codec.hpp"
#include "cloud/json_reader.hpp"

#include <algorithm>
#include <stdexcept>

namespace cvmbackup {

namespace json = boost::json;

namespace {

std::int64_t size_of(const JsonReader& reader, std::string_view key) {
    return reader.number(key).value_or(0);
}

Disk read_disk(const JsonReader& reader) {
    Disk disk;
    disk.id = DiskId(reader.text("DiskId"));  // local disks may have none
    disk.size_gib = size_of(reader, "DiskSize");
    disk.type = reader.text("DiskType");
    disk.encrypted = reader.flag("Encrypt");
    return disk;
}

Tags read_tags(const JsonReader& reader) {
    Tags tags;
    for (const JsonReader& tag : reader.objects("Tags"))
        tags[tag.text("Key")] = tag.text("Value");
    return tags;
}

Instance read_instance(const JsonReader& reader) {
    Instance instance;
    instance.id = InstanceId(reader.demand_text("InstanceId"));
    instance.name = reader.text("InstanceName");
    instance.os_name = reader.text("OsName");
    instance.state = reader.text("InstanceState");
    instance.stop_charging_mode = reader.text("StopChargingMode");
    if (const auto placement = reader.object("Placement"))
        instance.zone = placement->text("Zone");
    if (const auto disk = reader.object("SystemDisk"))
        instance.system_disk = read_disk(*disk);
    for (const JsonReader& disk : reader.objects("DataDisks"))
        instance.data_disks.push_back(read_disk(disk));
    instance.tags = read_tags(reader);
    return instance;
}

Image read_image(const JsonReader& reader) {
    Image image;
    image.id = ImageId(reader.demand_text("ImageId"));
    image.name = reader.text("ImageName");
    image.description = reader.text("ImageDescription");
    image.state_word = reader.text("ImageState");
    image.state = image_state_from(image.state_word);
    image.os_name = reader.text("OsName");
    image.platform = reader.text("Platform");
    image.type = reader.text("ImageType");
    image.size_gib = size_of(reader, "ImageSize");
    if (const auto percent = reader.number("SyncPercent"); percent && *percent >= 0)
        image.sync_percent = static_cast<int>(std::min<std::int64_t>(*percent, 100));
    image.created = parse_rfc3339(reader.text("CreatedTime"));
    for (const JsonReader& snapshot : reader.objects("SnapshotSet")) {
        ImageDisk disk;
        disk.snapshot_id = snapshot.text("SnapshotId");
        disk.is_system = snapshot.text("DiskUsage") == "SYSTEM_DISK";
        disk.size_gib = size_of(snapshot, "DiskSize");
        image.disks.push_back(std::move(disk));
    }
    return image;
}

// A leading slash is the example's, not the key's.
std::string key_of(std::string path) {
    if (path.starts_with('/'))
        path.erase(0, 1);
    return path;
}

template <class T>
Decoded<T> decoded(T value, std::string problem) {
    if (!problem.empty())
        return BadAnswer{std::move(problem)};
    return value;
}

}  // namespace

void throw_exception_from_error(const BadAnswer& answer, const boost::source_location& where) {
    throw std::logic_error(
        std::string(where.function_name()) + ": the bad answer was not looked at: " + answer.why
    );
}

Decoded<ImageId> decode_created_image(const json::object& response) {
    std::string problem;
    const JsonReader reader(response, "", problem);
    ImageId image(reader.demand_text("ImageId"));
    return decoded(std::move(image), std::move(problem));
}

Decoded<std::vector<SyncedImage>> decode_synced_images(const json::object& response) {
    std::string problem;
    const JsonReader reader(response, "", problem);
    std::vector<SyncedImage> images;
    for (const JsonReader& each : reader.demand_objects("ImageSet")) {
        SyncedImage image;
        image.image = ImageId(each.demand_text("ImageId"));
        image.region = Region(each.demand_text("Region"));
        images.push_back(std::move(image));
    }
    return decoded(std::move(images), std::move(problem));
}

Decoded<std::vector<std::string>> decode_exported_keys(const json::object& response) {
    std::string problem;
    const JsonReader reader(response, "", problem);
    std::vector<std::string> keys;
    for (std::string& path : reader.texts("CosPaths"))
        keys.push_back(key_of(std::move(path)));
    if (keys.empty())
        reader.complain("CosPaths", "is missing or empty");
    return decoded(std::move(keys), std::move(problem));
}

Decoded<Page<Instance>> decode_instances(const json::object& response) {
    std::string problem;
    const JsonReader reader(response, "", problem);
    Page<Instance> page;
    page.total = static_cast<std::size_t>(reader.demand_number("TotalCount"));
    for (const JsonReader& each : reader.demand_objects("InstanceSet"))
        page.items.push_back(read_instance(each));
    return decoded(std::move(page), std::move(problem));
}

Decoded<Page<Image>> decode_images(const json::object& response) {
    std::string problem;
    const JsonReader reader(response, "", problem);
    Page<Image> page;
    page.total = static_cast<std::size_t>(reader.demand_number("TotalCount"));
    for (const JsonReader& each : reader.demand_objects("ImageSet"))
        page.items.push_back(read_image(each));
    return decoded(std::move(page), std::move(problem));
}

Decoded<std::vector<std::string>> decode_image_shares(const json::object& response) {
    std::string problem;
    const JsonReader reader(response, "", problem);
    std::vector<std::string> accounts;
    for (const JsonReader& each : reader.demand_objects("SharePermissionSet"))
        accounts.push_back(each.demand_text("AccountId"));
    return decoded(std::move(accounts), std::move(problem));
}

Decoded<int> decode_image_quota(const json::object& response) {
    std::string problem;
    const JsonReader reader(response, "", problem);
    const int quota = static_cast<int>(reader.demand_number("ImageNumQuota"));
    return decoded(quota, std::move(problem));
}

Decoded<Identity> decode_identity(const json::object& response) {
    std::string problem;
    const JsonReader reader(response, "", problem);
    Identity identity;
    identity.account_uin = reader.demand_text("AccountId");
    identity.user_uin = reader.text("UserId");
    return decoded(std::move(identity), std::move(problem));
}

}  // namespace cvmbackup
