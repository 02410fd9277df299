// The only place where machines, catalog and cloud meet: an event is stepped through its backup's
// machine, the changed backup is committed, then the machine's actions are carried out and their
// results come back as events. Steps that fall together share one commit.
#pragma once

#include "engine/alarms.hpp"
#include "engine/export_watch.hpp"
#include "engine/image_watch.hpp"
#include "engine/instance_looks.hpp"
#include "engine/quota_gate.hpp"
#include "engine/refusals.hpp"
#include "engine/timekeeper.hpp"
#include "ports/catalog.hpp"
#include "ports/clock.hpp"
#include "ports/cloud.hpp"
#include "ports/observer.hpp"
#include "rules/backup_machine.hpp"
#include "rules/export_cap.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <set>
#include <vector>

namespace cvmbackup {

class StepRunner {
public:
    struct Hooks {
        // After the commit that finished the backup.
        std::function<void(const Backup&)> finished;
        // Nothing is done for the backup before a wait of it is over; perhaps said repeatedly.
        std::function<void(const Backup&)> rests;
        // To be fed as soon as the backup may go on.
        std::function<void(BackupId, const event::TimePassed&)> wait_over;
    };

    StepRunner(
        boost::asio::any_io_executor executor,
        Clock& clock,
        Cloud& cloud,
        Catalog& catalog,
        Observer& observer,
        Alarms& alarms,
        Timekeeper& time,
        QuotaGate& quota
    );

    void report_to(Hooks hooks) { hooks_ = std::move(hooks); }

    void take(Backup backup);     // an unfinished backup that is in the catalog
    void inherit(Backup backup);  // one of an earlier life
    void feed(BackupId backup, const Event& event);
    void clock_set(Duration by);

    const std::map<BackupId, Backup>& live() const { return live_; }

    std::optional<ImageWatch::Progress> progress(const Copy& copy) const;

    // No new call that changes the cloud leaves; `idle` runs when none is under way.
    void stop(std::function<void()> idle);

private:
    struct Pending {
        BackupId backup;
        Action action;
    };

    void step_one(Backup& backup, const Event& event, Instant now);
    void touch(const Backup& backup);
    void flush();
    void tell_of_taken_name(const Backup& backup, const Copy& before, const Copy& after);
    void tell(const Backup& before, const Backup& after);
    void tell_of_rest(const std::map<BackupId, Backup>& touched);
    void carry_out(BackupId backup, Action action);
    ImageWatch& watch_of(const Place& place);
    ExportWatch& watch_of(const BucketPlace& bucket);
    Task<Outcome<std::optional<Image>>> made_already(Backup backup, Copy copy);
    Task<Outcome<std::vector<StoredObject>>> written_already(Backup backup, Copy copy);
    Task<std::optional<Event>> asked_for_already(Backup backup, Copy copy);
    Task<std::vector<CopyId>> not_made_yet(BackupId backup, action::AwaitTurn what);
    Task<std::vector<CopyId>> with_room(BackupId backup, action::AwaitTurn what);
    std::size_t exports_in(const Place& place, std::initializer_list<CopyState> states) const;
    bool may_export(const Place& place) const;
    std::string no_export_room(const Place& place) const;
    void export_ended(const Place& place);

    void errand_ended(BackupId backup);

    void call_ended();
    void give_up(BackupId backup, const std::string& what);
    Task<void> alone(BackupId backup, Task<void> work);
    Task<void> errand(BackupId backup, Task<void> work);
    Task<void> changing_call(BackupId backup, Task<void> work);

    void perform(BackupId backup, action::AwaitTurn what);
    void perform(BackupId backup, action::CreateImage what);
    void perform(BackupId backup, action::SyncImage what);
    void perform(BackupId backup, action::ExportImage what);
    void perform(BackupId backup, action::FindImage what);
    void perform(BackupId backup, action::FindObjects what);
    void perform(BackupId backup, action::WatchImage what);
    void perform(BackupId backup, action::WatchExport what);
    void perform(BackupId backup, action::DiscardImage what);
    void perform(BackupId backup, action::CheckInstance what);
    void perform(BackupId backup, action::StartInstance what);
    void perform(BackupId backup, action::Wait what);

    Task<void> call_when_due(BackupId backup, action::AwaitTurn what);
    Task<void> create_image(BackupId backup, action::CreateImage what);
    Task<void> sync_image(BackupId backup, action::SyncImage what);
    Task<void> export_image(BackupId backup, action::ExportImage what);
    Task<void> find_image(BackupId backup, action::FindImage what);
    Task<void> find_objects(BackupId backup, action::FindObjects what);
    Task<void> discard_image(BackupId backup, action::DiscardImage what);
    Task<void> start_instance(BackupId backup, action::StartInstance what);

    boost::asio::any_io_executor executor_;
    Clock& clock_;
    Cloud& cloud_;
    Catalog& catalog_;
    Observer& observer_;
    Alarms& alarms_;
    Timekeeper& time_;
    QuotaGate& quota_;
    InstanceLooks looks_;
    Refusals refusals_;
    std::map<BucketPlace, std::unique_ptr<ExportWatch>> exports_;
    std::map<Place, std::unique_ptr<ImageWatch>> watches_;
    std::map<Place, ExportCap> export_caps_;
    Hooks hooks_;
    std::map<BackupId, Backup> live_;       // as stepped; ahead of the catalog until the flush
    std::map<BackupId, Backup> committed_;  // backups changed since the last commit, as they were
    std::set<CopyId> inherited_;            // from an earlier life, and not looked for yet
    std::map<BackupId, int> errands_;       // work under way of which the copies do not tell
    std::vector<Pending> pending_;
    std::set<BackupId> given_up_;  // since the last flush: what was pending for them is not done
    bool flush_posted_ = false;
    bool stopping_ = false;
    std::size_t calls_under_way_ = 0;
    std::function<void()> idle_;
};

}  // namespace cvmbackup
