// How long a call whose answer was lost is looked for, and when its copy is asked for again.
#include "rules/backup_machine_detail.hpp"

#include <algorithm>

namespace cvmbackup::backup_machine {

// The last call was refused, and the time of the lost one is over: not there once more is enough.
void Machine::look_before_next_call(Copy& copy) {
    copy.state = CopyState::intended;
    copy.intended_at = now_ - (copy.kind == CopyKind::exported ? unseen_export_patience() : fence);
}

Duration Machine::look_pause(const Copy& copy) const {
    const Duration lost_for = now_ - copy.intended_at.value_or(now_);
    return std::clamp<Duration>(lost_for / 8, look_shortest, look_longest);
}

// Whether the image is there is decided now. A single list may lack what is there.
bool Machine::is_past_fence(const Copy& copy) const {
    return now_ >= copy.intended_at.value_or(now_) + fence;
}

// An export of which no object is there yet may run so long unseen.
Duration Machine::unseen_export_patience() const {
    const Duration by_size =
        lost_export_wait + backup_.copies.front().size_gib * lost_export_wait_per_gib;
    return std::min(by_size, export_patience);
}

// Looked for by name, and not there, or not all of it. After `patience` it never will be.
void Machine::absent(Copy& copy, Duration patience) {
    const Instant intended = copy.intended_at.value_or(now_);
    if (now_ < intended + patience) {
        wait({copy.id}, std::min(look_pause(copy), intended + patience - now_));
        return;
    }
    if (copy.code == name_taken_code) {
        // Somebody else's image, or one we cannot see, holds the name.
        try_under_new_name(copy, name_taken_code, "the image name was taken");
        return;
    }
    if (!may_retry(copy)) {
        quarantine(copy, copy.code, "the cloud never answered; last: " + copy.reason);
        return;
    }
    copy.state = CopyState::planned;
    copy.tries += 1;
    const std::vector<CopyId> only{copy.id};
    begin(&only);
}

}  // namespace cvmbackup::backup_machine
