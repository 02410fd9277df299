#include "rules/backup_result.hpp"

#include "rules/backup_machine.hpp"

#include <algorithm>
#include <tuple>

namespace cvmbackup {

namespace {

bool is_deleted(const Copy& copy) {
    return copy.state == CopyState::deleting || copy.state == CopyState::deleted;
}

bool is_whole(const Backup& backup, const Copy& copy) {
    return is_deleted(copy) ? backup.good : copy.state == CopyState::done && copy.code.empty();
}

// Asked for, and nobody's failure that it is not there.
bool is_impossible(const Copy& copy) {
    return copy.state == CopyState::skipped && copy.code != no_image_code;
}

bool was_made(const Backup& backup, const Copy& copy) {
    if (is_deleted(copy)) {
        return backup.result == Result::ok || backup.result == Result::partial;
    }
    return copy.state == CopyState::done || copy.state == CopyState::lost;
}

bool is_first(const Backup& backup, const Copy& copy) {
    const auto what = [](const Copy& each) { return std::tie(each.kind, each.place, each.bucket); };
    return &*std::ranges::find(backup.copies, what(copy), what) == &copy;
}

Result result_without_copies(const Backup& backup) {
    switch (backup.copies.front().state) {
        case CopyState::cancelled:
            return Result::cancelled;
        case CopyState::skipped:
            return Result::skipped;
        case CopyState::deleting:
        case CopyState::deleted:
            return backup.result.value_or(Result::failed);
        default:
            return Result::failed;
    }
}

}  // namespace

void judge_result(Backup& backup) {
    if (backup.copies.empty()) {
        return;
    }
    bool made = false;
    bool ok = !backup.not_started;
    bool good = !backup.not_started && was_made(backup, backup.copies.front());
    for (const Copy& copy : backup.copies) {
        if (!is_first(backup, copy)) {
            continue;
        }
        const bool whole = is_whole(backup, copy);
        made = made || was_made(backup, copy);
        ok = ok && whole;
        good = good && (whole || is_impossible(copy));
    }
    if (made) {
        backup.result = ok ? Result::ok : Result::partial;
    } else {
        backup.result = result_without_copies(backup);
    }
    backup.good = good;
}

}  // namespace cvmbackup
