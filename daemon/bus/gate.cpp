#include "bus/gate.hpp"

#include "bus/names.hpp"
#include "bus/wire.hpp"

#include <cstdint>

namespace cvmbackup::bus {

namespace {

// GetConnectionCredentials: the groups are those of the caller's process (dbus-daemon >= 1.13),
// so no user database is asked, which might block.
Outcome<Caller> to_caller(const Dict& credentials) {
    const auto user = credentials.find("UnixUserID");
    if (user == credentials.end() || !user->second.containsValueOfType<std::uint32_t>()) {
        return Failure{
            Remedy::give_up, denied_code, "the bus does not know which user is calling", ""};
    }
    Caller caller{user->second.get<std::uint32_t>(), {}};
    const auto groups = credentials.find("UnixGroupIDs");
    if (groups != credentials.end() &&
        groups->second.containsValueOfType<std::vector<std::uint32_t>>()) {
        for (const std::uint32_t group : groups->second.get<std::vector<std::uint32_t>>()) {
            caller.groups.push_back(group);
        }
    }
    return caller;
}

}  // namespace

sdbus::Error to_error(const Failure& failure) {
    const std::string code = is_error_word(failure.code) ? failure.code : "Failed";
    return {error_prefix + code, failure.text};
}

Gate::Gate(
    sdbus::IConnection& connection, Doorman doorman, Observer& log, std::function<void()> changed
)
    : doorman_(doorman)
    , log_(log)
    , changed_(std::move(changed))
    , bus_(sdbus::createProxy(connection, "org.freedesktop.DBus", "/org/freedesktop/DBus")) {}

Failure Gate::unknown_method(const std::string& method) {
    return {Remedy::give_up, denied_code, method + " is not open to anybody", ""};
}

Outcome<void> Gate::admit(const std::string& method, const Outcome<Caller>& caller) const {
    const auto rule = rule_for(method);
    if (!rule) {
        return unknown_method(method);
    }
    if (!caller) {
        return caller.error();
    }
    return doorman_.admit(*rule, *caller);
}

void Gate::record(const std::string& method, const Outcome<Caller>& caller, const char* how) {
    const std::string who = caller ? "user " + std::to_string(caller->user) : "an unknown user";
    const std::string text = "bus call " + method + " of " + who + " " + how;
    log_.observe(Notice{Notice::Level::info, text, {}, {}});
}

Failure Gate::report(const std::string& method, const std::string& what) {
    log_.observe(Notice{Notice::Level::error, "bus call " + method + " broke: " + what, {}, {}});
    return {Remedy::give_up, "Internal", "the daemon met a bug; its log says more", ""};
}

void Gate::ask(const sdbus::IObject& object, std::function<void(const Outcome<Caller>&)> then) {
    const std::string sender = object.getCurrentlyProcessedMessage()->getSender();
    auto on_reply = [then = std::move(then)](const sdbus::Error* error, const Dict& credentials) {
        if (error != nullptr) {
            const Failure unknown{
                Remedy::give_up,
                denied_code,
                "the bus does not tell who is calling: " + error->getMessage(),
                ""};
            then(unknown);
            return;
        }
        then(to_caller(credentials));
    };
    bus_->callMethodAsync("GetConnectionCredentials")
        .onInterface("org.freedesktop.DBus")
        .withArguments(sender)
        .uponReplyInvoke(std::move(on_reply));
}

}  // namespace cvmbackup::bus
