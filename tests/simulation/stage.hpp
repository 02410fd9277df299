// Plays one scenario: lets the daemon live against the simulated cloud, kills and restarts it, acts
// as operator and neighbour, and has the books keep score after every request and commit. At the
// end the faults stop, and all must become green again (promise 6).
#pragma once

#include "brake_book.hpp"
#include "copy_book.hpp"
#include "firing_book.hpp"
#include "instance_book.hpp"
#include "load_book.hpp"
#include "pin_book.hpp"
#include "record.hpp"
#include "scenario.hpp"
#include "support/incarnation.hpp"
#include "watched_catalog.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace cvmbackup::simulation {

struct Figures {
    std::size_t requests = 0;
    std::size_t failed_requests = 0;
    std::size_t needless_starts = 0;  // of these: of instances that run again, as no list shows yet
    std::size_t retries = 0;
    std::size_t backups = 0;
    std::size_t good = 0;
    std::size_t kills = 0;
    std::size_t lives = 0;
};

struct Verdict {
    std::optional<Broken> broken;
    Instant moment{};
    Duration played{0};  // with the phase without faults at the end
    Figures figures;
    std::string digest;
    std::map<std::string, std::size_t> marks;
};

// Where the daemon can be killed.
enum class Boundary { before_request, after_request, before_commit, after_commit, at_await };

class Stage final : private Observer {
public:
    explicit Stage(Scenario scenario);

    Verdict play();

private:
    struct Crash {};

    struct Kill {
        Boundary where = Boundary::at_await;
        std::size_t countdown = 0;
        bool again = false;    // once more soon after the restart
        bool telling = false;  // only where an intent was written down or the cloud began something
        Duration down{0};
    };

    // A copy of the catalog, and what the books knew when it was made.
    struct OldCopy {
        std::unique_ptr<Catalog> catalog;
        CopyBook copies;
        FiringBook firings;
        InstanceBook instances;
        BrakeBook brake;
        PinBook pins;
    };

    // stage.cpp: lives
    void live_until(Instant end);
    void begin_life();
    void take_edition();
    void end_life();
    void crashed();
    void boundary(Boundary where);
    void look_at(Instant end);
    void observe(const Fact& fact) override;
    Instant wall() const;
    void note(const std::string& event);

    // stage_hooks.cpp: what every request and commit shows
    void hook_up();
    void request_arrives(const HttpRequest& request);
    void let_cloud_go_on();
    void request_acted(const cloudsim::RequestRecord& record);
    void before_commit(const Changes& changes);
    void after_commit(const Changes& changes);
    void mark_late(const cloudsim::RequestRecord& record);
    void mark_answer(const cloudsim::RequestRecord& record);
    void mark_request(const cloudsim::RequestRecord& record);
    void note_passes(const Changes& changes);
    void mark_backup(const Backup& backup);
    void mark_copy(const Backup& backup, const Copy& copy);

    // stage_acts.cpp: what befalls daemon and cloud from outside
    void act(const Act& act);
    void arm(std::uint64_t how);
    void stop();
    void jump(Duration by);
    void instance_comes(std::uint64_t how);
    void instance_goes(std::uint64_t how);
    void instance_stops(const Act& act);
    std::optional<std::string> next_name(std::uint64_t how) const;
    void foreign_image(std::uint64_t how);
    void foreign_object(std::uint64_t how);
    void image_deleted(std::uint64_t how);
    void image_renamed(std::uint64_t how);
    void quota_shrinks(const Act& act);
    std::string some_instance(std::uint64_t how) const;
    const DrawnPolicy* some_policy(std::uint64_t how) const;

    // stage_catalog.cpp
    void lose_catalog(const Act& act);
    void copy_catalog();
    void put_catalog_back(const Act& act);
    void take_catalog_away(const Act& act);
    void use_catalog(std::unique_ptr<Catalog> other, const OldCopy* then);

    // stage_operator.cpp: what the operator asks of the daemon
    void let_deletions_go();
    void run_now(std::uint64_t how);
    void cancel(std::uint64_t how);
    void pause(const Act& act);
    void reload();
    void pin(const Act& act);
    void unpin(BackupId point);
    void unpin_all();

    // stage_liveness.cpp
    void heal();
    std::set<BackupId> dated_ahead() const;
    void check_green(Instant since, const std::set<BackupId>& ahead);
    void check_pruned(const std::set<CopyId>& unneeded);

    Scenario scenario_;
    cloudsim::Cloud cloud_;
    std::unique_ptr<Catalog> real_catalog_;
    WatchedCatalog catalog_;
    std::unique_ptr<Catalog> to_be_copied_;  // the same commits, if this will happen
    std::unique_ptr<OldCopy> old_copy_;
    Trace trace_;
    Marks marks_;
    PinBook pins_;
    CopyBook copies_;
    FiringBook firings_;
    InstanceBook instances_;
    BrakeBook brake_;
    LoadBook loads_;
    Figures figures_;

    Instant now_{};        // true time while the daemon is down
    Duration wrong_{0};    // of the wall clock
    Instant begins_at_{};  // the next life
    std::unique_ptr<Incarnation> life_;
    std::vector<DrawnPolicy> in_force_;
    std::vector<Policy> policies_;
    std::multimap<Instant, std::function<void()>> later_;

    std::optional<Kill> kill_;
    std::string arriving_;        // the action of the request under way
    bool is_later_page_ = false;  // it reads one
    bool changed_ = false;        // the request under way began something
    bool intended_ = false;       // the commit under way holds an intent
    Instant last_request_{};
    Instant rest_judged_at_{};
    Instant last_fleet_change_{};
    Instant lost_at_ = Instant::max();  // the catalog
    std::map<CopyId, Copy> under_way_;  // as last committed
    Instant let_go_at_;                 // when a person looked last at what the brake holds
};

}  // namespace cvmbackup::simulation
