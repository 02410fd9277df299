#include "engine/reconciler.hpp"

#include "rules/backup_machine.hpp"
#include "rules/backup_plan.hpp"
#include "rules/calendar.hpp"

#include <algorithm>
#include <limits>

namespace cvmbackup {

namespace {

Trigger trigger_of(const BackupKey& key, const std::vector<Policy>& policies) {
    const auto policy = std::ranges::find(policies, key.policy, &Policy::name);
    const bool scheduled =
        policy != policies.end() && next_firing(*policy, key.due - Duration(1)) == key.due;
    return scheduled ? Trigger::schedule : Trigger::manual;
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
    policies_ = std::move(policies);
    every_ = every;
    for (const Policy& policy : policies_) {
        if (was_new_ && !judged_.contains(policy.name)) {
            judged_[policy.name] = "the catalog is new and was not compared with the cloud yet";
            hooks_.judged(policy.name, judged_[policy.name]);
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
        while (wanted_ && !stopping_) {
            wanted_ = false;
            co_await pass();
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

Task<void> Reconciler::pass() {
    at_work_ = true;
    now_ = Reconciliation();
    now_.pass = last_.pass + 1;
    now_.begun = clock_.now();
    made_.clear();
    adopted_ = 0;
    unsettled_ = false;
    mended_at_.clear();
    for (Place& place : places()) {
        if (stopping_) {
            co_return;
        }
        now_.places += 1;
        co_await compare(place);
        co_await compare_buckets(std::move(place));
    }
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
    const bool settled = clock_.steady_now() - started_ >= fence;
    for (const auto& [policy, due] : made_) {
        hooks_.firing_seen(policy, due, settled);
    }
    hooks_.compared();
    for (const Policy& policy : policies_) {
        judge(policy);
    }
    look_again();
}

// Where nothing had to be mended catalog and cloud agree; a place that could not be read proves
// nothing.
void Reconciler::judge(const Policy& policy) {
    std::vector<Place> places{Place{policy.account, policy.region}};
    for (const ReplicaTarget& target : policy.replicas) {
        places.push_back(Place{policy.account, target.region});
    }
    std::size_t mended = 0;
    bool all_read = true;
    for (const Place& place : places) {
        const auto found = mended_at_.find(place);
        mended += found == mended_at_.end() ? 0 : found->second;
        all_read = all_read && found != mended_at_.end();
    }
    std::string& verdict = judged_[policy.name];
    if (mended > 0) {
        verdict = disagreement(mended, last_.ended);
    } else if (all_read) {
        verdict.clear();
    }
    hooks_.judged(policy.name, verdict);
}

// Soon while the catalog is being rebuilt or something was mended, else in a few hours.
void Reconciler::look_again() {
    const bool early = clock_.steady_now() - started_ < fence && !made_.empty();
    const bool mended =
        std::ranges::any_of(mended_at_, [](const auto& place) { return place.second > 0; });
    const bool soon = mended || early || (was_new_ && unsettled_);
    const Duration pause = soon ? std::min(visibility_margin, every_) : every_;
    alarms_.after(pause, [this, pass = last_.pass] {
        if (pass == last_.pass && !at_work_) {
            request();
        }
    });
}

void Reconciler::trouble(const Place& place, const Failure& failure) {
    now_.troubles.push_back(
        "the images of " + place.region.text() + " (account " + place.account.text() +
        "): " + failure.text
    );
}

Task<void> Reconciler::compare(Place place) {
    Outcome<std::vector<Image>> images = co_await cloud_.own_images(place);
    if (!images) {
        trouble(place, images.error());
        co_return;
    }
    const Instant now = clock_.now();
    const Duration ahead = cloud_.clock_ahead(place.account).value_or(Duration(0));
    ImageListing listing{place, *std::move(images), ahead, is_clock_new()};
    Comparison comparison = compare_images(listing, known(listing), policies_, now);
    if (!comparison.absent.empty()) {
        // No single look is believed.
        const std::vector<ImageId> absent = comparison.absent;
        co_await clock_.sleep_for(second_look);
        for (std::size_t begin = 0; begin < absent.size(); begin += ids_per_call) {
            const std::size_t end = std::min(absent.size(), begin + ids_per_call);
            std::vector<ImageId> ids(
                absent.begin() + static_cast<std::ptrdiff_t>(begin),
                absent.begin() + static_cast<std::ptrdiff_t>(end)
            );
            Outcome<std::vector<Image>> found = co_await cloud_.images(place, std::move(ids));
            if (!found) {
                trouble(place, found.error());
                co_return;
            }
            std::ranges::move(*found, std::back_inserter(listing.images));
        }
        comparison = compare_images(listing, known(listing), policies_, now);
    }
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

// One run a firing; a backup that another place brought up has it already.
void Reconciler::add_runs(std::vector<Backup>& adopted, Changes& changes) {
    std::map<std::pair<PolicyName, Instant>, RunId> runs;
    for (const Backup& backup : adopted) {
        const std::pair firing(backup.policy, backup.due);
        if (runs.contains(firing)) {
            continue;
        }
        for (const Run& run : catalog_.runs_due(backup.policy, backup.due, backup.due)) {
            if (run.finished) {
                runs[firing] = run.id;
            }
        }
        if (!runs.contains(firing)) {
            Run run;
            run.id = runs_.new_run();
            run.policy = backup.policy;
            run.trigger = trigger_of(key_of(backup), policies_);
            run.due = backup.due;
            run.started = backup.due;
            run.finished = backup.due;
            run.result = Result::ok;
            run.note = "found in the cloud; the catalog did not know it";
            runs.emplace(firing, run.id);
            changes.runs.push_back(std::move(run));
        }
    }
    for (Backup& backup : adopted) {
        runs_.give_ids(backup, runs.at({backup.policy, backup.due}));
    }
}

// A run is good while its backups are.
void Reconciler::judge_runs(Changes& changes) {
    std::map<RunId, std::map<BackupId, Backup>> touched;
    for (const Backup& backup : changes.backups) {
        touched[backup.run].emplace(backup.id, backup);
    }
    for (auto& [id, backups] : touched) {
        const auto added = std::ranges::find(changes.runs, id, &Run::id);
        std::optional<Run> run = added == changes.runs.end() ? catalog_.run(id) : *added;
        if (!run || !run->finished) {
            continue;
        }
        BackupFilter filter;
        filter.run = id;
        filter.limit = std::numeric_limits<std::int32_t>::max();
        for (Backup& backup : catalog_.backups(filter)) {
            const BackupId number = backup.id;
            backups.emplace(number, std::move(backup));
        }
        std::size_t good = 0;
        std::size_t impossible = 0;
        std::vector<Result> results;
        for (const auto& [number, backup] : backups) {
            good += backup.good ? 1 : 0;
            impossible += backup.impossible ? 1 : 0;
            results.push_back(backup.result.value_or(Result::failed));
        }
        run->good = good > 0 && good + impossible == backups.size();
        run->result = run_result(results);
        if (added != changes.runs.end()) {
            *added = *run;
        } else {
            changes.runs.push_back(*run);
        }
    }
}

void Reconciler::apply(Comparison comparison, const Place& place) {
    unsettled_ = unsettled_ || comparison.unsettled;
    for (const auto& [policy, due] : comparison.made) {
        Instant& newest = made_[policy];
        newest = std::max(newest, due);
    }
    std::ranges::move(comparison.findings, std::back_inserter(now_.findings));
    const std::size_t mended = comparison.changed.size() + comparison.adopted.size();
    mended_at_[place] += mended;
    if (mended == 0) {
        return;
    }
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
    catalog_.commit(changes);
    for (const Backup& backup : changes.backups) {
        // Retention looks at once, and must wait until this comparison has judged.
        hooks_.judged(backup.policy, disagreement(mended, clock_.now()));
    }
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
