// How the work on instances ends.
#include "state.hpp"

namespace cloudsim {

void State::end_instance_task(const Task& task) {
    Instance* found = find_instance(task.subject);
    if (found == nullptr) {
        return;
    }
    Instance& instance = *found;
    const bool succeeded = task.end == TaskEnd::succeeds;
    instance.latest_operation_state = succeeded ? "SUCCESS" : "FAILED";
    instance.latest_error = succeeded ? "" : "The simulated operation failed.";
    switch (task.kind) {
        case TaskKind::instance_launch:
            return end_launch(instance, task);
        case TaskKind::instance_reset:
            return end_reset(instance, task);
        case TaskKind::instance_return:
        case TaskKind::instance_termination:
            return end_termination(instance, task);
        default:
            break;
    }
    const bool starts = task.kind == TaskKind::instance_start;
    change_state(instance, starts == succeeded ? "RUNNING" : "STOPPED");
    instance.stop_charging = instance.state == "STOPPED" && task.stop_charging;
}

void State::end_launch(Instance& instance, const Task& task) {
    if (task.end == TaskEnd::vanishes) {
        remove_instance(task.subject, true);
    } else {
        change_state(instance, task.end == TaskEnd::succeeds ? "RUNNING" : "LAUNCH_FAILED");
    }
}

// The old system disk is formatted also where the new system does not come up.
void State::end_reset(Instance& instance, const Task& task) {
    instance.system_disk.id = new_id("disk-");
    const Image* image = find_image(task.source);
    instance.reinstall_failed = task.end != TaskEnd::succeeds || image == nullptr;
    if (instance.reinstall_failed) {
        instance.latest_operation_state = "FAILED";
        instance.latest_error = "The simulated reinstallation failed.";
        change_state(instance, "STOPPED");
        instance.stop_charging = false;
        return;
    }
    instance.system_disk.size = task.disk_size;
    instance.image_id = image->id;
    instance.os = image->os;
    instance.platform = image->platform;
    instance.license = image->license;
    instance.flaw = image->flaw;
    instance.marketplace = image->marketplace;
    change_state(instance, "RUNNING");
}

void State::end_termination(Instance& instance, const Task& task) {
    if (task.end == TaskEnd::fails) {
        change_state(instance, task.source);
    } else if (task.kind == TaskKind::instance_return) {
        change_state(instance, "SHUTDOWN");
    } else {
        remove_instance(task.subject, true);
    }
}

}  // namespace cloudsim
