#include "instance_reader.hpp"

#include "regions.hpp"
#include "text.hpp"
#include "world_rules.hpp"

#include <algorithm>

namespace cloudsim {
namespace {

constexpr std::int64_t disk_size_max = 32'000;  // GiB, the largest cloud disk
constexpr std::int64_t count_max = 1'000'000;

Tags read_tags(TomlTable& reader) {
    Tags tags;
    const toml::table* table = reader.subtable("tags");
    if (table == nullptr) {
        return tags;
    }
    for (const auto& [key, node] : *table) {
        if (const auto value = node.value_exact<std::string>()) {
            tags[std::string{key.str()}] = *value;
        } else {
            reader.problems().add(node.source(), "a tag's value must be a string");
        }
    }
    return tags;
}

Disk read_disk(const toml::table& table, Problems& problems) {
    TomlTable reader{table, problems};
    Disk disk;
    disk.id = reader.text("id").value_or("");
    if (!disk.id.empty() && !is_well_formed_id(disk.id, "disk-")) {
        reader.problem("id", "'" + disk.id + "' is not disk- and eight of 0-9 a-z");
    }
    disk.size = reader.integer("size", 1, disk_size_max).value_or(disk.size);
    disk.type = reader.text("type").value_or(disk.type);
    check_disk_type(reader, disk.type);
    disk.encrypted = reader.boolean("encrypted").value_or(disk.encrypted);
    disk.used = reader.integer("used", 1, disk.size).value_or(0);
    disk.delete_with_instance = reader.boolean("delete_with_instance").value_or(false);
    reader.finish();
    return disk;
}

std::string read_region(TomlTable& reader) {
    std::string region = reader.required_text("region");
    if (!region.empty() && find_region(region) == nullptr) {
        reader.problem("region", "there is no region '" + region + "'");
    }
    return region;
}

const std::vector<std::string>& instance_states() {
    static const std::vector<std::string> states{
        "PENDING",
        "LAUNCH_FAILED",
        "RUNNING",
        "STOPPED",
        "STARTING",
        "STOPPING",
        "REBOOTING",
        "SHUTDOWN",
        "TERMINATING",
        "ENTER_RESCUE_MODE",
        "RESCUE_MODE",
        "EXIT_RESCUE_MODE",
        "ENTER_SERVICE_LIVE_MIGRATE",
        "SERVICE_LIVE_MIGRATE",
        "EXIT_SERVICE_LIVE_MIGRATE",
        "FREEZING",
        "ISOLATING",
        "TERMINATED",
        "BANNING",
        "CORRUPTED"};
    return states;
}

std::string read_flaw(TomlTable& reader) {
    const auto flaw = reader.one_of(
        "flaw", {"none", "no-cloud-init", "no-virtio", "no-partition", "no-root", "gpt"}
    );
    return flaw.value_or("none") == "none" ? "" : *flaw;
}

void read_contract(TomlTable& reader, const Account& account, Instance& instance) {
    const auto type = reader.one_of(
        "charge_type", {"POSTPAID_BY_HOUR", "PREPAID", "SPOTPAID", "CDHPAID", "CDCPAID"}
    );
    instance.charge_type = type.value_or(instance.charge_type);
    instance.expires = reader.instant("expires");
    instance.license =
        reader.one_of("license", {"TencentCloud", "BYOL"}).value_or(instance.license);
    instance.restrict_state =
        reader.one_of("restrict_state", {"NORMAL", "EXPIRED", "PROTECTIVELY_ISOLATED"})
            .value_or(instance.restrict_state);
    instance.disable_api_termination = reader.boolean("disable_api_termination").value_or(false);
    instance.cam_role = reader.text("cam_role").value_or("");
    const auto& roles = account.roles;
    if (!instance.cam_role.empty() &&
        std::ranges::find(roles, instance.cam_role, &Role::name) == roles.end()) {
        reader.problem("cam_role", "the account has no role '" + instance.cam_role + "'");
    }
    instance.project_id = reader.integer("project_id", 0, 1'000'000'000).value_or(0);
}

void read_network(TomlTable& reader, Instance& instance) {
    instance.host_name = reader.text("host_name").value_or("");
    instance.vpc_id = reader.text("vpc").value_or("");
    instance.subnet_id = reader.text("subnet").value_or("");
    instance.private_ip = reader.text("private_ip").value_or("");
    instance.public_ip = reader.text("public_ip").value_or("");
    check_address(reader, "private_ip", instance.private_ip);
    check_address(reader, "public_ip", instance.public_ip);
    instance.security_groups = reader.texts("security_groups");
    instance.key_ids = reader.texts("key_ids");
}

void read_agent(TomlTable& reader, Instance& instance) {
    const auto agent = reader.one_of("agent", {"online", "offline", "none"}).value_or("online");
    instance.agent =
        agent == "online" ? Agent::online : (agent == "offline" ? Agent::offline : Agent::none);
    instance.command_exit_code = reader.integer("command_exit_code", -1, 255).value_or(0);
    instance.command_time = reader.duration("command_time").value_or(instance.command_time);
    instance.command_output = reader.text("command_output").value_or("");
}

// All keys but the identifying ones.
Instance read_common(TomlTable& reader, const Account& account) {
    Instance instance;
    instance.uin = account.uin;
    instance.region = read_region(reader);
    instance.zone = reader.text("zone").value_or(instance.region + "-1");
    if (region_of_zone(instance.zone) != instance.region) {
        reader.problem(
            "zone", "'" + instance.zone + "' is no zone such as " + instance.region + "-3"
        );
    }
    instance.os = reader.text("os").value_or(instance.os);
    instance.platform = reader.text("platform").value_or(platform_of(instance.os));
    instance.state = reader.one_of("state", instance_states()).value_or(instance.state);
    instance.instance_type = reader.text("type").value_or(instance.instance_type);
    check_instance_type(reader, "type", instance.instance_type);
    instance.image_id = reader.text("image").value_or(instance.image_id);
    instance.tags = read_tags(reader);
    instance.created = reader.instant("created").value_or(instance.created);
    instance.stop_charging = reader.boolean("stop_charging").value_or(false);
    instance.marketplace = reader.boolean("marketplace").value_or(false);
    instance.flaw = read_flaw(reader);
    read_contract(reader, account, instance);
    read_network(reader, instance);
    read_agent(reader, instance);
    if (instance.stop_charging && instance.state != "STOPPED") {
        reader.problem("stop_charging", "'stop_charging' needs state = \"STOPPED\"");
    }
    if (const toml::table* table = reader.subtable("system_disk")) {
        instance.system_disk = read_disk(*table, reader.problems());
    }
    for (const toml::table* table : reader.subtables("data_disks")) {
        instance.data_disks.push_back(read_disk(*table, reader.problems()));
    }
    return instance;
}

Image read_common_image(TomlTable& reader, const Account& account) {
    Image image;
    image.uin = account.uin;
    image.region = read_region(reader);
    image.description = reader.text("description").value_or("");
    image.family = reader.text("family").value_or("");
    image.os = reader.text("os").value_or(image.os);
    image.platform = reader.text("platform").value_or(platform_of(image.os));
    image.state =
        reader.one_of("state", {"NORMAL", "CREATEFAILED", "IMPORTFAILED"}).value_or(image.state);
    image.source =
        reader.one_of("source", {"CREATE_IMAGE", "EXTERNAL_IMPORT"}).value_or(image.source);
    image.architecture =
        reader.one_of("architecture", {"x86_64", "arm", "i386"}).value_or(image.architecture);
    image.license = reader.one_of("license", {"TencentCloud", "BYOL"}).value_or(image.license);
    image.flaw = read_flaw(reader);
    image.cloudinit = reader.boolean("cloudinit").value_or(true);
    image.deprecated = reader.boolean("deprecated").value_or(false);
    image.tags = read_tags(reader);
    image.created = reader.instant("created").value_or(image.created);
    image.encrypted = reader.boolean("encrypted").value_or(false);
    image.marketplace = reader.boolean("marketplace").value_or(false);
    const std::int64_t whole = reader.integer("size", 1, disk_size_max).value_or(50);
    image.disks.push_back({"", true, whole, reader.integer("used", 1, whole).value_or(0)});
    for (const std::int64_t size : reader.integers("data_disks")) {
        image.disks.push_back({"", false, size});
    }
    for (const std::string& uin : reader.texts("shared_with")) {
        image.shared_with[uin] = image.created;
        check_uin(reader, "shared_with", uin);
        if (uin == account.uin) {
            reader.problem("shared_with", "the image is '" + uin + "'s own; name other accounts");
        }
    }
    return image;
}

struct Series {
    std::int64_t count = 0;
    std::string id_prefix;
    std::string name_prefix;
};

Series read_series(TomlTable& reader, const std::string& kind) {
    Series series;
    series.count = reader.integer("count", 0, count_max).value_or(0);
    if (!reader.has("count")) {
        reader.problem("count", "key 'count' is missing");
    }
    series.id_prefix = reader.required_text("id_prefix");
    series.name_prefix = reader.text("name_prefix").value_or("");
    const std::string shortest = series.id_prefix + std::to_string(series.count);
    std::string padded = shortest;
    padded.resize(std::max(padded.size(), kind.size() + 8), '0');
    if (!series.id_prefix.empty() && !is_well_formed_id(padded, kind)) {
        reader.problem(
            "id_prefix",
            "'id_prefix' must be " + kind + " and 0-9 a-z, and leave room for " +
                std::to_string(series.count) + " in eight characters"
        );
        series.count = 0;
    }
    return series;
}

std::string numbered_id(const Series& series, std::int64_t number, std::size_t kind_length) {
    const std::string digits = std::to_string(number);
    const std::size_t width = kind_length + 8 - series.id_prefix.size();
    return series.id_prefix + std::string(width - digits.size(), '0') + digits;
}

std::string series_name(const Series& series, const std::string& id, std::int64_t number) {
    if (series.name_prefix.empty()) {
        return id.substr(id.find('-') + 1);
    }
    return series.name_prefix + std::to_string(number);
}

}  // namespace

std::string platform_of(const std::string& os) {
    const std::string small = to_lower(os);
    if (contains(small, "windows")) {
        return "Windows";
    }
    if (contains(small, "red hat") || contains(small, "redhat") || small.starts_with("rhel")) {
        return "Red Hat Enterprise Linux";
    }
    return os.substr(0, os.find(' '));
}

void read_instance(const toml::table& table, Problems& problems, Account& account) {
    TomlTable reader{table, problems};
    Instance instance = read_common(reader, account);
    instance.id = reader.required_text("id");
    if (!instance.id.empty() && !is_well_formed_id(instance.id, "ins-")) {
        reader.problem("id", "'" + instance.id + "' is not ins- and eight of 0-9 a-z");
    }
    instance.name = reader.text("name").value_or(instance.id);
    reader.finish();
    account.instances.push_back(std::move(instance));
}

void read_instances(const toml::table& table, Problems& problems, Account& account) {
    TomlTable reader{table, problems};
    const Instance alike = read_common(reader, account);
    const Series series = read_series(reader, "ins-");
    reader.finish();
    for (std::int64_t number = 1; number <= series.count; ++number) {
        Instance instance = alike;
        instance.id = numbered_id(series, number, 4);
        instance.name = series_name(series, instance.id, number);
        account.instances.push_back(std::move(instance));
    }
}

void read_image(const toml::table& table, Problems& problems, Account& account) {
    TomlTable reader{table, problems};
    Image image = read_common_image(reader, account);
    image.id = reader.text("id").value_or("");
    if (!image.id.empty() && !is_well_formed_id(image.id, "img-")) {
        reader.problem("id", "'" + image.id + "' is not img- and eight of 0-9 a-z");
    }
    image.name = reader.required_text("name");
    if (reader.has("name")) {
        check_image_name(reader, "name", image.name);
    }
    reader.finish();
    account.images.push_back(std::move(image));
}

void read_images(const toml::table& table, Problems& problems, Account& account) {
    TomlTable reader{table, problems};
    const Image alike = read_common_image(reader, account);
    const Series series = read_series(reader, "img-");
    reader.finish();
    for (std::int64_t number = 1; number <= series.count; ++number) {
        Image image = alike;
        image.id = numbered_id(series, number, 4);
        image.name = series_name(series, image.id, number);
        if (number == series.count) {
            check_image_name(reader, "name_prefix", image.name);  // the longest
        }
        account.images.push_back(std::move(image));
    }
}

}  // namespace cloudsim
