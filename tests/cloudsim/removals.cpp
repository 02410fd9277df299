// How injected faults let go what tasks made, or an instance that a request named.
#include "state.hpp"

#include <algorithm>

namespace cloudsim {

void State::let_go(std::uint64_t after_number, Duration later) {
    for (auto& [at, task] : tasks) {
        if (task.number > after_number) {
            task.gone_after = later;
        }
    }
}

void State::begin_removal(const Task& task, Instant at) {
    if (task.kind != TaskKind::removal && task.gone_after && task.end == TaskEnd::succeeds) {
        Task removal = task;
        removal.kind = TaskKind::removal;
        removal.removes = task.kind;
        schedule(at + *task.gone_after, std::move(removal));
    }
}

void State::end_removal(const Task& task, Instant at) {
    switch (task.removes) {
        case TaskKind::creation:
        case TaskKind::copy:
        case TaskKind::import:
            if (images.contains(task.subject)) {
                vanish_image(task.subject);
            }
            return;
        case TaskKind::instance_launch:
            if (find_instance(task.subject) != nullptr) {
                remove_instance(task.subject, true);
            }
            return;
        case TaskKind::snapshot_creation:
        case TaskKind::snapshot_copy:
            if (find_snapshot(task.subject) != nullptr) {
                remove_snapshot(task.subject);
            }
            return;
        case TaskKind::export_:
            return remove_objects(task, at - *task.gone_after);
        default:
            return;  // the others make nothing
    }
}

// Not what was put there since.
void State::remove_objects(const Task& task, Instant made) {
    BucketState* bucket = find_bucket(task.bucket);
    for (const ExportedFile& file : task.files) {
        const auto found = bucket->objects.find(file.key);
        if (found == bucket->objects.end()) {
            continue;
        }
        std::erase_if(found->second, [&](const ObjectVersion& version) {
            return version.modified == made && version.size == file.size;
        });
        if (found->second.empty()) {
            bucket->objects.erase(found);
        }
    }
}

}  // namespace cloudsim
