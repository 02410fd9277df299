// What retention may delete, and what it must have deleted in the end.
#include "copy_book.hpp"

#include <algorithm>

namespace cvmbackup::simulation {

// The intent to delete is where retention's decision shows.
void CopyBook::check_expired(
    const Copy& copy, const Known& before, const std::vector<Policy>& policies
) {
    if (before.state == CopyState::failed) {
        check_left_over(copy);
        marks_.hit("left-over of a failed attempt deleted");
        return;
    }
    if (before.state != CopyState::done) {
        throw Broken{4, words(copy) + " is to be deleted while it is " + to_text(before.state)};
    }
    const PolicyName& name = policy_of_.at(copy.backup);
    const auto policy = std::ranges::find(policies, name, &Policy::name);
    if (policy == policies.end()) {
        throw Broken{4, words(copy) + " is to be deleted, but its policy is not in force"};
    }
    const Retained& needed = needed_by(*policy);
    if (!needed.only_by_min_good.empty()) {
        marks_.hit("min_good held something back");
    }
    if (!needed.only_by_pin.empty()) {
        marks_.hit("pin held what a rule would have deleted");
    }
    if (needed.kept.contains(copy.id)) {
        const std::string what = words(copy) + " is to be deleted";
        const std::string who = needed.only_by_pin.contains(copy.id) ? "a pin" : "a rule";
        throw Broken{4, what + ", but " + who + " of " + name.text() + " keeps it"};
    }
    if (pins_.is_over(copy.backup, planned_.at(name))) {
        marks_.hit("deleted after its pin had ended");
    }
    const bool is_export = copy.kind == CopyKind::exported;
    marks_.hit(is_export ? "objects deleted by retention" : "deleted by retention");
}

// While the plan is carried out.
const Retained& CopyBook::needed_by(const Policy& policy) {
    const Instant now = planned_.at(policy.name);
    if (!needed_.contains(policy.name)) {
        needed_[policy.name] = retained(policy, points_before(policy.name), pins_.held(now), now);
    }
    return needed_.at(policy.name);
}

// What took too long, or could not be read, may be complete by now.
void CopyBook::check_left_over(const Copy& copy) const {
    const cloudsim::Image* there = image(copy.image.text());
    if (copy.code == "Overdue" && copy.kind != CopyKind::exported && there != nullptr &&
        there->state == "NORMAL" && there->name == copy.name) {
        throw Broken{4, words(copy) + " was given up, is complete, and is to be deleted"};
    }
}

// The catalog already says `deleting` of the copies of this commit. What is gone is no reason to
// let another go, whatever the catalog says.
std::vector<Backup> CopyBook::points_before(const PolicyName& name) const {
    std::vector<Backup> points = catalog_->points(name);
    for (Backup& backup : points) {
        for (Copy& each : backup.copies) {
            if (each.state == CopyState::deleting && copies_.contains(each.id)) {
                each.state = copies_.at(each.id).state;
            }
            if (each.state == CopyState::done && is_long_gone(each)) {
                each.state = CopyState::lost;
            }
        }
    }
    return points;
}

std::set<CopyId> CopyBook::unneeded(const std::vector<Policy>& policies, Instant now) const {
    std::set<CopyId> unneeded;
    for (const Policy& policy : policies) {
        const std::vector<Backup> points = catalog_->points(policy.name);
        const Retained needed = retained(policy, points, pins_.held(now), now);
        for (const Backup& backup : points) {
            for (const Copy& copy : backup.copies) {
                if (copy.state != CopyState::done || needed.kept.contains(copy.id)) {
                    continue;
                }
                if (has_one_of(copy, replaced_)) {
                    marks_.hit("export left alone whose object somebody replaced");
                } else if (!renamed_.contains(copy.image.text()) && !has_one_of(copy, rewritten_)) {
                    unneeded.insert(copy.id);
                }
            }
        }
    }
    return unneeded;
}

}  // namespace cvmbackup::simulation
