// What becomes of a deletion that cannot be done now.
#include "engine/pruner.hpp"
#include "rules/backup_machine.hpp"

#include <algorithm>

namespace cvmbackup {

namespace {

// A copy, or the left-over of a failed attempt.
CopyState state_before(const Copy& copy) {
    const bool is_copy = copy.code.empty() || copy.code == disks_missing_code ||
                         copy.code == broken_code || copy.code == objects_missing_code ||
                         copy.code == too_small_code;
    return is_copy ? CopyState::done : CopyState::failed;
}

}  // namespace

void Pruner::postpone(Expired expired, const Failure& failure) {
    const bool begun = expired.copy.state == CopyState::deleting;
    Duration pause = prune_retry;
    if (begun) {
        Refused& refused = refused_[expired.copy.id];
        lengthen_pause(refused);
        pause = refused.pause;
    }
    observer_.observe(Notice{
        Notice::Level::warning,
        std::string(to_text(expired.copy.kind)) + " " + expired.copy.name + " in " +
            expired.copy.place.region.text() + " cannot be deleted: " + failure.text +
            "; trying again in " + to_text(pause),
        expired.policy,
        expired.instance});
    if (begun) {
        expired.copy.reason =
            "it could not be deleted: " + failure.text + " (" + failure.code + ")";
        if (is_as_before(expired, failure)) {
            expired.copy.state = expired.before;
        }
        Changes changes;
        changes.copies.push_back(expired.copy);
        catalog_.commit(changes);
        observer_.observe(CopyChanged{
            expired.policy, expired.instance, CopyState::deleting, expired.copy});
    }
    try_again_later();
}

// The cloud certainly did nothing with the image. So the next pass decides anew: until then it may
// be the last that is good, or be pinned.
bool Pruner::is_as_before(const Expired& expired, const Failure& failure) const {
    return expired.is_whole && failure.remedy != Remedy::look_first &&
           policies_.contains(expired.policy);
}

// A call of an earlier pass or life could still be carried out then.
bool Pruner::fenced(const Copy& copy, Duration looked_at) const {
    const auto refused = refused_.find(copy.id);
    const Duration last = refused == refused_.end() ? begun_ : refused->second.at;
    return looked_at - last < fence;
}

// Its deletion was decided, and there are rules to judge by whether it still should go.
bool Pruner::is_half_done(const Expired& expired) const {
    return expired.copy.state == CopyState::deleting && policies_.contains(expired.policy);
}

// All of it is still there. Deletions of objects are repeated within a call, so no refusal of one
// is certain to have done nothing; a lost answer tells as little.
void Pruner::judge_anew(Expired expired, Duration looked_at) {
    if (fenced(expired.copy, looked_at)) {
        return try_again_later();
    }
    expired.copy.state = state_before(expired.copy);
    expired.copy.reason.clear();
    Changes changes;
    changes.copies.push_back(expired.copy);
    catalog_.commit(changes);
    observer_.observe(CopyChanged{
        expired.policy, expired.instance, CopyState::deleting, expired.copy});
    request(expired.policy);
}

void Pruner::lengthen_pause(Refused& refused) {
    refused.at = clock_.steady_now();
    refused.pause = std::clamp(refused.pause * 2, prune_retry, prune_retry_longest);
    // Passes are an hour apart: what was refused late in one must not miss the next.
    refused.again_at = refused.at + refused.pause - prune_retry / 2;
}

// Not asked for in this pass, but in a later one.
bool Pruner::waits(const Copy& copy) {
    const auto refused = refused_.find(copy.id);
    if (refused == refused_.end() || clock_.steady_now() >= refused->second.again_at) {
        return false;
    }
    try_again_later();
    return true;
}

void Pruner::try_again_later() {
    if (!retry_set_) {
        retry_set_ = true;
        alarms_.after(prune_retry, [this] {
            retry_set_ = false;
            request_all();
        });
    }
}

// Every start waits a little, of which nothing need be told.
void Pruner::wait_until_compared(const PolicyName& policy) {
    if (brake_.uncompared_for(policy) >= prune_retry / 2) {
        observer_.observe(Notice{
            Notice::Level::warning,
            "nothing of policy '" + policy.text() +
                "' is deleted: it could not be compared with the cloud since the daemon began or "
                "its settings changed (cvmbackupctl verify); trying again in " +
                to_text(prune_retry),
            policy,
            InstanceId()});
    }
    try_again_later();
}

void Pruner::refuse_foreign(const Expired& expired, const Image& image) {
    observer_.observe(Notice{
        Notice::Level::error,
        "image " + image.id.text() + " in " + expired.copy.place.region.text() + " is named '" +
            image.name + "', not '" + expired.copy.name +
            "' as this daemon named it; it is left alone",
        expired.policy,
        expired.instance});
}

// A comparison that does not settle it must not be followed by the next.
void Pruner::leave_to_comparison(CopyId copy) {
    Refused& left = left_to_comparison_[copy];
    if (clock_.steady_now() >= left.again_at) {
        lengthen_pause(left);
        compare_();
    }
}

}  // namespace cvmbackup
