#include "engine/pruner.hpp"

#include "rules/backup_machine.hpp"

#include <algorithm>
#include <iterator>

namespace cvmbackup {

namespace {

bool is_gone(const Failure& failure) {
    return failure.code.starts_with("InvalidImageId.NotFound");
}

bool is_shared(const Failure& failure) {
    return failure.code == "InvalidImageId.InShared";
}

// This daemon shares nothing, so a person did, and somebody may build on it.
Failure shared_with(Failure failure, const std::vector<std::string>& accounts) {
    std::string list;
    for (const std::string& account : accounts) {
        list += (list.empty() ? "" : ", ") + account;
    }
    failure.text = "somebody shared the image with " + list +
                   "; it is deleted once these accounts have it no longer: stop sharing it if they "
                   "do not need it";
    return failure;
}

}  // namespace

Pruner::Pruner(
    Clock& clock,
    Cloud& cloud,
    Catalog& catalog,
    Observer& observer,
    Alarms& alarms,
    BrakeKeeper& brake,
    std::function<void()> compare
)
    : clock_(clock)
    , cloud_(cloud)
    , catalog_(catalog)
    , observer_(observer)
    , alarms_(alarms)
    , brake_(brake)
    , compare_(std::move(compare))
    , sleeper_(clock.sleeper())
    , begun_(clock.steady_now()) {}

void Pruner::set_policies(std::vector<Policy> policies) {
    generation_ += 1;
    for (auto& [copy, refused] : refused_) {  // somebody may have mended why
        refused.again_at = Duration(0);
        refused.pause = Duration(0);
    }
    brake_.forget_consents();
    policies_.clear();
    for (Policy& policy : policies) {
        const PolicyName name = policy.name;
        policies_.emplace(name, std::move(policy));
    }
}

void Pruner::request(const PolicyName& policy) {
    requested_.insert(policy);
    sleeper_->wake();
}

void Pruner::replan(const PolicyName& policy) {
    generation_ += 1;
    request(policy);
}

void Pruner::request_removed() {
    request(removed_policies);
}

void Pruner::request_all() {
    for (const auto& [name, policy] : policies_) {
        requested_.insert(name);
    }
    request_removed();
}

Task<void> Pruner::run() {
    while (true) {
        while (!requested_.empty() && !stopping_) {
            const PolicyName name = *requested_.begin();
            requested_.erase(requested_.begin());
            const auto policy = policies_.find(name);
            if (policy != policies_.end()) {
                co_await prune(policy->second);
            } else if (name == removed_policies) {
                co_await finish_removed();
            }
        }
        co_await sleeper_->sleep_until(Instant::max());
    }
}

// New settings may keep more: the rest of the plan is made anew.
bool Pruner::stale(const PolicyName& policy, int generation) {
    if (generation == generation_) {
        return false;
    }
    requested_.insert(policies_.contains(policy) ? policy : removed_policies);
    return true;
}

// Nothing is decided for a policy that was removed. What it had decided and begun is finished, with
// the same look at each image before: the cloud may have deleted it already.
Task<void> Pruner::finish_removed() {
    const int generation = generation_;
    Deletions begun;
    for (const Backup& backup : catalog_.unfinished_deletions()) {
        if (policies_.contains(backup.policy)) {
            continue;
        }
        for (const Copy& copy : backup.copies) {
            if (copy.state == CopyState::deleting && !waits(copy)) {
                begun.add(Expired{backup.policy, backup.instance, copy});
            }
        }
    }
    co_await delete_all(std::move(begun), generation);
}

void Pruner::Deletions::add(Expired what) {
    if (what.copy.kind == CopyKind::exported) {
        std::pair group{bucket_of(what.copy), what.instance};
        exports[std::move(group)].expired.push_back(std::move(what));
    } else {
        images[what.copy.place].push_back(std::move(what));
    }
}

// What is known to be incomplete is no reason to let another go.
void Pruner::Deletions::add_staying(const InstanceId& instance, const Copy& copy) {
    if (copy.kind != CopyKind::exported) {
        staying[copy.place][instance].push_back(copy);
    } else if (copy.code.empty()) {
        exports[{bucket_of(copy), instance}].staying.push_back(copy);
    }
}

std::vector<Copy> Pruner::Deletions::staying_beside(const Place& place) const {
    std::set<InstanceId> losing;
    for (const Expired& expired : images.at(place)) {
        losing.insert(expired.instance);
    }
    std::vector<Copy> beside;
    if (const auto here = staying.find(place); here != staying.end()) {
        for (const auto& [instance, copies] : here->second) {
            if (losing.contains(instance)) {
                beside.insert(beside.end(), copies.begin(), copies.end());
            }
        }
    }
    return beside;
}

// What was decided before, and what goes by the plan, if that was admitted.
Pruner::Deletions Pruner::deletions(
    const Plan& plan, const std::vector<Backup>& points, bool admitted
) {
    std::map<CopyId, const Decision*> decided;
    for (const Decision& decision : plan.decisions) {
        decided.emplace(decision.copy, &decision);
    }
    Deletions deletions;
    for (const Backup& backup : points) {
        for (const Copy& copy : backup.copies) {
            const auto decision = decided.find(copy.id);
            const bool keeps = decision != decided.end() && decision->second->keep;
            const bool expired = admitted && decision != decided.end() && !keeps;
            if (keeps && copy.state == CopyState::done) {
                deletions.add_staying(backup.instance, copy);
            }
            if ((!expired && copy.state != CopyState::deleting) || waits(copy)) {
                continue;
            }
            Expired what{backup.policy, backup.instance, copy};
            if (expired) {
                what.copy.reason = decision->second->reason;
            }
            deletions.add(std::move(what));
        }
    }
    return deletions;
}

Task<bool> Pruner::delete_all(Deletions deletions, int generation) {
    bool all_read = true;
    for (auto& [place, expired] : deletions.images) {
        std::vector<Copy> staying = deletions.staying_beside(place);
        const bool read =
            co_await delete_images(place, std::move(expired), std::move(staying), generation);
        all_read = all_read && read;
    }
    for (auto& [group, exports] : deletions.exports) {
        const bool read = co_await delete_exports(std::move(exports), generation);
        all_read = all_read && read;
    }
    co_return all_read;
}

Task<void> Pruner::prune(Policy policy) {
    const int generation = generation_;
    const std::vector<Backup> points = catalog_.points(policy.name);
    const Plan plan = brake_.plan(policy, points);
    const bool admitted = brake_.admits(plan);
    const PolicyPlan& part = plan.policies.front();
    if (part.expired > 0 && !brake_.is_ready(policy)) {
        co_return wait_until_compared(policy.name);
    }
    const Instant decided_at = clock_.now();
    if (part.stops.empty()) {
        brake_.remember_pass(part, decided_at);
    }
    Deletions work = deletions(plan, points, admitted);
    const bool tried = co_await delete_all(std::move(work), generation);
    const bool current = generation == generation_;
    if (admitted && tried && current && !stopping_) {
        // Before, a restart would take what a person agreed to for what is usual.
        brake_.remember_pass(part, decided_at);
        brake_.forget_consent(policy.name);
    }
    if (admitted && current && !stopping_) {
        RetentionPassed passed;
        passed.expired = part.expired;
        passed.kept = plan.decisions.size() - part.expired;
        passed.at = clock_.now();
        observer_.observe(passed);
    }
}

// Reads the images again first, and those that stay.
Task<bool> Pruner::delete_images(
    Place place, std::vector<Expired> expired, std::vector<Copy> staying, int generation
) {
    const PolicyName policy = expired.front().policy;
    Seen seen = co_await look_twice_at(place, std::move(expired), std::move(staying));
    if (seen.failure) {
        for (Expired& each : seen.unread) {
            postpone(std::move(each), *seen.failure);
        }
        try_again_later();
        co_return false;
    }
    if (!seen.missing.empty()) {
        const std::string why = "nothing is deleted in " + place.region.text() + ": image " +
                                seen.missing.front().name +
                                " should stay, and is not complete in the cloud";
        wait_for_comparison(seen.missing, why, policy, InstanceId());
        co_return false;
    }
    // What two lists lack may be gone; the deletion itself tells.
    for (Expired& each : seen.absent) {
        if (stopping_ || stale(each.policy, generation)) {
            co_return true;
        }
        std::vector<Expired> one{std::move(each)};
        set_state(one, CopyState::deleting);
        co_await delete_one(place, std::move(one.front()), generation);
    }
    std::vector<Expired> ours = std::move(seen.ours);
    for (std::size_t begin = 0; begin < ours.size() && !stopping_; begin += images_per_deletion) {
        const std::size_t end = std::min(ours.size(), begin + images_per_deletion);
        std::vector<Expired> batch(
            std::make_move_iterator(ours.begin() + static_cast<std::ptrdiff_t>(begin)),
            std::make_move_iterator(ours.begin() + static_cast<std::ptrdiff_t>(end))
        );
        co_await delete_batch(place, std::move(batch), generation);
    }
    co_return true;
}

Task<void> Pruner::delete_batch(Place place, std::vector<Expired> batch, int generation) {
    co_await cloud_.turn(place, Change::delete_images);
    if (stopping_ || stale(batch.front().policy, generation)) {
        co_return;
    }
    set_state(batch, CopyState::deleting);
    std::vector<ImageId> ids;
    for (const Expired& expired : batch) {
        ids.push_back(expired.copy.image);
    }
    const Outcome<void> gone = co_await cloud_.delete_images(place, std::move(ids));
    if (gone) {
        set_state(batch, CopyState::deleted);
        co_return;
    }
    // All or none: one image that cannot go keeps the others, so each is tried alone. A failure
    // that has nothing to do with the images concerns all of them.
    const bool by_images =
        gone.error().code.starts_with("InvalidImageId") || gone.error().remedy == Remedy::give_up;
    for (Expired& expired : batch) {
        const bool alone = batch.size() == 1 && !is_shared(gone.error()) && !is_gone(gone.error());
        if (!by_images || alone) {
            postpone(std::move(expired), gone.error());
        } else if (stopping_ || stale(expired.policy, generation)) {
            break;
        } else {
            co_await delete_one(place, std::move(expired), generation);
        }
    }
}

Task<void> Pruner::delete_one(Place place, Expired expired, int generation) {
    const std::vector<ImageId> id{expired.copy.image};
    co_await cloud_.turn(place, Change::delete_images);
    if (stopping_ || stale(expired.policy, generation)) {
        co_return;
    }
    const Outcome<void> gone = co_await cloud_.delete_images(place, id);
    if (!gone && is_shared(gone.error())) {
        const Outcome<std::vector<std::string>> shares =
            co_await cloud_.image_shares(place, expired.copy.image);
        postpone(std::move(expired), shares ? shared_with(gone.error(), *shares) : shares.error());
        co_return;
    }
    if (!gone && !is_gone(gone.error())) {
        postpone(std::move(expired), gone.error());
        co_return;
    }
    std::vector<Expired> one{std::move(expired)};
    set_state(one, CopyState::deleted);
}

void Pruner::set_state(std::vector<Expired>& expired, CopyState state) {
    Changes changes;
    std::vector<CopyChanged> facts;
    for (Expired& each : expired) {
        if (each.copy.state == state) {
            continue;
        }
        const CopyState before = each.copy.state;
        if (state == CopyState::deleting) {
            each.before = before;
        }
        each.copy.state = state;
        if (state == CopyState::deleted) {
            each.copy.deleted_at = clock_.now();
            each.copy.code.clear();
            refused_.erase(each.copy.id);
            left_to_comparison_.erase(each.copy.id);
        }
        changes.copies.push_back(each.copy);
        facts.push_back(CopyChanged{each.policy, each.instance, before, each.copy});
    }
    if (changes.empty()) {
        return;
    }
    catalog_.commit(changes);
    for (const CopyChanged& fact : facts) {
        observer_.observe(fact);
    }
}

}  // namespace cvmbackup
