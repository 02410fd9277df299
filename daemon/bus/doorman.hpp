// Who may do what on the bus. One table names every method; what is not in it is refused. Reading
// is open; changes are for root, the daemon's own user and the members of its group. The bus policy
// file says the same: either alone would do.
#pragma once

#include "model/failure.hpp"

#include <optional>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace cvmbackup::bus {

inline constexpr const char* denied_code = "AccessDenied";

enum class Access { read, change };

struct Rule {
    std::string_view method;  // "Manager.Run"
    Access access;
    std::string_view verb;  // "run": as in the polkit action org.cvmbackup1.run
};

// Nothing for a method that nobody has thought about.
std::optional<Rule> rule_for(std::string_view method);

// As the bus daemon took it from the caller's socket.
struct Caller {
    uid_t user;
    std::vector<gid_t> groups;
};

class Doorman {
public:
    // `group`: whose members may change things; none if this machine has no such group.
    Doorman(uid_t own_user, std::optional<gid_t> group);

    // A failure with denied_code, saying who may.
    Outcome<void> admit(const Rule& rule, const Caller& caller) const;

private:
    uid_t own_user_;
    std::optional<gid_t> group_;
};

// The group cvmbackup, if there is one.
std::optional<gid_t> operators_group();

}  // namespace cvmbackup::bus
