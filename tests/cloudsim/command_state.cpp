#include "state.hpp"

#include <algorithm>

namespace cloudsim {
namespace {

bool is_reachable(const Instance* instance) {
    return instance != nullptr && instance->state == "RUNNING" && instance->agent == Agent::online;
}

}  // namespace

void State::begin_command(CommandTask task) {
    const std::string id = task.id;
    CommandTask& added = command_tasks.insert_or_assign(id, std::move(task)).first->second;
    command_tasks_at[Place{added.uin, added.region}].push_back(&added);
    schedule_command_step(added, durations.within(timing.command_delivery));
}

void State::schedule_command_step(const CommandTask& command, Duration after) {
    Task step;
    step.kind = TaskKind::command_step;
    step.subject = command.id;
    schedule(now + after, std::move(step));
}

void State::end_command_step(const Task& task) {
    CommandTask& command = command_tasks.at(task.subject);
    const Instance* instance = find_instance(command.instance_id);
    command.updated = now;
    if (command.status == "PENDING") {
        command.status = "DELIVERING";
        schedule_command_step(command, durations.within(timing.command_delivery));
    } else if (command.status == "DELIVERING") {
        start_command(command, instance);
    } else {
        end_command(command, instance);
    }
}

void State::start_command(CommandTask& command, const Instance* instance) {
    if (command.end == CommandEnd::is_not_delivered || !is_reachable(instance)) {
        command.status = "DELIVER_FAILED";
        command.error = "The agent did not take the command.";
        command.ended = now;
        return;
    }
    command.status = "RUNNING";
    command.started = now;
    if (command.end != CommandEnd::never) {
        const Duration timeout = invocations.at(command.invocation_id).timeout;
        schedule_command_step(command, std::min(instance->command_time, timeout));
    }
}

void State::end_command(CommandTask& command, const Instance* instance) {
    command.ended = now;
    if (!is_reachable(instance)) {
        command.status = "TASK_TIMEOUT";
        command.error = "The agent does not answer.";
        return;
    }
    command.output = instance->command_output;
    if (instance->command_time > invocations.at(command.invocation_id).timeout) {
        command.status = "TIMEOUT";
        command.error = "The command took longer than its timeout.";
        return;
    }
    command.exit_code = instance->command_exit_code;
    if (command.end == CommandEnd::fails && command.exit_code == 0) {
        command.exit_code = 1;
    }
    command.status = command.exit_code == 0 ? "SUCCESS" : "FAILED";
}

}  // namespace cloudsim
