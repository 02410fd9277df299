#include "engine/reconciler.hpp"

#include "engine/image_reads.hpp"
#include "rules/backup_machine.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace cvmbackup {

namespace {

std::vector<Place> places_of(const Policy& policy) {
    std::vector<Place> places{Place{policy.account, policy.region}};
    for (const ReplicaTarget& target : policy.replicas) {
        places.push_back(Place{policy.account, target.region});
    }
    return places;
}

std::optional<BucketPlace> bucket_of(const Policy& policy) {
    return policy.exported
               ? std::optional(BucketPlace{policy.account, policy.region, policy.exported->bucket})
               : std::nullopt;
}

// The copies of both are in the same places.
bool is_found_alike(const Policy& one, const Policy& other) {
    return one.name == other.name && places_of(one) == places_of(other) &&
           bucket_of(one) == bucket_of(other);
}

std::string disagreement(std::size_t backups, Instant found) {
    return "the cloud was not as the catalog said about " + std::to_string(backups) +
           " backups at " + to_rfc3339(found) +
           "; once they are found to agree this ends by itself";
}

}  // namespace

Reconciler::Reconciler(
    Clock& clock,
    Cloud& cloud,
    Catalog& catalog,
    Observer& observer,
    Alarms& alarms,
    RunKeeper& runs,
    Hooks hooks
)
    : clock_(clock)
    , cloud_(cloud)
    , catalog_(catalog)
    , observer_(observer)
    , alarms_(alarms)
    , runs_(runs)
    , hooks_(std::move(hooks))
    , sleeper_(clock.sleeper())
    , started_(clock.steady_now())
    , clock_set_(started_)
    , was_new_(catalog.last_ids().run == RunId()) {}

void Reconciler::set_policies(std::vector<Policy> policies, Duration every) {
    for (const Policy& policy : policies) {
        const auto is_known = [&](const Policy& other) { return is_found_alike(policy, other); };
        if (std::ranges::none_of(policies_, is_known)) {
            hooks_.uncompared(policy.name);
            judged_from_[policy.name] = request();
        }
    }
    policies_ = std::move(policies);
    every_ = every;
    for (const Policy& policy : policies_) {
        if (was_new_ && last_.pass == 0) {
            hooks_.disagree(
                policy.name, "the catalog is new and was not compared with the cloud yet"
            );
        }
    }
}

std::uint64_t Reconciler::request() {
    wanted_ = true;
    sleeper_->wake();
    return last_.pass + (at_work_ ? 2 : 1);
}

Task<void> Reconciler::run() {
    while (true) {
        while ((wanted_ || again_) && !stopping_) {
            again_ = false;
            const bool whole = std::exchange(wanted_, false);
            co_await pass(whole);
        }
        co_await sleeper_->sleep_until(Instant::max());
    }
}

// Sources before replicas, whose names they may have to vouch for.
std::vector<Place> Reconciler::places() const {
    std::vector<Place> places;
    const auto add = [&](Place place) {
        if (std::ranges::find(places, place) == places.end()) {
            places.push_back(std::move(place));
        }
    };
    for (const Policy& policy : policies_) {
        add(Place{policy.account, policy.region});
    }
    for (const Policy& policy : policies_) {
        for (const ReplicaTarget& target : policy.replicas) {
            add(Place{policy.account, target.region});
        }
    }
    for (Place& place : catalog_.places()) {
        add(std::move(place));
    }
    return places;
}

// All places, or what could not be read in the pass before: places, or only buckets of them. What
// that pass found elsewhere stands: it had to mend nothing there, or all would be looked at again.
Task<void> Reconciler::pass(bool whole) {
    at_work_ = true;
    adopted_ = 0;
    unsettled_ = false;
    std::vector<Place> all = places();
    now_ = last_;
    now_.pass += 1;
    now_.troubles.clear();
    now_.left_alone.clear();
    if (whole) {
        now_.begun = clock_.now();
        now_.places = all.size();
        now_.findings.clear();
        made_.clear();
        mended_at_.clear();
        read_places_.clear();
        read_buckets_.clear();
        unread_ = std::set<Place>(all.begin(), all.end());
    }
    const std::set<Place> looked_at = std::exchange(unread_, {});
    std::erase_if(read_buckets_, [&](const BucketPlace& bucket) {
        const Place place{bucket.account, bucket.region};
        return looked_at.contains(place) && !read_places_.contains(place);
    });
    std::erase_if(now_.findings, [&](const Finding& finding) {
        const BucketPlace bucket{finding.place.account, finding.place.region, finding.bucket};
        const bool is_known = finding.bucket == BucketName() ? read_places_.contains(finding.place)
                                                             : read_buckets_.contains(bucket);
        return looked_at.contains(finding.place) && !is_known;
    });
    now_.known_findings = now_.findings.size();
    for (Place& place : all) {
        if (stopping_) {
            co_return;
        }
        if (!looked_at.contains(place)) {
            now_.left_alone.insert(std::move(place));
            continue;
        }
        if (read_places_.contains(place)) {
            now_.left_alone.insert(place);
        } else {
            co_await compare(place);
        }
        co_await compare_buckets(std::move(place));
    }
    end_pass(whole, looked_at);
}

void Reconciler::end_pass(bool whole, const std::set<Place>& looked_at) {
    now_.ended = clock_.now();
    last_ = std::move(now_);
    at_work_ = false;
    observer_.observe(Reconciled{last_});
    if (adopted_ > 0) {
        observer_.observe(Notice{
            Notice::Level::warning,
            (was_new_ ? std::string("THE CATALOG WAS NEW and is rebuilt from the cloud: ")
                      : std::string("the catalog is completed from the cloud: ")) +
                std::to_string(adopted_) +
                " backups were found there. None of them is deleted before you agree to it, once "
                "for each policy (cvmbackupctl plan). Pauses and failed backups are not in the "
                "cloud: pause again what was paused",
            PolicyName(),
            InstanceId()});
    }
    if (last_.left_alone.empty()) {  // they may have got newer images since
        settled_ = clock_.steady_now() - started_ >= fence;
    }
    for (const auto& [policy, due] : made_) {
        hooks_.firing_seen(policy, due, settled_);
    }
    hooks_.compared();
    for (const Policy& policy : policies_) {
        if ((whole || was_looked_at(policy, looked_at)) &&
            last_.pass >= judged_from_.at(policy.name)) {
            judge(policy);
        }
    }
    look_again(whole);
}

bool Reconciler::was_looked_at(const Policy& policy, const std::set<Place>& looked_at) const {
    const std::optional<BucketPlace> bucket = bucket_of(policy);
    const bool bucket_read = bucket && read_buckets_.contains(*bucket) &&
                             looked_at.contains({bucket->account, bucket->region});
    return bucket_read || std::ranges::any_of(places_of(policy), [&](const Place& place) {
               return looked_at.contains(place) && read_places_.contains(place);
           });
}

// Where nothing had to be mended catalog and cloud agree; a place whose images could not be read
// proves nothing, nor does a bucket.
void Reconciler::judge(const Policy& policy) {
    std::size_t mended = 0;
    const std::optional<BucketPlace> bucket = bucket_of(policy);
    Judgement judgement;
    judgement.all_read = !bucket || read_buckets_.contains(*bucket);
    for (const Place& place : places_of(policy)) {
        const auto found = mended_at_.find(place);
        mended += found == mended_at_.end() ? 0 : found->second;
        judgement.all_read = judgement.all_read && read_places_.contains(place);
    }
    if (mended > 0) {
        judgement.disagreement = disagreement(mended, last_.ended);
    } else if (judgement.all_read) {
        judgement.disagreement = "";
    }
    hooks_.judged(policy.name, judgement);
}

// All places soon while the catalog is being rebuilt or something was mended, else in a few hours;
// meanwhile those that could not be read.
void Reconciler::look_again(bool whole) {
    const Duration now = clock_.steady_now();
    const bool early = now - started_ < fence && !made_.empty();
    const bool mended =
        std::ranges::any_of(mended_at_, [](const auto& place) { return place.second > 0; });
    const bool soon = mended || early || (was_new_ && unsettled_);
    const Duration pause = soon ? std::min(visibility_margin, every_) : every_;
    if (whole || soon) {
        whole_at_ = now + pause;
    }
    const bool whole_next = unread_.empty() || whole_at_ - now <= unread_again;
    alarms_.after(
        whole_next ? whole_at_ - now : unread_again,
        [this, whole_next, pass = last_.pass] {
            if (pass == last_.pass && !at_work_) {
                (whole_next ? wanted_ : again_) = true;
                sleeper_->wake();
            }
        }
    );
}

void Reconciler::trouble(const Place& place, const std::string& what, const Failure& failure) {
    unread_.insert(place);
    now_.troubles.push_back(what + ": " + failure.text);
}

Task<void> Reconciler::compare(Place place) {
    const std::string what =
        "the images of " + place.region.text() + " (account " + place.account.text() + ")";
    Outcome<std::vector<Image>> images = co_await cloud_.own_images(place);
    if (!images) {
        trouble(place, what, images.error());
        co_return;
    }
    const Instant now = clock_.now();
    const Duration ahead = cloud_.clock_ahead(place.account).value_or(Duration(0));
    ImageListing listing{place, *std::move(images), ahead, is_clock_new()};
    Comparison comparison = compare_images(listing, known(listing), policies_, now);
    // No single look is believed, nor one from before a backup was finished.
    std::set<ImageId> asked_for;
    while (true) {
        std::vector<ImageId> absent = comparison.absent;
        std::erase_if(absent, [&](const ImageId& id) { return !asked_for.insert(id).second; });
        if (absent.empty()) {
            break;
        }
        co_await clock_.sleep_for(second_look);
        const Outcome<std::vector<Image>> found =
            co_await read_images(cloud_, place, std::move(absent));
        if (!found) {
            trouble(place, what, found.error());
            co_return;
        }
        listing.images.insert(listing.images.end(), found->begin(), found->end());
        comparison = compare_images(listing, known(listing), policies_, now);
    }
    read_places_.insert(place);
    apply(std::move(comparison), place);
}

// The backups with copies in the place, and those that the images there claim.
std::vector<Backup> Reconciler::known(const ImageListing& listing) const {
    std::vector<Backup> backups = catalog_.with_images_at(listing.place);
    std::set<BackupKey> keys;
    for (const Backup& backup : backups) {
        keys.insert(key_of(backup));
    }
    for (const Image& image : listing.images) {
        const std::optional<BackupKey> key = claimed_backup(image, policies_);
        if (key && keys.insert(*key).second) {
            std::ranges::move(
                catalog_.backups_due(key->policy, key->instance, key->due),
                std::back_inserter(backups)
            );
        }
    }
    return backups;
}

void Reconciler::apply(Comparison comparison, const Place& place) {
    unsettled_ = unsettled_ || comparison.unsettled;
    for (const auto& [policy, due] : comparison.made) {
        Instant& newest = made_[policy];
        newest = std::max(newest, due);
    }
    std::ranges::move(comparison.findings, std::back_inserter(now_.findings));
    const std::size_t mended = comparison.changed.size() + comparison.adopted.size();
    if (mended == 0) {
        return;
    }
    mended_at_[place] += mended;
    adopted_ += comparison.adopted.size();
    std::vector<Backup> before;
    for (Backup& backup : comparison.changed) {
        before.push_back(*catalog_.backup(backup.id));
        for (Copy& copy : backup.copies) {
            if (copy.id == CopyId()) {
                copy.id = runs_.new_copy();
            }
        }
    }
    Changes changes;
    add_runs(comparison.adopted, changes);
    changes.backups = std::move(comparison.changed);
    std::ranges::move(comparison.adopted, std::back_inserter(changes.backups));
    judge_runs(changes);
    // Retention looks at once, and must wait until this comparison has judged; a crash must not
    // leave the mending without the verdict.
    for (const Backup& backup : changes.backups) {
        hooks_.disagree(backup.policy, disagreement(mended, clock_.now()));
    }
    catalog_.commit(changes);
    tell(before, changes.backups);
}

// `before` has the first of `after` as they were; the others are new.
void Reconciler::tell(const std::vector<Backup>& before, const std::vector<Backup>& after) {
    std::set<std::pair<PolicyName, InstanceId>> instances;
    std::set<PolicyName> policies;
    for (std::size_t i = 0; i < after.size(); ++i) {
        const Backup& backup = after[i];
        instances.emplace(backup.policy, backup.instance);
        policies.insert(backup.policy);
        const std::size_t known = i < before.size() ? before[i].copies.size() : 0;
        for (std::size_t j = 0; j < backup.copies.size(); ++j) {
            // What was not known was as good as cancelled.
            const Copy& now = backup.copies[j];
            CopyState was = j < known ? before[i].copies[j].state : CopyState::cancelled;
            if (was == CopyState::done && now.size_gib != before[i].copies[j].size_gib) {
                Copy smaller = before[i].copies[j];
                smaller.state = CopyState::lost;
                observer_.observe(CopyChanged{backup.policy, backup.instance, was, smaller});
                was = CopyState::lost;
            }
            if (was != now.state) {
                observer_.observe(CopyChanged{backup.policy, backup.instance, was, now});
            }
        }
    }
    for (const auto& [policy, instance] : instances) {
        observer_.observe(SuccessRevised{
            policy, instance, catalog_.last_success(policy, instance, clock_.now())});
    }
    hooks_.mended(policies);
}

}  // namespace cvmbackup
