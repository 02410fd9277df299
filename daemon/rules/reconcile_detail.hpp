// One comparison at work; rules/reconcile.hpp says what it does. Private to rules/reconcile*.
#pragma once

#include "rules/image_name.hpp"
#include "rules/reconcile.hpp"

#include <string>

namespace cvmbackup::reconcile {

class Comparer {
public:
    Comparer(
        const ImageListing& listing,
        const std::vector<Backup>& known,
        const std::vector<Policy>& policies,
        Instant now
    );

    Comparison run();

private:
    static Instant created(const Image* image) { return image->created.value_or(Instant::max()); }

    bool was_just_stamped(std::optional<Instant> stamp) const {
        return stamp && is_young(*stamp, now_, listing_.clock_is_new);
    }

    Finding finding(FindingKind kind, const Backup& backup, const Image& image) const;

    std::string where() const { return " in " + listing_.place.region.text(); }

    void report(Finding finding, Mending mending, std::string text);

    void touch(const Backup& backup) { changed_.insert(backup.id); }

    void judge_copy(Backup& backup, Copy& copy);
    void judge_absent(Backup& backup, Copy& copy);
    void judge_present(Backup& backup, Copy& copy, const Image& image);
    void judge_image(const Image& image);
    void judge_ours(const Image& image, const BackupKey& key, const std::optional<ImageOrigin>&);
    void adopt(Backup& backup, Copy& copy, const Image& image, FindingKind kind);
    void adopt_backup(const Image& image, const BackupKey& key, const ImageOrigin& origin);
    void judge_second(const Backup& backup, const Copy& copy, const Image& image);
    Backup* find(const BackupKey& key);
    Copy* copy_here(Backup& backup);
    Copy& new_copy(Backup& backup, const Image& image) const;

    const ImageListing& listing_;
    const std::vector<Policy>& policies_;
    Instant now_;
    std::vector<Backup> known_;
    std::map<ImageId, const Image*> listed_;
    std::set<ImageId> claimed_;        // images that the catalog knows by their ids
    std::set<std::string> under_way_;  // names that calls under way may bring up
    std::set<BackupId> changed_;
    Comparison result_;
};

}  // namespace cvmbackup::reconcile
