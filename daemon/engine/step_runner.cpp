#include "engine/step_runner.hpp"

#include "engine/crew.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>

namespace cvmbackup {

StepRunner::StepRunner(
    boost::asio::any_io_executor executor,
    Clock& clock,
    Cloud& cloud,
    Catalog& catalog,
    Observer& observer,
    Alarms& alarms,
    Timekeeper& time,
    QuotaGate& quota
)
    : executor_(std::move(executor))
    , clock_(clock)
    , cloud_(cloud)
    , catalog_(catalog)
    , observer_(observer)
    , alarms_(alarms)
    , time_(time)
    , quota_(quota)
    , looks_(executor_, cloud)
    , refusals_(clock) {}

void StepRunner::take(Backup backup) {
    live_.insert_or_assign(backup.id, std::move(backup));
}

void StepRunner::inherit(Backup backup) {
    for (const Copy& copy : backup.copies) {
        if (in_flight(copy.state)) {
            inherited_.insert(copy.id);
        }
    }
    take(std::move(backup));
}

void StepRunner::feed(BackupId id, const Event& event) {
    const Instant now = time_.now();
    const auto found = live_.find(id);
    // Finished, perhaps in this very flush: a late answer changes nothing.
    if (found == live_.end() || found->second.state == BackupState::finished) {
        return;
    }
    step_one(found->second, event, now);
}

void StepRunner::clock_set(Duration by) {
    for (auto& [id, backup] : live_) {
        if (backup.state != BackupState::finished) {
            step_one(backup, event::ClockSet{by}, clock_.now());
        }
    }
}

void StepRunner::step_one(Backup& backup, const Event& event, Instant now) {
    touch(backup);
    std::vector<Action> actions;
    try {
        actions = step(backup, event, now);
    } catch (const std::exception& error) {
        give_up(backup.id, error.what());
    }
    for (Action& action : actions) {
        pending_.push_back(Pending{backup.id, std::move(action)});
    }
}

// The next flush looks at it.
void StepRunner::touch(const Backup& backup) {
    committed_.emplace(backup.id, backup);
    if (!flush_posted_) {
        flush_posted_ = true;
        boost::asio::post(executor_, [this] { flush(); });
    }
}

void StepRunner::flush() {
    flush_posted_ = false;
    const std::map<BackupId, Backup> before = std::exchange(committed_, {});
    std::vector<Pending> pending = std::exchange(pending_, {});
    given_up_.clear();
    Changes changes;
    for (const auto& [id, old] : before) {
        const Backup& now = live_.at(id);
        if (now != old) {
            changes.backups.push_back(now);
        }
    }
    if (!changes.empty()) {
        catalog_.commit(changes);
    }
    for (const Backup& after : changes.backups) {
        tell(before.at(after.id), after);
    }
    for (Pending& next : pending) {
        if (!given_up_.contains(next.backup)) {
            carry_out(next.backup, std::move(next.action));
        }
    }
    for (const Backup& after : changes.backups) {
        if (after.state == BackupState::finished) {
            live_.erase(after.id);
            hooks_.finished(after);
        }
    }
    tell_of_rest(before);
}

void StepRunner::tell_of_rest(const std::map<BackupId, Backup>& touched) {
    for (const auto& [id, old] : touched) {
        const auto backup = live_.find(id);
        // What was stepped again meanwhile has its actions still to come.
        const bool is_busy = stopping_ || committed_.contains(id) || errands_.contains(id);
        if (backup != live_.end() && !is_busy && only_waits(backup->second)) {
            hooks_.rests(backup->second);
        }
    }
}

void StepRunner::tell_of_taken_name(const Backup& backup, const Copy& before, const Copy& after) {
    if (before.code == name_taken_code && before.attempt < after.attempt) {
        observer_.observe(Notice{
            Notice::Level::warning,
            "another image has the name " + before.name + " in " + before.place.region.text() +
                ", and none of this backup is listed; it goes on with the name " + after.name,
            backup.policy,
            backup.instance});
    }
}

void StepRunner::tell(const Backup& before, const Backup& after) {
    if (!before.started && after.started) {
        observer_.observe(BackupStarted{after});
    }
    for (std::size_t i = 0; i < after.copies.size(); ++i) {
        const Copy& copy = after.copies[i];
        tell_of_taken_name(after, before.copies[i], copy);
        if (before.copies[i].state != copy.state) {
            observer_.observe(CopyChanged{
                after.policy, after.instance, before.copies[i].state, copy});
            if (copy.kind == CopyKind::exported && before.copies[i].state == CopyState::accepted) {
                export_ended(copy.place);
            }
        }
    }
    if (after.state == BackupState::finished) {
        observer_.observe(BackupFinished{after});
    }
}

void StepRunner::carry_out(BackupId backup, Action action) {
    try {
        std::visit([&](auto& what) { perform(backup, std::move(what)); }, action);
    } catch (const std::exception& error) {
        give_up(backup, error.what());
    }
}

ImageWatch& StepRunner::watch_of(const Place& place) {
    std::unique_ptr<ImageWatch>& watch = watches_[place];
    if (!watch) {
        watch = std::make_unique<ImageWatch>(
            clock_,
            cloud_,
            place,
            [this](BackupId backup, const Event& event) { feed(backup, event); }
        );
        begin_task(executor_, watch->run());
    }
    return *watch;
}

// One for each bucket, so that a region that is down keeps nobody else waiting.
ExportWatch& StepRunner::watch_of(const BucketPlace& bucket) {
    std::unique_ptr<ExportWatch>& watch = exports_[bucket];
    if (!watch) {
        watch = std::make_unique<ExportWatch>(
            clock_, cloud_, [this](BackupId backup, const Event& event) { feed(backup, event); }
        );
        begin_task(executor_, watch->run());
    }
    return *watch;
}

std::optional<ImageWatch::Progress> StepRunner::progress(const Copy& copy) const {
    const auto watch = watches_.find(copy.place);
    return watch == watches_.end() ? std::nullopt : watch->second->progress(copy.image);
}

void StepRunner::stop(std::function<void()> idle) {
    stopping_ = true;
    idle_ = std::move(idle);
    if (calls_under_way_ == 0) {
        idle_();
    }
}

void StepRunner::perform(BackupId backup, action::AwaitTurn what) {
    errands_[backup] += 1;
    begin_task(executor_, errand(backup, call_when_due(backup, std::move(what))));
}

void StepRunner::perform(BackupId backup, action::CreateImage what) {
    ++calls_under_way_;
    begin_task(executor_, changing_call(backup, create_image(backup, std::move(what))));
}

void StepRunner::perform(BackupId backup, action::SyncImage what) {
    ++calls_under_way_;
    begin_task(executor_, changing_call(backup, sync_image(backup, std::move(what))));
}

void StepRunner::perform(BackupId backup, action::ExportImage what) {
    ++calls_under_way_;
    begin_task(executor_, changing_call(backup, export_image(backup, std::move(what))));
}

void StepRunner::perform(BackupId backup, action::FindImage what) {
    begin_task(executor_, alone(backup, find_image(backup, std::move(what))));
}

void StepRunner::perform(BackupId backup, action::FindObjects what) {
    begin_task(executor_, alone(backup, find_objects(backup, std::move(what))));
}

void StepRunner::perform(BackupId backup, action::WatchImage what) {
    watch_of(what.place).add(backup, what);
}

void StepRunner::perform(BackupId backup, action::WatchExport what) {
    watch_of(what.bucket).add(backup, what);
}

void StepRunner::perform(BackupId backup, action::DiscardImage what) {
    begin_task(executor_, alone(backup, discard_image(backup, std::move(what))));
}

void StepRunner::perform(BackupId backup, action::CheckInstance what) {
    errands_[backup] += 1;
    looks_.look(
        what.place,
        what.instance,
        [this, backup](const Outcome<std::optional<std::string>>& state) {
            if (state) {
                feed(backup, event::InstanceSeen{*state});
            } else {
                feed(backup, event::StartFailed{state.error()});
            }
            errand_ended(backup);
        }
    );
}

void StepRunner::perform(BackupId backup, action::StartInstance what) {
    begin_task(executor_, alone(backup, start_instance(backup, std::move(what))));
}

void StepRunner::perform(BackupId backup, action::Wait what) {
    alarms_.after(what.time, [this, backup, copies = std::move(what.copies)] {
        hooks_.wait_over(backup, event::TimePassed{copies});
    });
}

// Those of the copies whose images have room in the quota of their region; the others hear why not.
Task<std::vector<CopyId>> StepRunner::with_room(BackupId backup, action::AwaitTurn what) {
    std::vector<CopyId> ready;
    for (const CopyId id : what.copies) {
        const auto found = live_.find(backup);
        if (found == live_.end()) {
            break;
        }
        const auto copy = std::ranges::find(found->second.copies, id, &Copy::id);
        const Place place = copy->place;
        const std::optional<std::string> why = co_await quota_.take(place);
        if (why && !stopping_) {
            feed(backup, event::NoRoom{{id}, *why});
        } else {
            ready.push_back(id);
        }
    }
    co_return ready;
}

Task<void> StepRunner::call_when_due(BackupId backup, action::AwaitTurn what) {
    what.copies = co_await not_made_yet(backup, what);
    if (what.change != Change::export_images) {
        what.copies = co_await with_room(backup, what);
    }
    if (what.copies.empty()) {
        co_return;
    }
    co_await cloud_.turn(what.place, what.change);
    if (stopping_) {
        co_return;
    }
    if (what.change == Change::export_images && !may_export(what.place)) {
        feed(backup, event::ExportsFull{std::move(what.copies), no_export_room(what.place)});
    } else {
        feed(backup, event::TurnCame{std::move(what.copies)});
    }
}

Task<void> StepRunner::create_image(BackupId backup, action::CreateImage what) {
    const InstanceId instance = what.request.instance;
    const Outcome<ImageId> image =
        co_await cloud_.create_image(what.place, std::move(what.request));
    if (image) {
        refusals_.accepted(what.place, instance);
        feed(backup, event::ImageAccepted{what.copy, *image});
    } else {
        const Duration refused_for = refusals_.refused(what.place, instance, image.error());
        feed(backup, event::Refused{{what.copy}, image.error(), refused_for});
    }
}

Task<void> StepRunner::sync_image(BackupId backup, action::SyncImage what) {
    const std::vector<Region> destinations = what.request.destinations;
    const Outcome<std::vector<SyncedImage>> images =
        co_await cloud_.sync_image(what.place, std::move(what.request));
    if (!images) {
        feed(backup, event::Refused{what.copies, images.error()});
        co_return;
    }
    for (std::size_t i = 0; i < what.copies.size(); ++i) {
        const auto found = std::ranges::find(*images, destinations[i], &SyncedImage::region);
        if (found != images->end()) {
            feed(backup, event::ImageAccepted{what.copies[i], found->image});
        } else {
            Failure unnamed{
                Remedy::look_first,
                "Answer",
                "the answer to SyncImages names no image in " + destinations[i].text(),
                ""};
            feed(backup, event::Refused{{what.copies[i]}, std::move(unnamed)});
        }
    }
}

// The failed image may hold the name and a place in the quota.
Task<void> StepRunner::discard_image(BackupId backup, action::DiscardImage what) {
    co_await cloud_.turn(what.place, Change::delete_images);
    const std::vector<ImageId> images{what.image};
    const Outcome<void> gone = co_await cloud_.delete_images(what.place, images);
    if (gone || gone.error().code.starts_with("InvalidImageId.NotFound")) {
        feed(backup, event::Discarded{what.copy});
    } else {
        feed(backup, event::DiscardFailed{what.copy, gone.error()});
    }
}

Task<void> StepRunner::start_instance(BackupId backup, action::StartInstance what) {
    co_await cloud_.turn(what.place, Change::start_instances);
    const Outcome<void> started = co_await cloud_.start_instance(what.place, what.instance);
    // A state in which it cannot be started may be its way to RUNNING.
    const bool by_state =
        !started && started.error().code.find("InstanceState") != std::string::npos;
    if (started || by_state) {
        feed(backup, event::StartAccepted{});
    } else {
        feed(backup, event::StartFailed{started.error()});
    }
}

}  // namespace cvmbackup
