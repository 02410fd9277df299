#include "ctl/exit_code.hpp"

#include <map>
#include <string_view>

namespace cvmbackup::ctl {

ExitCode exit_code_of(const std::string& error_name) {
    static const std::map<std::string_view, ExitCode> codes{
        {"org.cvmbackup1.Error.NotFound", ExitCode::not_found},
        {"org.cvmbackup1.Error.AccessDenied", ExitCode::denied},
        {"org.cvmbackup1.Error.Busy", ExitCode::busy},
        {"org.cvmbackup1.Error.InvalidArgument", ExitCode::usage},
        {"org.cvmbackup1.Error.BadConfiguration", ExitCode::bad_configuration},
        {"org.cvmbackup1.Error.PlanChanged", ExitCode::plan_changed},
        {"org.freedesktop.DBus.Error.AccessDenied", ExitCode::denied},
        {"org.freedesktop.DBus.Error.InteractiveAuthorizationRequired", ExitCode::denied},
        {"org.freedesktop.DBus.Error.ServiceUnknown", ExitCode::unreachable},
        {"org.freedesktop.DBus.Error.NameHasNoOwner", ExitCode::unreachable},
        {"org.freedesktop.DBus.Error.NoReply", ExitCode::unreachable},
        {"org.freedesktop.DBus.Error.Timeout", ExitCode::unreachable},
        {"org.freedesktop.DBus.Error.TimedOut", ExitCode::unreachable},
        {"org.freedesktop.DBus.Error.Disconnected", ExitCode::unreachable},
        {"org.freedesktop.DBus.Error.NoServer", ExitCode::unreachable},
        {"System.Error.ECONNRESET", ExitCode::unreachable},
        {"System.Error.ENOTCONN", ExitCode::unreachable},
        {"System.Error.EPIPE", ExitCode::unreachable},
    };
    const auto found = codes.find(error_name);
    if (found != codes.end()) {
        return found->second;
    }
    // Bus activation that did not succeed.
    if (error_name.starts_with("org.freedesktop.DBus.Error.Spawn") ||
        error_name.starts_with("org.freedesktop.systemd1.")) {
        return ExitCode::unreachable;
    }
    return ExitCode::failed;
}

ExitCode exit_code_of_result(const std::string& result) {
    if (result == "ok") {
        return ExitCode::ok;
    }
    return result == "partial" ? ExitCode::partial : ExitCode::failed;
}

}  // namespace cvmbackup::ctl
