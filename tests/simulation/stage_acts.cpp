#include "rules/image_name.hpp"
#include "stage.hpp"

#include <algorithm>

namespace cvmbackup::simulation {

namespace {

using namespace std::chrono;

constexpr const char* uin = "100000000001";
constexpr std::int64_t usual_quota = 500;

}  // namespace

std::string Stage::some_instance(std::uint64_t how) const {
    const auto& instances = cloud_.state().instances;
    if (instances.empty()) {
        return "";
    }
    const auto steps = static_cast<std::ptrdiff_t>(how % instances.size());
    return std::next(instances.begin(), steps)->first;
}

const DrawnPolicy* Stage::some_policy(std::uint64_t how) const {
    return in_force_.empty() ? nullptr : &in_force_[how % in_force_.size()];
}

void Stage::act(const Act& act) {
    switch (act.kind) {
        case ActKind::kill:
            return arm(act.how);
        case ActKind::stop:
            return stop();
        case ActKind::jump:
            jump(act.by);
            if (act.lasts > Duration(0)) {
                later_.emplace(now_ + act.lasts, [this, by = act.by] { jump(-by); });
            }
            return;
        case ActKind::run_now:
            return run_now(act.how);
        case ActKind::cancel:
            return cancel(act.how);
        case ActKind::pause:
            return pause(act);
        case ActKind::reload:
            return reload();
        case ActKind::instance_comes:
            return instance_comes(act.how);
        case ActKind::instance_goes:
            return instance_goes(act.how);
        case ActKind::instance_stops:
            return instance_stops(act);
        case ActKind::foreign_image:
            return foreign_image(act.how);
        case ActKind::foreign_object:
            return foreign_object(act.how);
        case ActKind::image_deleted:
            return image_deleted(act.how);
        case ActKind::image_renamed:
            return image_renamed(act.how);
        case ActKind::pin:
            return pin(act);
        case ActKind::catalog_lost:
            return lose_catalog(act);
        case ActKind::catalog_copied:
            return copy_catalog();
        case ActKind::catalog_put_back:
            return put_catalog_back(act);
        case ActKind::quota_shrinks:
            return quota_shrinks(act);
        case ActKind::support_call:
            note("support ends what hangs");
            cloud_.state().end_hung();
            return;
    }
}

void Stage::arm(std::uint64_t how) {
    if (!life_) {
        return;
    }
    Kill kill;
    // What hurts most is to die right after a call or between an intent and its call.
    const std::uint64_t where = how % 8;
    kill.telling = where > 4;
    kill.where = !kill.telling ? static_cast<Boundary>(where)
                 : where == 7  ? Boundary::after_commit
                               : Boundary::after_request;
    kill.countdown = (how >> 8U) % (kill.telling ? 3 : 40);
    kill.again = (how >> 16U) % 4 == 0;
    switch ((how >> 24U) % 6) {
        case 0:
            kill.down = hours(1 + (how >> 32U) % 60);
            break;
        case 1:
        case 2:
            kill.down = minutes(2 + (how >> 32U) % 200);
            break;
        default:
            kill.down = seconds(1 + (how >> 32U) % 20);
            break;
    }
    kill_ = kill;
}

void Stage::stop() {
    if (!life_) {
        return;
    }
    note("the daemon is stopped");
    if (!real_catalog_->unfinished_runs().empty()) {
        marks_.hit("orderly stop in mid-backup");
    }
    bool idle = false;
    try {
        life_->engine->stop([&idle] { idle = true; });
        life_->clock.run_until(wall() + minutes(10), [&idle] { return idle; });
    } catch (const Crash&) {
        crashed();
        return;
    }
    if (!idle) {
        throw Broken{1, "the daemon does not stop within ten minutes"};
    }
    end_life();
    begins_at_ = now_ + seconds(2);
}

void Stage::jump(Duration by) {
    note("the clock is set by " + std::to_string(duration_cast<seconds>(by).count()) + " s");
    if (life_) {
        firings_.clock_set(wall(), wall() + by);
        life_->clock.jump(by);
    }
    wrong_ += by;
    const bool is_far = by >= hours(1) || by <= -hours(1);
    marks_.hit(
        std::string("clock set ") + (by > Duration(0) ? "forward" : "back") +
        (is_far ? " by hours" : "")
    );
}

void Stage::instance_comes(std::uint64_t how) {
    const std::string like = some_instance(how);
    if (like.empty()) {
        return;
    }
    cloudsim::Instance instance = *cloud_.state().find_instance(like);
    const std::string digits = std::to_string(how % 1'000'000);
    instance.id = "ins-" + std::string(8 - digits.size(), 'z') + digits;
    instance.name = "new-" + digits;
    instance.state = "RUNNING";
    instance.states.clear();
    instance.stop_charging = false;
    instance.image_in_creation.clear();
    instance.system_disk.id = "disk-" + std::string(8 - digits.size(), 'z') + digits;
    instance.data_disks.clear();
    if (cloud_.state().find_instance(instance.id) == nullptr) {
        note("instance " + instance.id + " appears");
        cloud_.state().add_instance(std::move(instance));
        last_fleet_change_ = now_;
    }
}

void Stage::instance_goes(std::uint64_t how) {
    const std::string id = some_instance(how);
    if (id.empty() || cloud_.state().instances.size() < 3) {
        return;
    }
    if (!cloud_.state().find_instance(id)->image_in_creation.empty()) {
        marks_.hit("instance gone in mid-backup");
    }
    note("instance " + id + " goes");
    cloud_.state().remove_instance(id);
    last_fleet_change_ = now_;
}

void Stage::instance_stops(const Act& act) {
    const std::string id = some_instance(act.how);
    cloudsim::Instance* instance = cloud_.state().find_instance(id);
    if (instance == nullptr || instance->state != "RUNNING") {
        return;
    }
    instance->state = "STOPPED";
    instance->stop_charging = act.how % 3 == 0;
    if (instance->stop_charging) {
        marks_.hit("instance stopped without charge");
    }
    note("instance " + id + " is stopped");
    last_fleet_change_ = now_;
    later_.emplace(now_ + act.lasts, [this, id] {
        if (cloudsim::Instance* again = cloud_.state().find_instance(id)) {
            again->state = "RUNNING";
            again->stop_charging = false;
            note("instance " + id + " runs again");
            last_fleet_change_ = now_;
        }
    });
}

// Named like one of the daemon's, but not by it.
// Which the daemon will want to give soon.
std::optional<std::string> Stage::next_name(std::uint64_t how) const {
    const DrawnPolicy* drawn = some_policy(how);
    if (drawn == nullptr) {
        return std::nullopt;
    }
    const Policy& policy = drawn->policy;
    const auto due =
        due_times(drawn->schedule, drawn->denied, policy.zone.text(), wall(), wall() + days(32));
    const auto& instances = cloud_.state().instances;
    const auto chosen = std::ranges::find_if(instances, [&](const auto& each) {
        return selects(policy, each.second);
    });
    if (due.empty() || chosen == instances.end()) {
        return std::nullopt;
    }
    return image_name(policy.name, InstanceId(chosen->first), due.front(), 1);
}

void Stage::foreign_image(std::uint64_t how) {
    const auto like = copies_.some_image(how);
    cloudsim::Image image;
    image.uin = uin;
    image.region = like ? cloud_.state().find_image(*like)->region : "ap-guangzhou";
    const std::string name = like ? cloud_.state().find_image(*like)->name : "cb-web";
    switch (how % 4) {
        case 0:
            image.name = name + "0";
            break;
        case 1:
            image.name = "CB" + name.substr(2);
            break;
        case 2:
            image.name = name.substr(0, name.size() - 1) + "9";
            break;
        default:
            image.name = how / 4 % 2 == 0 ? "golden-image" : next_name(how / 8).value_or("cb-");
            image.region = "ap-guangzhou";
            break;
    }
    image.disks.push_back({"", true, 50});
    image.created = now_;
    note("somebody makes an image " + image.name);
    cloud_.state().add_snapshots(cloud_.state().add_image(std::move(image)), {});
}

void Stage::foreign_object(std::uint64_t how) {
    cloudsim::BucketState& bucket = cloud_.state().buckets.begin()->second;
    std::string key = "web/readme.txt";
    const std::optional<std::string> ours = copies_.some_object(how / 8);
    if (ours && how % 8 == 1) {
        key = *ours;
        copies_.replaced(key);
    } else if (!bucket.objects.empty() && how % 2 == 0) {
        key = bucket.objects.rbegin()->first + ".sha256";
    }
    cloudsim::ObjectVersion version;
    version.size = 64;
    version.etag = "\"0\"";
    version.modified = now_;
    note("somebody stores " + key);
    cloud_.state().put_object(bucket, key, std::move(version));
}

void Stage::image_deleted(std::uint64_t how) {
    const auto image = copies_.some_image(how);
    if (!image) {
        return;
    }
    note("the operator deletes " + *image);
    copies_.taken_away(*image);
    cloud_.state().remove_image(*image, true);
}

void Stage::image_renamed(std::uint64_t how) {
    const auto image = copies_.some_image(how);
    if (!image || !copies_.is_kept(*image)) {
        return;
    }
    note("somebody takes " + *image + " for another purpose, and renames it");
    copies_.renamed(*image, now_);
    cloud_.state().find_image(*image)->name = "golden-" + image->substr(4);
}

void Stage::quota_shrinks(const Act& act) {
    cloudsim::State& state = cloud_.state();
    const std::int64_t used = state.count_images({uin, "ap-guangzhou"});
    state.limits.images_per_region = used + static_cast<std::int64_t>(act.how % 3);
    note("the quota is " + std::to_string(state.limits.images_per_region));
    later_.emplace(now_ + act.lasts, [this] {
        cloud_.state().limits.images_per_region = usual_quota;
        note("the quota is as usual");
    });
}

}  // namespace cvmbackup::simulation
