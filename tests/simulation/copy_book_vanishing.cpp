// What the cloud lets go by itself after it was complete: a success said of it before is no lie,
// and its absence is not the daemon's doing.
#include "copy_book.hpp"

#include <algorithm>

namespace cvmbackup::simulation {

namespace {

// Lists may tell for so long of what is gone, and a commit follows.
constexpr Duration read_before = std::chrono::minutes(10);

}  // namespace

void CopyBook::will_vanish(const cloudsim::RequestRecord& record) {
    for (const auto& [ends, task] : cloud_.state().tasks) {
        for (const cloudsim::TaskRecord& made : record.tasks) {
            if (!task.gone_after || task.subject != made.image) {
                continue;
            }
            const Instant gone = ends + *task.gone_after;
            if (task.kind == cloudsim::TaskKind::export_) {
                for (const cloudsim::ExportedFile& file : task.files) {
                    fleeting_keys_[file.key] = gone;
                }
            } else if (task.kind != cloudsim::TaskKind::removal) {
                fleeting_.emplace(made.image, gone);
            }
        }
    }
}

bool CopyBook::has_just_vanished(
    const std::map<std::string, Instant>& fleeting, const std::string& what
) const {
    const auto found = fleeting.find(what);
    const Instant now = cloud_.state().now;
    return found != fleeting.end() && found->second <= now && now - found->second <= read_before;
}

void CopyBook::check_noticed() const {
    for (const auto& [id, known] : copies_) {
        const bool is_image = known.kind != CopyKind::exported;
        if (known.state == CopyState::done && is_image && image(known.image) == nullptr) {
            throw Broken{5, known.name + " (" + known.image + ") is gone, and nobody noticed"};
        }
        for (const std::string& key : known.keys) {
            const bool is_there = cloud_.state().buckets.at(known.bucket).objects.contains(key);
            if (known.state == CopyState::done && !is_there) {
                throw Broken{5, "the object " + key + " is gone, and nobody noticed"};
            }
        }
    }
}

// Until it is gone all is held against it as against any other.
bool CopyBook::is_gone_without_us(const std::string& id) const {
    return taken_away_.contains(id) || (fleeting_.contains(id) && image(id) == nullptr);
}

// Longer than what was read before a deletion can be old.
bool CopyBook::is_long_gone(const Copy& copy) const {
    const std::string& id = copy.image.text();
    if (copy.kind != CopyKind::exported) {
        return image(id) == nullptr && !has_just_vanished(fleeting_, id) &&
               !has_just_vanished(taken_away_, id);
    }
    const auto& objects = cloud_.state().buckets.at(copy.bucket.text()).objects;
    return std::ranges::any_of(copy.objects, [&](const StoredObject& object) {
        return !objects.contains(object.key) && !has_just_vanished(fleeting_keys_, object.key);
    });
}

void CopyBook::mark_vanished(const Copy& copy) const {
    const bool is_export = copy.kind == CopyKind::exported;
    if (is_export && !copy.objects.empty() && fleeting_keys_.contains(copy.objects.front().key)) {
        marks_.hit("objects gone by themselves found to be lost");
    }
    if (!is_export && fleeting_.contains(copy.image.text())) {
        const bool is_image = copy.kind == CopyKind::image;
        marks_.hit(
            is_image ? "image gone by itself found to be lost"
                     : "replica gone by itself found to be lost"
        );
    }
}

}  // namespace cvmbackup::simulation
