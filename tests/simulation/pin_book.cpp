#include "pin_book.hpp"

namespace cvmbackup::simulation {

void PinBook::pinned(BackupId point, std::optional<Instant> until) {
    until_[point] = until.value_or(Instant::max());
}

void PinBook::unpinned(BackupId point) {
    if (const auto pin = until_.find(point); pin != until_.end()) {
        pin->second = Instant::min();
    }
}

std::set<BackupId> PinBook::held(Instant now) const {
    std::set<BackupId> held;
    for (const auto& [point, until] : until_) {
        if (now < until) {
            held.insert(point);
        }
    }
    return held;
}

bool PinBook::is_over(BackupId point, Instant now) const {
    const auto pin = until_.find(point);
    return pin != until_.end() && now >= pin->second;
}

}  // namespace cvmbackup::simulation
