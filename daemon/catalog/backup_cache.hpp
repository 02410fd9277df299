// Backups as they were last read. Whatever looks at lists looks at nearly the same backups every
// time, and to put one together takes ten times as long as to copy it. The catalog has one user, so
// a row is another one only after a commit, which makes it be forgotten. Bounded: some megabytes.
#pragma once

#include "ports/catalog.hpp"

#include <map>

namespace cvmbackup {

class BackupCache {
public:
    const Backup* find(BackupId id) const {
        const auto found = backups_.find(id);
        return found == backups_.end() ? nullptr : &found->second;
    }

    void remember(const Backup& backup) {
        if (backups_.size() < most) {
            backups_.insert_or_assign(backup.id, backup);
        }
    }

    void forget(const Changes& changes) {
        for (const Backup& backup : changes.backups) {
            backups_.erase(backup.id);
            for (const Copy& copy : backup.copies) {
                backups_.erase(copy.backup);
            }
        }
        for (const Copy& copy : changes.copies) {
            backups_.erase(copy.backup);
        }
    }

private:
    static constexpr std::size_t most = 2000;

    std::map<BackupId, Backup> backups_;
};

}  // namespace cvmbackup
