// Watches all images in flight of one account and region with shared reads, up to 100 to a call.
// No backup polls alone. Images too young to be ready, judged by the quickest seen so far, are
// seldom asked about, and the older an image is, the more seldom.
#pragma once

#include "ports/clock.hpp"
#include "ports/cloud.hpp"
#include "rules/backup_machine.hpp"

#include <functional>
#include <map>
#include <memory>

namespace cvmbackup {

// Work in progress is looked at again after this share of its age, which is how late its end is
// noticed, within these bounds.
constexpr int poll_share = 25;
constexpr Duration poll_shortest = std::chrono::seconds(30);
constexpr Duration poll_longest = std::chrono::hours(1);
// Images that become due within so long share their reads.
constexpr Duration image_tick = std::chrono::seconds(10);
// An accepted image that lists do not show yet may still appear, and one that was shown once may be
// missing from the next answer, which another server gives; disks that a NORMAL image lacks may
// still be listed.
constexpr Duration image_visibility = std::chrono::minutes(10);
// One list may lag or be wrong: an image that was there has vanished when so many in a row lack it.
constexpr int absences_needed = 3;
// What is too young to be ready is looked at no more often than this: for its progress, and
// because it may have failed.
constexpr Duration silence_max = std::chrono::minutes(5);
// How long reads may be refused for good (permissions, account gone) before the images are given
// up.
constexpr Duration refusal_patience = std::chrono::hours(2);
// The same for reads that fail otherwise (no network, a region that is down), and after how long
// the backup says so.
constexpr Duration unreadable_patience = std::chrono::hours(48);
constexpr Duration unreadable_notice = std::chrono::minutes(10);
// Nothing is overdue before this process has looked for so long: after a restart the age is only
// as right as the clock was.
constexpr Duration watched_least = std::chrono::hours(1);

// For how long work of this age is not looked at, when the quickest so far took so long.
Duration silence(std::optional<Duration> quickest, Duration age);
// How long after a look the next one is due.
Duration next_pause(std::optional<Duration> quickest, Duration age);

std::string overdue_text(Duration patience, const std::string& state_word);
std::string unreadable_text(const Failure& failure);

// For how long reads have failed in a row, and when that ends the wait.
class Unreadable {
public:
    void answered() { *this = Unreadable(); }

    // Whether it has lasted too long; `now` is steady.
    bool failed(const Failure& failure, Duration now);
    // Whether it has lasted long enough to be told.
    bool is_worth_telling(const Failure& failure, Duration now) const;

private:
    std::optional<Duration> failing_since_;
    std::optional<Duration> refused_since_;
};

class ImageWatch {
public:
    using Report = std::function<void(BackupId, Event)>;

    struct Progress {
        std::optional<int> percent;
        Duration age{0};
        std::optional<Duration> left;  // by the experience with others
        std::string state_word;
    };

    ImageWatch(Clock& clock, Cloud& cloud, Place place, Report report);

    void add(BackupId backup, const action::WatchImage& what);
    Task<void> run();
    std::optional<Progress> progress(const ImageId& image) const;

private:
    struct Watched {
        BackupId backup;
        CopyId copy;
        CopyKind kind = CopyKind::image;
        Duration added{0};  // steady, like the others
        Duration since{0};
        Duration next_look{0};
        std::size_t disks = 1;
        bool seen_unfinished = false;  // by this process: its end tells how long it took
        int absences = 0;
        Unreadable unreadable;
        std::optional<Duration> normal_since;
        std::optional<int> percent;
        std::string state_word;
    };

    struct Experience {
        std::optional<Duration> quickest;
        Duration sum{0};
        int count = 0;
    };

    std::optional<Duration> quickest(CopyKind kind) const;
    std::vector<ImageId> due(Duration now) const;
    Task<void> look(std::vector<ImageId> page);
    void looked(const std::vector<ImageId>& asked);
    std::vector<ImageId> refused(const std::vector<ImageId>& asked, const Failure& failure);
    void judge(const std::vector<ImageId>& asked, const std::vector<Image>& answer);
    void judge_present(Watched& watched, const Image& image);
    bool is_settled(Watched& watched, const Image& image) const;
    void learn(const Watched& watched, Duration age);
    void forget(const ImageId& image, const Event& event);

    Clock& clock_;
    Cloud& cloud_;
    Place place_;
    Report report_;
    std::unique_ptr<Sleeper> sleeper_;
    std::map<ImageId, Watched> watched_;
    std::map<CopyKind, Experience> experience_;
};

}  // namespace cvmbackup
