// Watches exports in progress. No API reports an export's progress, so it is complete when every
// object is there, large enough for its disk, and has not changed between two looks; then each is
// asked for once more with HEAD, which is what the success rests on.
#pragma once

#include "engine/image_watch.hpp"
#include "ports/clock.hpp"
#include "ports/cloud.hpp"
#include "rules/backup_machine.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>

namespace cvmbackup {

class ExportWatch {
public:
    using Report = std::function<void(BackupId, Event)>;

    ExportWatch(Clock& clock, Cloud& cloud, Report report);

    void add(BackupId backup, const action::WatchExport& what);
    Task<void> run();

private:
    struct Watched {
        BackupId backup;
        action::WatchExport what;
        Duration added{0};  // steady, like the others
        Duration since{0};
        Duration next_look{0};
        std::vector<StoredObject> last_seen;
        bool seen_unfinished = false;  // by this process: its end tells how long it took
        Unreadable unreadable;
    };

    Task<void> look(CopyId copy);
    void refused(CopyId copy, const Failure& failure);
    void unfinished(CopyId copy, const std::string& state);
    void too_small(CopyId copy, std::vector<StoredObject> objects, const std::string& why);
    bool is_overdue(Watched& watched) const;
    Task<void> confirm(CopyId copy, std::vector<StoredObject> objects);
    void forget(CopyId copy, const Event& event);

    Clock& clock_;
    Cloud& cloud_;
    Report report_;
    std::unique_ptr<Sleeper> sleeper_;
    std::map<CopyId, Watched> watched_;
    std::optional<Duration> quickest_;
};

}  // namespace cvmbackup
