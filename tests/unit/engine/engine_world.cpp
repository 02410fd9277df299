#include "engine_world.hpp"

#include "cloudsim/fault_reader.hpp"
#include "cloudsim/world_reader.hpp"
#include "rules/calendar.hpp"

#include <algorithm>
#include <map>

namespace cvmbackup {

EngineWorld::EngineWorld(const std::string& world, const std::string& faults)
    : now(*parse_rfc3339("2027-01-04T02:00:00Z"))
    , cloud(std::make_unique<cloudsim::Cloud>(
          cloudsim::parse_world(world), 1, cloudsim::parse_faults(faults)
      ))
    , catalog(open_catalog(":memory:")) {
    set_simulated_key();
    Account account;
    account.name = AccountName("prod");
    account.credentials = CredentialSource::environment;
    settings.accounts = {account};
    settings.policies = {web_policy()};
}

void EngineWorld::begin() {
    life = std::make_unique<Incarnation>(
        Birth{now - wrong, wrong}, *cloud, *catalog, observer, [this] { return settings; }
    );
    life->transport.acted = [this](const cloudsim::RequestRecord& record) {
        records.push_back(record);
    };
    life->engine->begin();
}

void EngineWorld::crash() {
    if (life) {
        now = life->clock.now();
    }
    life.reset();
}

void EngineWorld::run_for(Duration duration) {
    if (!life) {
        begin();
    }
    life->clock.run_for(duration);
    now = life->clock.now();
}

bool EngineWorld::run_until_done(Duration limit) {
    if (!life) {
        begin();
    }
    const bool done = life->clock.run_until(life->clock.now() + limit, [&] {
        return catalog->unfinished_runs().empty() && !catalog->runs(std::nullopt, 1).empty();
    });
    now = life->clock.now();
    return done;
}

void EngineWorld::refuse_reads_of(std::string image) {
    life->transport.arriving = [this, image = std::move(image)](const HttpRequest& request) {
        if (find_header(request.headers, "X-TC-Action") == "DescribeImages" &&
            request.body.find(image) != std::string::npos) {
            cloudsim::Fault refusal;
            refusal.kind = cloudsim::FaultKind::error;
            refusal.action = "DescribeImages";
            refusal.code = "UnauthorizedOperation";
            refusal.nth = {1};
            cloud->faults().clear();
            cloud->faults().add(refusal);
        }
    };
}

std::vector<Backup> EngineWorld::all_backups() {
    BackupFilter filter;
    filter.limit = 100000;
    return catalog->backups(filter);
}

Backup EngineWorld::newest_backup() {
    return all_backups().front();
}

std::vector<cloudsim::Image> EngineWorld::images(const std::string& region) const {
    std::vector<cloudsim::Image> found;
    for (const auto& [id, image] : cloud->state().images) {
        if (image.region == region && image.source == "CREATE_IMAGE") {
            found.push_back(image);
        }
    }
    return found;
}

std::vector<std::string> EngineWorld::keys() const {
    std::vector<std::string> keys;
    for (const auto& [name, bucket] : cloud->state().buckets) {
        for (const auto& [key, versions] : bucket.objects) {
            keys.push_back(key);
        }
    }
    return keys;
}

std::size_t EngineWorld::calls(const std::string& action) const {
    return static_cast<std::size_t>(
        std::ranges::count(records, action, &cloudsim::RequestRecord::action)
    );
}

std::vector<std::string> EngineWorld::doubled_names() const {
    std::map<std::pair<std::string, std::string>, int> counts;
    for (const auto& [id, image] : cloud->state().images) {
        counts[{image.region, image.name}] += 1;
    }
    std::vector<std::string> doubled;
    for (const auto& [where, count] : counts) {
        if (count > 1) {
            doubled.push_back(where.second + " in " + where.first);
        }
    }
    return doubled;
}

Policy web_policy() {
    Policy policy;
    policy.name = PolicyName("web");
    policy.account = AccountName("prod");
    policy.region = Region("ap-guangzhou");
    policy.select.include.tags["tier"] = {"web"};
    policy.schedule = {*parse_calendar("02:15").expression};
    policy.catch_up = CatchUp{CatchUp::Mode::within, std::chrono::hours(6)};
    policy.disks = Disks::system;
    policy.keep.last = 3;
    Keep replicas;
    replicas.last = 3;
    policy.replicas = {ReplicaTarget{Region("ap-shanghai"), replicas}};
    return policy;
}

ExportTarget web_export(const Keep& keep) {
    return ExportTarget{
        BucketName("ops-backup-1250000000"),
        "web/{instance}/{time}",
        ExportFormat::qcow2,
        Every::backup,
        keep};
}

std::string web_world(int count, const std::string& more) {
    return R"(
[[account]]
uin = "100000000001"
app_id = 1250000000
secret_id = "AKIDsimulated"
secret_key = "simulatedkey"
[[account.bucket]]
name = "ops-backup-1250000000"
region = "ap-guangzhou"
[[account.instances]]
count = )" +
           std::to_string(count) + R"(
id_prefix = "ins-w"
region = "ap-guangzhou"
tags = { tier = "web" }
)" + more;
}

}  // namespace cvmbackup
