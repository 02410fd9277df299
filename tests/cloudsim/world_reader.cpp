#include "world_reader.hpp"

#include "behaviour_reader.hpp"
#include "instance_reader.hpp"
#include "networks.hpp"
#include "regions.hpp"
#include "text.hpp"
#include "world_rules.hpp"

#include <span>
#include <unordered_set>

namespace cloudsim {
namespace {

constexpr std::int64_t many = 1'000'000'000;

void read_timing(const toml::table& table, Problems& problems, Timing& timing) {
    TomlTable reader{table, problems};
    timing.create = reader.duration_range("create").value_or(timing.create);
    timing.copy = reader.duration_range("copy").value_or(timing.copy);
    timing.exporting = reader.duration_range("export");
    timing.snapshot = reader.duration_range("snapshot").value_or(timing.snapshot);
    timing.snapshot_copy = reader.duration_range("snapshot_copy").value_or(timing.snapshot_copy);
    timing.start = reader.duration_range("start").value_or(timing.start);
    timing.stop = reader.duration_range("stop").value_or(timing.stop);
    timing.import = reader.duration_range("import").value_or(timing.import);
    timing.launch = reader.duration_range("launch").value_or(timing.launch);
    timing.reset = reader.duration_range("reset").value_or(timing.reset);
    timing.terminate = reader.duration_range("terminate").value_or(timing.terminate);
    timing.command_delivery =
        reader.duration_range("command_delivery").value_or(timing.command_delivery);
    timing.latency = reader.duration_range("latency").value_or(timing.latency);
    reader.finish();
}

void read_limits(const toml::table& table, Problems& problems, Limits& limits) {
    TomlTable reader{table, problems};
    limits.images_per_region =
        reader.integer("images_per_region", 0, many).value_or(limits.images_per_region);
    limits.exports_running =
        reader.integer("exports_running", 0, many).value_or(limits.exports_running);
    limits.images_per_deletion =
        reader.integer("images_per_deletion", 1, many).value_or(limits.images_per_deletion);
    limits.shares_per_image =
        reader.integer("shares_per_image", 0, many).value_or(limits.shares_per_image);
    limits.snapshots_base =
        reader.integer("snapshots_base", 0, many).value_or(limits.snapshots_base);
    limits.snapshots_per_disk =
        reader.integer("snapshots_per_disk", 0, many).value_or(limits.snapshots_per_disk);
    limits.snapshots_creating =
        reader.integer("snapshots_creating", 0, many).value_or(limits.snapshots_creating);
    limits.instances_per_region =
        reader.integer("instances_per_region", 0, many).value_or(limits.instances_per_region);
    limits.import_content =
        reader.integer("import_content", 1, many).value_or(limits.import_content);
    limits.import_virtual =
        reader.integer("import_virtual", 1, many).value_or(limits.import_virtual);
    limits.import_closed = reader.texts("import_closed");
    for (const std::string& region : limits.import_closed) {
        if (find_region(region) == nullptr) {
            reader.problem("import_closed", "there is no region '" + region + "'");
        }
    }
    limits.prepaid_returns =
        reader.integer("prepaid_returns", 0, many).value_or(limits.prepaid_returns);
    limits.sold_out_types = reader.texts("sold_out_types");
    for (const std::string& type : limits.sold_out_types) {
        check_instance_type(reader, "sold_out_types", type);
    }
    limits.sold_out_zones = reader.texts("sold_out_zones");
    for (const std::string& zone : limits.sold_out_zones) {
        if (find_region(region_of_zone(zone)) == nullptr) {
            reader.problem("sold_out_zones", "'" + zone + "' is no zone such as ap-guangzhou-3");
        }
    }
    limits.sold_out_disks = reader.texts("sold_out_disks");
    limits.stock = reader.integer("stock", 0, many);
    limits.foreign_share = reader.share("foreign_share").value_or(limits.foreign_share);
    limits.account_rate = reader.integer("account_rate", 0, many).value_or(limits.account_rate);
    limits.global_rate = reader.integer("global_rate", 0, many).value_or(limits.global_rate);
    limits.address_rate = reader.integer("address_rate", 0, many).value_or(limits.address_rate);
    limits.copy_size = reader.integer("copy_size", 0, many).value_or(limits.copy_size);
    limits.tags_per_image =
        reader.integer("tags_per_image", 0, many).value_or(limits.tags_per_image);
    reader.finish();
}

Bucket read_bucket(const toml::table& table, Problems& problems, std::int64_t app_id) {
    TomlTable reader{table, problems};
    Bucket bucket;
    bucket.name = reader.required_text("name");
    bucket.region = reader.required_text("region");
    if (!bucket.region.empty() && find_region(bucket.region) == nullptr) {
        reader.problem("region", "there is no region '" + bucket.region + "'");
    }
    const std::string suffix = "-" + std::to_string(app_id);
    if (!bucket.name.empty() && !bucket.name.ends_with(suffix)) {
        reader.problem("name", "a bucket of this account is named BUCKET" + suffix);
    }
    bucket.versioned = reader.boolean("versioned").value_or(bucket.versioned);
    bucket.object_lock = reader.duration("object_lock");
    constexpr std::chrono::days shortest{1};
    constexpr std::chrono::days longest{36500};
    if (bucket.object_lock && (*bucket.object_lock < shortest || *bucket.object_lock > longest ||
                               *bucket.object_lock % shortest != Duration{0})) {
        reader.problem("object_lock", "'object_lock' must be whole days, 1d to 36500d");
    }
    bucket.export_allowed = reader.boolean("export_allowed").value_or(bucket.export_allowed);
    reader.finish();
    return bucket;
}

Subnet read_subnet(const toml::table& table, Problems& problems) {
    TomlTable reader{table, problems};
    Subnet subnet;
    subnet.id = reader.required_text("id");
    subnet.vpc_id = reader.required_text("vpc");
    subnet.zone = reader.required_text("zone");
    subnet.range = reader.text("range").value_or("");
    if (!subnet.id.empty() && !is_well_formed_id(subnet.id, "subnet-")) {
        reader.problem("id", "'" + subnet.id + "' is not subnet- and eight of 0-9 a-z");
    }
    if (!subnet.vpc_id.empty() && !is_well_formed_id(subnet.vpc_id, "vpc-")) {
        reader.problem("vpc", "'" + subnet.vpc_id + "' is not vpc- and eight of 0-9 a-z");
    }
    if (!subnet.zone.empty() &&
        find_region(subnet.zone.substr(0, subnet.zone.rfind('-'))) == nullptr) {
        reader.problem("zone", "there is no zone '" + subnet.zone + "'");
    }
    if (!subnet.range.empty() && !parse_range(subnet.range)) {
        reader.problem("range", "'" + subnet.range + "' is not like 10.0.1.0/24, /16 to /29");
    }
    reader.finish();
    return subnet;
}

Role read_role(const toml::table& table, Problems& problems) {
    TomlTable reader{table, problems};
    Role role;
    role.name = reader.required_text("name");
    role.id = reader.text("id").value_or("");
    role.trusts = reader.texts("trusts");
    for (const std::string& uin : role.trusts) {
        check_uin(reader, "trusts", uin);
    }
    role.external_id = reader.text("external_id").value_or("");
    role.lifetime = reader.duration("lifetime").value_or(role.lifetime);
    if (role.lifetime < std::chrono::minutes{1}) {
        reader.problem("lifetime", "'lifetime' must be at least 1min");
    }
    reader.finish();
    return role;
}

// Ids that the whole world has once; a second one is a problem at its own place.
class Uniqueness {
public:
    explicit Uniqueness(Problems& problems)
        : problems_{problems} {}

    // False after a problem.
    bool check(const toml::table& table, const char* key, const char* kind, std::string value) {
        const bool is_new = value.empty() || seen_.insert(kind + value).second;
        if (!is_new) {
            const toml::node* node = table.get(key);
            problems_.add(
                node == nullptr ? table.source() : node->source(),
                "two of the world have the same " + (kind + std::move(value))
            );
        }
        return is_new;
    }

    bool has(const char* kind, const std::string& value) const {
        return seen_.contains(kind + value);
    }

    // What every world has.
    void add(const char* kind, const std::string& value) { seen_.insert(kind + value); }

private:
    Problems& problems_;
    std::unordered_set<std::string> seen_;
};

// What is checked of instances once all images are known.
struct ImageUse {
    const toml::table* table;
    std::string image_id;
};

struct Found {
    Uniqueness ids;
    std::vector<ImageUse> image_uses;
};

void note_instances(const toml::table& table, std::span<const Instance> instances, Found& found) {
    for (const Instance& instance : instances) {
        if (!found.ids.check(table, "id", "instance id ", instance.id) ||
            !found.ids.check(table, "system_disk", "disk id ", instance.system_disk.id)) {
            return;
        }
        for (const Disk& disk : instance.data_disks) {
            if (!found.ids.check(table, "data_disks", "disk id ", disk.id)) {
                return;
            }
        }
    }
    if (!instances.empty()) {
        found.image_uses.push_back({&table, instances.front().image_id});
    }
}

void note_images(const toml::table& table, std::span<const Image> images, Found& found) {
    for (const Image& image : images) {
        if (!found.ids.check(table, "id", "image id ", image.id)) {
            return;
        }
    }
}

void read_instances_and_images(TomlTable& reader, Account& account, Found& found) {
    Problems& problems = reader.problems();
    const auto read_all = [&](const char* key, auto read, auto note, const auto& things) {
        for (const toml::table* table : reader.subtables(key)) {
            const std::size_t before = things.size();
            read(*table, problems, account);
            note(*table, std::span{things}.subspan(before), found);
        }
    };
    read_all("instance", read_instance, note_instances, account.instances);
    read_all("instances", read_instances, note_instances, account.instances);
    read_all("image", read_image, note_images, account.images);
    read_all("images", read_images, note_images, account.images);
}

void check_image_uses(Problems& problems, const Found& found) {
    for (const ImageUse& use : found.image_uses) {
        if (!found.ids.has("image id ", use.image_id)) {
            const toml::node* node = use.table->get("image");
            problems.add(
                node == nullptr ? use.table->source() : node->source(),
                "there is no image '" + use.image_id + "' in the world"
            );
        }
    }
}

void read_contents(TomlTable& reader, Account& account, Found& found) {
    Problems& problems = reader.problems();
    for (const toml::table* table : reader.subtables("bucket")) {
        account.buckets.push_back(read_bucket(*table, problems, account.app_id));
        found.ids.check(*table, "name", "bucket name ", account.buckets.back().name);
    }
    for (const toml::table* table : reader.subtables("subnet")) {
        account.subnets.push_back(read_subnet(*table, problems));
        found.ids.check(*table, "id", "subnet id ", account.subnets.back().id);
    }
    for (const toml::table* table : reader.subtables("role")) {
        account.roles.push_back(read_role(*table, problems));
    }
    read_instances_and_images(reader, account, found);
}

Account read_account(const toml::table& table, Problems& problems, Found& found) {
    TomlTable reader{table, problems};
    Account account;
    account.uin = reader.required_text("uin");
    check_uin(reader, "uin", account.uin);
    const auto app_id = reader.integer("app_id", 1, many * many);
    if (!app_id && table.get("app_id") == nullptr) {
        reader.problem("app_id", "key 'app_id' is missing");
    }
    account.app_id = app_id.value_or(0);
    account.secret_id = reader.required_text("secret_id");
    account.secret_key = reader.required_text("secret_key");
    account.cvm_role = reader.boolean("cvm_role").value_or(account.cvm_role);
    account.pass_role = reader.boolean("pass_role").value_or(account.pass_role);
    account.key_pairs = reader.texts("key_pairs");
    account.security_groups = reader.texts("security_groups");
    account.kms_keys = reader.texts("kms_keys");
    account.sub_accounts = reader.texts("sub_accounts");
    for (const std::string& uin : account.sub_accounts) {
        check_uin(reader, "sub_accounts", uin);
    }
    account.in_arrears = reader.boolean("in_arrears").value_or(account.in_arrears);
    found.ids.check(table, "uin", "uin ", account.uin);
    found.ids.check(table, "secret_id", "secret_id ", account.secret_id);
    read_contents(reader, account, found);
    reader.finish();
    return account;
}

}  // namespace

World parse_world(std::string_view text, const std::string& file) {
    const toml::table root = parse_toml(text, file);
    Problems problems{file};
    TomlTable reader{root, problems};
    World world;
    if (const toml::table* table = reader.subtable("timing")) {
        read_timing(*table, problems, world.timing);
    }
    if (const toml::table* table = reader.subtable("limits")) {
        read_limits(*table, problems, world.limits);
    }
    if (const toml::table* table = reader.subtable("behaviour")) {
        read_behaviour(*table, problems, world.behaviour);
    }
    Found found{Uniqueness{problems}, {}};
    for (const Image& image : public_images()) {
        found.ids.add("image id ", image.id);
    }
    for (const toml::table* table : reader.subtables("account")) {
        world.accounts.push_back(read_account(*table, problems, found));
    }
    check_image_uses(problems, found);
    if (world.accounts.empty()) {
        problems.add(root.source(), "a world needs at least one [[account]]");
    }
    reader.finish();
    problems.raise();
    return world;
}

World load_world(const std::string& path) {
    return parse_world(read_text_file(path), path);
}

}  // namespace cloudsim
