// What was asked for on the command line.
#pragma once

#include "ctl/verbs.hpp"

#include <functional>
#include <optional>
#include <string>

namespace cvmbackup::ctl {

struct CommandLine {
    bool json = false;
    bool no_legend = false;
    std::string bus = "system";
    std::function<ExitCode(Context&)> verb;
    std::optional<ExitCode> done;  // help, version or a usage error: `text` is all there is to say
    std::string text;
};

CommandLine parse_command_line(int argc, char** argv);

}  // namespace cvmbackup::ctl
