// Commands run on instances by the service tat, as State holds them: one invocation for each
// RunCommand, one task of it for each instance. Nothing is executed; how a command ends is written
// in the world (agent, command_exit_code, command_time, command_output). Source of the rules:
// facts/tencent-cloud.md section 8.
#pragma once

#include "instants.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace cloudsim {

struct Invocation {
    std::string id;
    std::string command_id;
    std::string command_name;
    std::string content;  // base64, with its placeholders
    std::string type;
    Duration timeout{0};
    std::string working_directory;
    std::string username;
    std::string bucket_url;
    std::string key_prefix;
};

// What the task will come to, settled when it was accepted.
enum class CommandEnd { as_world_says, fails, is_not_delivered, never };

struct CommandTask {
    std::string id;
    std::string invocation_id;
    std::string instance_id;
    std::string uin;
    std::string region;
    // PENDING, DELIVERING, RUNNING, then SUCCESS, FAILED, TIMEOUT, TASK_TIMEOUT or DELIVER_FAILED
    std::string status = "PENDING";
    std::string error;
    CommandEnd end = CommandEnd::as_world_says;
    std::int64_t exit_code = 0;
    std::string output;  // all of it
    Instant created;
    Instant updated;
    std::optional<Instant> started;
    std::optional<Instant> ended;
};

}  // namespace cloudsim
