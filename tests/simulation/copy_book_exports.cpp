// Exports and their objects.
#include "copy_book.hpp"

#include <algorithm>

namespace cvmbackup::simulation {

namespace {

constexpr std::uint64_t gibibyte = 1ULL << 30U;

// As far as sizes tell.
bool is_broken(const std::string& key, const cloudsim::ObjectVersion& object) {
    const auto disk = static_cast<std::uint64_t>(object.disk_size) * gibibyte;
    return object.size == 0 || (key.ends_with(".raw") && object.size < disk);
}

}  // namespace

void CopyBook::export_begun(const cloudsim::RequestRecord& record) {
    for (const cloudsim::TaskRecord& task : record.tasks) {
        check_exported_once(task.image);
        const auto source = copy_of_image_.find(task.image);
        if (record.is_late && good_before_.contains(task.image)) {
            continue;
        }
        const bool is_intended =
            source != copy_of_image_.end() && std::ranges::any_of(copies_, [&](const auto& each) {
                const Known& known = each.second;
                return known.state == CopyState::intended && known.kind == CopyKind::exported &&
                       known.backup == copies_.at(source->second).backup;
            });
        if (!is_intended) {
            throw Broken{2, "an export of " + task.image + " was begun without an intent"};
        }
    }
}

std::vector<const cloudsim::Task*> CopyBook::exports_running(const std::string& id) const {
    std::vector<const cloudsim::Task*> running;
    for (const auto& [end, task] : cloud_.state().tasks) {
        if (task.kind == cloudsim::TaskKind::export_ && task.subject == id) {
            running.push_back(&task);
        }
    }
    return running;
}

// The second export would write the same objects: no harm, but paid for twice. Each policy has one
// target at most. What hangs in the cloud looks like what never began.
void CopyBook::check_exported_once(const std::string& id) {
    const std::vector<const cloudsim::Task*> running = exports_running(id);
    if (running.empty()) {
        return;
    }
    const auto& objects = cloud_.state().buckets.at(running.front()->bucket).objects;
    const bool is_there = std::ranges::all_of(running.front()->files, [&](const auto& file) {
        const auto found = objects.find(file.key);
        return found != objects.end() && !found->second.back().is_delete_marker &&
               found->second.back().flaw.empty();
    });
    if (running.size() > 1 && was_lost_ && !is_there) {
        // Nothing tells a catalog that is older than that call. What the first writes counts as it
        // is, and the second writes others in its place.
        for (const auto& file : running.front()->files) {
            rewritten_.insert(file.key);
        }
        return;
    }
    if (running.size() > 1 || is_there) {
        throw Broken{
            2,
            "an export of " + id + " was begun, though " +
                (is_there ? "its objects are there" : "another one runs")};
    }
}

void CopyBook::deleted_objects() {
    for (const auto& [bucket, key] : keys_before_) {
        const auto& objects = cloud_.state().buckets.at(bucket).objects;
        const auto found = objects.find(key);
        if (found != objects.end() && !found->second.back().is_delete_marker) {
            continue;
        }
        const auto copy = copy_of_key_.find(key);
        if (copy == copy_of_key_.end()) {
            throw Broken{4, "the object " + key + " is not ours and was deleted"};
        }
        if (replaced_.contains(key)) {
            throw Broken{4, "the object " + key + " was deleted, which somebody had put there"};
        }
        if (copies_.at(copy->second).state != CopyState::deleting) {
            throw Broken{4, "the object " + key + " was deleted without an intent"};
        }
    }
}

void CopyBook::check_exported(const Copy& copy, const Backup* backup) const {
    const auto& objects = cloud_.state().buckets.at(copy.bucket.text()).objects;
    for (const StoredObject& object : copy.objects) {
        const auto found = objects.find(object.key);
        if (found == objects.end() && has_just_vanished(fleeting_keys_, object.key)) {
            continue;
        }
        if (found == objects.end() || found->second.back().is_delete_marker ||
            found->second.back().size != static_cast<std::uint64_t>(object.size_bytes)) {
            throw Broken{
                3,
                words(copy) + " is said to be there, but " + object.key +
                    " is not, or not as large"};
        }
        if (copy.code.empty() && is_broken(object.key, found->second.back())) {
            throw Broken{
                3, words(copy) + " is said to be good, but " + object.key + " is too small"};
        }
    }
    const std::size_t disks = backup == nullptr ? 1 : backup->data_disks.size() + 1;
    if (copy.objects.size() < disks) {
        throw Broken{
            3,
            words(copy) + " is said to be there with " + std::to_string(copy.objects.size()) +
                " objects of " + std::to_string(disks)};
    }
}

void CopyBook::replaced(const std::string& key) {
    replaced_.insert(key);
}

bool CopyBook::has_one_of(const Copy& copy, const std::set<std::string>& keys) {
    return std::ranges::any_of(copy.objects, [&](const StoredObject& object) {
        return keys.contains(object.key);
    });
}

std::optional<std::string> CopyBook::some_object(std::uint64_t how) const {
    std::vector<std::string> candidates;
    for (const auto& [key, copy] : copy_of_key_) {
        if (copies_.at(copy).state == CopyState::done) {
            candidates.push_back(key);
        }
    }
    if (candidates.empty()) {
        return std::nullopt;
    }
    return candidates[how % candidates.size()];
}

}  // namespace cvmbackup::simulation
