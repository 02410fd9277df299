// cvmbackupctl: tables or JSON from the daemon's bus, and an exit code that scripts can trust.
#include "ctl/command_line.hpp"
#include "ctl/json.hpp"

#include <csignal>
#include <cstdio>
#include <iostream>

namespace {

using namespace cvmbackup::ctl;

constexpr const char* error_prefix = "org.cvmbackup1.Error.";

int complain(bool json, ExitCode code, const std::string& name, const std::string& text) {
    const int number = static_cast<int>(code);
    if (json) {
        const Dict error{{"exit", std::int64_t{number}}, {"name", name}, {"text", text}};
        const Dict document{{"error", error}};
        std::cerr << to_json(document);
    } else {
        std::cerr << "cvmbackupctl: " << text << '\n';
    }
    return number;
}

int complain(const CommandLine& line, const sdbus::Error& error, bool connected) {
    const ExitCode code = connected ? exit_code_of(error.getName()) : ExitCode::unreachable;
    if (code != ExitCode::unreachable) {
        const std::string& name = error.getName();
        const bool ours = name.starts_with(error_prefix);
        const std::string word =
            ours ? name.substr(std::char_traits<char>::length(error_prefix)) : name;
        return complain(line.json, code, word, error.getMessage());
    }
    const std::string what = connected ? "cvmbackupd does not answer on the bus '" + line.bus + "'"
                                       : "cannot reach the bus '" + line.bus + "'";
    std::string advice = "is cvmbackupd running there?";
    if (line.bus == "system") {
        advice =
            connected ? "see systemctl status cvmbackupd" : "see systemctl status dbus cvmbackupd";
    }
    return complain(
        line.json, code, "Unreachable", what + ": " + error.getMessage() + "; " + advice
    );
}

int run(const CommandLine& line) {
    Style style = terminal_style();
    style.json = line.json;
    style.legend = !line.no_legend;
    Output output(style);
    bool connected = false;
    try {
        Session session(line.bus);
        connected = true;
        Context context{session, output};
        const ExitCode code = line.verb(context);
        if (!output.flush()) {
            return complain(line.json, ExitCode::failed, "Output", "cannot write the output");
        }
        return static_cast<int>(code);
    } catch (const sdbus::Error& error) {
        output.flush();
        return complain(line, error, connected);
    }
}

int say(const CommandLine& line) {
    if (*line.done == ExitCode::ok) {
        std::cout << line.text << std::flush;
        return 0;
    }
    const std::string text = line.text.substr(0, line.text.find_last_not_of('\n') + 1);
    return complain(line.json, *line.done, "Usage", text);
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    try {
        const CommandLine line = parse_command_line(argc, argv);
        return line.done ? say(line) : run(line);
    } catch (const std::exception& error) {
        return complain(false, ExitCode::failed, "Bug", error.what());
    }
}
