// What catalog and cloud must agree on at rest, and what a lost catalog takes with it.
#include "copy_book.hpp"

#include <algorithm>
#include <utility>

namespace cvmbackup::simulation {

void CopyBook::check_rest() const {
    for (const auto& [id, what] : ours_) {
        const auto copy = copy_of_image_.find(id);
        const bool is_known =
            copy != copy_of_image_.end() && copies_.at(copy->second).state != CopyState::cancelled;
        if (image(id) != nullptr && !is_known && !may_be_unknown(id)) {
            throw Broken{
                5,
                "the catalog holds no copy for " + id + " (" + what.name + " in " + what.region +
                    ", " + image(id)->state + ")"};
        }
    }
    for (const auto& [id, known] : copies_) {
        const bool is_image = known.kind == CopyKind::image || known.kind == CopyKind::replica;
        if (known.state != CopyState::done || !is_rebuilt_) {
            continue;
        }
        if (is_image && image(known.image) == nullptr && !is_gone_without_us(known.image)) {
            throw Broken{
                5,
                "the catalog holds " + known.name + " (" + known.image +
                    "), which the cloud does not have"};
        }
        for (const std::string& key : known.keys) {
            if (!cloud_.state().buckets.at(known.bucket).objects.contains(key) &&
                !fleeting_keys_.contains(key)) {
                throw Broken{
                    5, "the catalog holds the object " + key + ", which the cloud does not have"};
            }
        }
    }
}

std::set<std::pair<PolicyName, Instant>> CopyBook::made_for() const {
    std::set<std::pair<PolicyName, Instant>> made;
    for (const auto& [id, copy] : copy_of_image_) {
        const cloudsim::Image* there = image(id);
        if (there != nullptr && there->state == "NORMAL") {
            const std::optional<Backup> backup = catalog_->backup(copies_.at(copy).backup);
            made.emplace(backup->policy, backup->due);
        }
    }
    return made;
}

void CopyBook::catalog_lost(
    Catalog& instead, const std::set<std::string>& regions, const CopyBook* then
) {
    const std::map<CopyId, Known> before = std::exchange(copies_, {});
    copy_of_image_.clear();
    copy_of_key_.clear();
    policy_of_.clear();
    ended_.clear();
    if (then != nullptr) {
        copies_ = then->copies_;
        copy_of_image_ = then->copy_of_image_;
        copy_of_key_ = then->copy_of_key_;
        policy_of_ = then->policy_of_;
        ended_ = then->ended_;
    }
    for (const auto& [id, known] : before) {
        if (known.state == CopyState::intended) {
            names_before_.insert(known.name);
        }
        const bool is_good = known.state == CopyState::done && known.kind != CopyKind::exported;
        if (is_good && !copy_of_image_.contains(known.image)) {
            good_before_.insert(known.image);
        }
    }
    for (const auto& [id, known] : copies_) {
        const auto since = before.find(id);
        if (since == before.end() || since->second.state != known.state) {
            taken_away_[known.image] =
                cloud_.state().now;  // or will be: by a call that was on its way
        }
    }
    for (const auto& [id, what] : ours_) {
        if (!regions.contains(what.region) && !copy_of_image_.contains(id)) {
            unseen_.insert(id);
        }
    }
    // Nothing proves any more that they were made here.
    for (const auto& [id, when] : renamed_) {
        if (!copy_of_image_.contains(id)) {
            ours_.erase(id);
        }
    }
    // An older catalog knows by the size and ETag that it has; what it finds anew it takes as it
    // is.
    std::erase_if(replaced_, [&](const std::string& key) {
        const auto copy = copy_of_key_.find(key);
        return copy == copy_of_key_.end() || copies_.at(copy->second).state != CopyState::done;
    });
    catalog_ = &instead;
    was_lost_ = true;
    is_rebuilt_ = false;
    planned_.clear();
    needed_.clear();
}

void CopyBook::rebuilt() {
    if (is_rebuilt_) {
        return;
    }
    is_rebuilt_ = true;
    for (const auto& [id, what] : ours_) {
        if (image(id) != nullptr && image(id)->state != "NORMAL") {
            unseen_.insert(id);  // it hangs, and is found when it does not any more
        }
    }
}

// Failed attempts of a backup that left nothing else are shown, and left alone.
bool CopyBook::may_be_unknown(const std::string& id) const {
    const bool is_complete = image(id)->state == "NORMAL";
    return !is_rebuilt_ || unseen_.contains(id) || (was_lost_ && !is_complete);
}

}  // namespace cvmbackup::simulation
