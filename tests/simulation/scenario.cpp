#include "scenario.hpp"

#include "rules/calendar.hpp"

#include <algorithm>
#include <stdexcept>

namespace cvmbackup::simulation {

namespace {

constexpr const char* main_region = "ap-guangzhou";

std::string instance_id(int number) {
    const std::string digits = std::to_string(number);
    return "ins-" + std::string(8 - digits.size(), 'a') + digits;
}

std::string disk_id(int instance, std::size_t disk) {
    const std::string digits = std::to_string(instance * 10 + static_cast<int>(disk));
    return "disk-" + std::string(8 - digits.size(), '0') + digits;
}

cloudsim::Disk draw_disk(Chance& chance, int instance, std::size_t number) {
    cloudsim::Disk disk;
    disk.id = disk_id(instance, number);
    disk.size = 20 + static_cast<std::int64_t>(chance.below(180));
    disk.encrypted = chance.below(12) == 0;
    if (number > 0 && chance.below(10) == 0) {
        disk.type = "LOCAL_BASIC";
    }
    return disk;
}

cloudsim::Instance draw_instance(std::uint64_t seed, int number) {
    Chance chance(seed, 1000 + static_cast<std::uint64_t>(number));
    cloudsim::Instance instance;
    instance.id = instance_id(number);
    instance.name = (number % 3 == 0 ? "db " : "web-") + std::to_string(number);
    instance.uin = "100000000001";
    instance.region = main_region;
    instance.zone = std::string(main_region) + "-" + std::to_string(1 + chance.below(3));
    instance.tags["tier"] = number % 2 == 0 ? "web" : "db";
    if (chance.below(4) == 0) {
        instance.tags["backup"] = "no";
    }
    if (chance.below(8) == 0) {
        instance.os = "Windows Server 2022 Datacenter 64bit";
    }
    instance.platform = cloudsim::platform_of(instance.os);
    instance.system_disk = draw_disk(chance, number, 0);
    const std::size_t disks = chance.below(3) == 0 ? chance.below(4) : 0;
    for (std::size_t i = 1; i <= disks; ++i) {
        instance.data_disks.push_back(draw_disk(chance, number, i));
    }
    return instance;
}

bool wanted(const std::optional<std::set<int>>& only, int number) {
    return !only || only->contains(number);
}

// Over so long a time only what is due every week or more seldom, but for some on working days.
bool is_long(const Options& options) {
    return options.horizon > std::chrono::days(365);
}

// As users have them: most back up every night or every week, few more often.
Schedule draw_schedule(Chance& chance, bool seldom) {
    Schedule schedule;
    const int minute = static_cast<int>(chance.below(12)) * 5;
    const int hour = static_cast<int>(chance.below(24));
    schedule.minutes = {hour * 60 + minute};
    const std::uint64_t kind = chance.below(seldom ? 9 : 16);
    if (kind < 6) {
        schedule.weekdays = 1U << chance.below(7);
    } else if (kind < 7) {
        schedule.weekdays = 0x1f;
    } else if (kind < 9) {
        schedule.month_day = 1 + static_cast<int>(chance.below(31));
    } else if (kind < 11) {  // where clocks change
        schedule.minutes = {(chance.below(2) == 0 ? 60 : 120) + minute};
    } else if (kind < 12 && chance.below(2) == 0) {
        schedule.minutes = {120 + minute, 840 + minute};
    } else if (kind < 12) {
        schedule.every_hours = chance.below(2) == 0 ? 8 : 12;
        schedule.minutes = {minute};
    }
    return schedule;
}

Keep draw_keep(Chance& chance) {
    Keep keep;
    keep.last = 1 + static_cast<int>(chance.below(4));
    if (chance.below(2) == 0) {
        keep.daily = static_cast<int>(chance.below(8));
    }
    if (chance.below(3) == 0) {
        keep.weekly = static_cast<int>(chance.below(5));
        keep.monthly = static_cast<int>(chance.below(4));
    }
    if (chance.below(6) == 0) {
        keep.yearly = 1;
    }
    if (chance.below(4) == 0) {
        keep.last = 0;
        keep.within = std::chrono::hours(12 + chance.below(96));
    }
    keep.min_good = 1 + static_cast<int>(chance.below(3));
    return keep;
}

std::vector<Denied> draw_denied(Chance& chance) {
    if (chance.below(4) != 0) {
        return {};
    }
    Denied denied;
    denied.weekdays = chance.below(2) == 0 ? 0x1f : 1U << chance.below(7);
    denied.begin = static_cast<int>(chance.below(24)) * 60;
    denied.end = (denied.begin + 60 * (1 + static_cast<int>(chance.below(9)))) % 1440;
    return {denied};
}

void draw_selection(Chance& chance, Policy& policy, int fleet) {
    switch (chance.below(4)) {
        case 0:
            policy.select.include.tags["tier"] = {"web"};
            break;
        case 1:
            policy.select.include.tags["tier"] = {"db", "web"};
            policy.select.exclude.tags["backup"] = {"no"};
            break;
        case 2:
            for (int number = 1; number <= std::max(2, fleet / 3); ++number) {
                policy.select.include.instances.emplace_back(instance_id(number));
            }
            break;
        default:
            policy.select.include.zones = {
                std::string(main_region) + "-1", std::string(main_region) + "-2"};
            break;
    }
}

void draw_copies(Chance& chance, Policy& policy) {
    if (chance.below(2) == 0) {
        policy.replicas.push_back({Region("ap-shanghai"), draw_keep(chance)});
    }
    if (chance.below(4) == 0) {
        policy.replicas.push_back({Region("ap-beijing"), draw_keep(chance)});
    }
    if (chance.below(3) == 0) {
        ExportTarget target;
        target.bucket = BucketName("ops-backup-1250000000");
        target.prefix = "{policy}/{instance}/{time}";
        target.every = chance.below(2) == 0 ? Every::backup : Every::week;
        target.keep = draw_keep(chance);
        policy.exported = target;
    }
}

void draw_catch_up(Chance& chance, Policy& policy) {
    switch (chance.below(3)) {
        case 0:
            policy.catch_up.mode = CatchUp::Mode::none;
            break;
        case 1:
            policy.catch_up.mode = CatchUp::Mode::always;
            break;
        default:
            policy.catch_up.window = std::chrono::hours(1 + chance.below(24));
            break;
    }
}

// Draws again whatever an edition may change.
void redraw(Chance& chance, DrawnPolicy& drawn, const Options& options) {
    do {
        drawn.schedule = draw_schedule(chance, is_long(options));
        drawn.denied = draw_denied(chance);
        drawn.policy.schedule = {*parse_calendar(drawn.schedule.text()).expression};
        drawn.policy.deny.clear();
        for (const Denied& each : drawn.denied) {
            drawn.policy.deny.push_back(*parse_deny(each.text()).window);
        }
    } while (
        !ever_fires(drawn.policy, Instant(std::chrono::sys_days(std::chrono::January / 1 / 2027)))
    );
    drawn.policy.keep = draw_keep(chance);
    drawn.policy.spread =
        chance.below(2) == 0 ? Duration(0) : Duration(std::chrono::minutes(chance.below(180)));
    draw_catch_up(chance, drawn.policy);
}

DrawnPolicy draw_policy(const Options& options, int number) {
    Chance chance(options.seed, 2000 + static_cast<std::uint64_t>(number));
    static const std::vector<std::string> names{"web", "web-2", "nightly-of-everything-there-is"};
    DrawnPolicy drawn;
    Policy& policy = drawn.policy;
    policy.name = PolicyName(names[static_cast<std::size_t>(number)]);
    policy.account = AccountName("prod");
    policy.region = Region(main_region);
    policy.zone = ZoneName(known_zones()[chance.below(known_zones().size())]);
    policy.disks = chance.below(3) == 0 ? Disks::all : Disks::system;
    policy.consistency = chance.below(5) == 0 ? Consistency::power_off : Consistency::running;
    draw_selection(chance, policy, options.fleet);
    draw_copies(chance, policy);
    redraw(chance, drawn, options);
    return drawn;
}

// Most clouds are quick, so that years pass in seconds: waiting is many reads and little risk.
void draw_timing(Chance& chance, cloudsim::Timing& timing) {
    if (chance.below(8) == 0) {
        return;
    }
    using std::chrono::seconds;
    timing.create = {seconds(20), seconds(40 + chance.below(200))};
    timing.copy = {seconds(20), seconds(40 + chance.below(300))};
    timing.exporting = cloudsim::DurationRange{seconds(60), seconds(120 + chance.below(600))};
}

// Some need hours for an export, as for large disks.
void draw_slow_exports(std::uint64_t seed, cloudsim::Timing& timing) {
    Chance chance(seed, 101);
    if (chance.below(8) == 0) {
        timing.exporting = {std::chrono::minutes(30), std::chrono::minutes(150)};
    }
}

bool has_tags(const Criteria& criteria, const cloudsim::Instance& instance) {
    return std::ranges::all_of(criteria.tags, [&](const auto& wanted) {
        const auto tag = instance.tags.find(wanted.first);
        return tag != instance.tags.end() && std::ranges::count(wanted.second, tag->second) > 0;
    });
}

}  // namespace

bool selects(const Policy& policy, const cloudsim::Instance& instance) {
    const Criteria& wanted = policy.select.include;
    const Criteria& unwanted = policy.select.exclude;
    const auto is_listed = [&](const Criteria& criteria) {
        return std::ranges::count(criteria.instances, InstanceId(instance.id)) > 0;
    };
    const auto is_in_zone = [&](const Criteria& criteria) {
        return std::ranges::count(criteria.zones, instance.zone) > 0;
    };
    const bool is_wanted = has_tags(wanted, instance) &&
                           (wanted.instances.empty() || is_listed(wanted)) &&
                           (wanted.zones.empty() || is_in_zone(wanted));
    const bool is_unwanted = (!unwanted.tags.empty() && has_tags(unwanted, instance)) ||
                             is_listed(unwanted) || is_in_zone(unwanted);
    return instance.region == policy.region.text() && is_wanted && !is_unwanted;
}

void draw_world(Scenario& scenario) {
    const std::uint64_t seed = scenario.options.seed;
    Chance chance(seed, 10);
    cloudsim::World& world = scenario.world;
    cloudsim::Behaviour& behaviour = world.behaviour;
    behaviour.image_names_unique = chance.below(2) == 0;
    behaviour.source_busy_during_copy = chance.below(2) == 0;
    behaviour.poweroff_stays_off = chance.below(2) == 0;
    behaviour.list_delay.longest = std::chrono::seconds(chance.below(60));
    behaviour.tags_late.longest = std::chrono::seconds(chance.below(200));
    behaviour.export_names = static_cast<cloudsim::ExportNames>(chance.below(4));
    behaviour.failed_copy = static_cast<cloudsim::FailedCopy>(chance.below(2));
    behaviour.delete_during_export = static_cast<cloudsim::DeletionDuringExport>(chance.below(2));
    // As late as the daemon's fence allows for.
    if (Chance late(seed, 111); late.below(4) == 0) {
        behaviour.list_delay.longest = std::chrono::seconds(60 + late.below(240));
    }
    draw_timing(chance, world.timing);
    draw_slow_exports(seed, world.timing);
    world.limits.foreign_share = chance.below(3) == 0 ? 0.8 : 0.0;
    world.limits.images_per_deletion = chance.below(2) == 0 ? 100 : 5;
    cloudsim::Account account;
    account.uin = "100000000001";
    account.app_id = 1250000000;
    account.secret_id = "AKIDsimulated";
    account.secret_key = "simulatedkey";
    cloudsim::Bucket bucket;
    bucket.name = "ops-backup-1250000000";
    bucket.region = main_region;
    bucket.versioned = chance.below(3) == 0;
    account.buckets.push_back(bucket);
    for (int number = 1; number <= scenario.options.fleet; ++number) {
        if (wanted(scenario.options.instances, number)) {
            account.instances.push_back(draw_instance(seed, number));
        }
    }
    world.accounts.push_back(std::move(account));
}

void draw_policies(Scenario& scenario) {
    Chance chance(scenario.options.seed, 20);
    Account account;
    account.name = AccountName("prod");
    account.credentials = CredentialSource::environment;
    scenario.settings.accounts = {account};
    scenario.settings.backups_in_flight = static_cast<int>(chance.below(2) * chance.below(6));
    scenario.settings.compare_every = std::chrono::hours(chance.below(3) == 0 ? 6 : 24);
    const int count = 1 + static_cast<int>(chance.below(2) * (1 + chance.below(2)));
    Edition edition{scenario.begin, {}};
    for (int number = 0; number < count; ++number) {
        if (wanted(scenario.options.policies, number)) {
            edition.policies.push_back(draw_policy(scenario.options, number));
        }
    }
    scenario.editions.push_back(edition);
    const std::vector<DrawnPolicy> all = edition.policies;
    while (!all.empty() && !scenario.options.off.contains("reload")) {
        edition.from += std::chrono::hours(24 * (5 + chance.below(60)));
        if (edition.from >= scenario.end) {
            break;
        }
        edition.policies = all;
        for (DrawnPolicy& drawn : edition.policies) {
            if (chance.below(2) == 0) {
                redraw(chance, drawn, scenario.options);
            }
        }
        if (chance.below(4) == 0 && edition.policies.size() > 1) {
            edition.policies.pop_back();
        }
        scenario.editions.push_back(edition);
    }
}

Scenario draw_scenario(const Options& options) {
    Scenario scenario;
    scenario.options = options;
    // Anywhere in the year, so that short runs meet the days on which clocks change.
    const auto day = Chance(options.seed, 5).below(365);
    scenario.begin =
        std::chrono::sys_days(std::chrono::January / 1 / 2027) + std::chrono::hours(1 + 24 * day);
    scenario.end = scenario.begin + options.horizon;
    draw_world(scenario);
    draw_policies(scenario);
    draw_faults(scenario);
    draw_acts(scenario);
    return scenario;
}

}  // namespace cvmbackup::simulation
