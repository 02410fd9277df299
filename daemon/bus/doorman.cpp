#include "bus/doorman.hpp"

#include <algorithm>
#include <array>
#include <grp.h>
#include <string>

namespace cvmbackup::bus {

namespace {

constexpr const char* group_name = "cvmbackup";

constexpr std::array rules{
    Rule{"Manager.Run", Access::change, "run"},
    Rule{"Manager.Cancel", Access::change, "cancel"},
    Rule{"Manager.Pause", Access::change, "pause"},
    Rule{"Manager.Resume", Access::change, "resume"},
    Rule{"Manager.Pin", Access::change, "pin"},
    Rule{"Manager.Unpin", Access::change, "unpin"},
    Rule{"Manager.ApplyPlan", Access::change, "apply-plan"},
    Rule{"Manager.Reload", Access::change, "reload"},
    Rule{"Manager.Verify", Access::change, "verify"},
    Rule{"Manager.GetComparison", Access::read, "read"},
    Rule{"Manager.Status", Access::read, "read"},
    Rule{"Manager.ListPolicies", Access::read, "read"},
    Rule{"Manager.GetPolicy", Access::read, "read"},
    Rule{"Manager.ListJobs", Access::read, "read"},
    Rule{"Manager.GetJob", Access::read, "read"},
    Rule{"Manager.ListRuns", Access::read, "read"},
    Rule{"Manager.ListBackups", Access::read, "read"},
    Rule{"Manager.ListPoints", Access::read, "read"},
    Rule{"Manager.Show", Access::read, "read"},
    Rule{"Manager.Plan", Access::read, "read"},
    Rule{"Manager.Calendar", Access::read, "read"},
    Rule{"Job.Cancel", Access::change, "cancel"},
};

}  // namespace

std::optional<Rule> rule_for(std::string_view method) {
    const auto* const found = std::ranges::find(rules, method, &Rule::method);
    return found == rules.end() ? std::nullopt : std::optional<Rule>(*found);
}

Doorman::Doorman(uid_t own_user, std::optional<gid_t> group)
    : own_user_(own_user)
    , group_(group) {}

Outcome<void> Doorman::admit(const Rule& rule, const Caller& caller) const {
    const bool in_group = group_ && std::ranges::count(caller.groups, *group_) > 0;
    if (rule.access == Access::read || caller.user == 0 || caller.user == own_user_ || in_group) {
        return {};
    }
    return Failure{
        Remedy::give_up,
        denied_code,
        "user " + std::to_string(caller.user) + " may not " + std::string(rule.verb) +
            ": only root, the daemon's own user and members of the group " + group_name +
            " may; use sudo, or join the group and log in again",
        ""};
}

std::optional<gid_t> operators_group() {
    struct group entry {};
    struct group* found = nullptr;
    std::array<char, 16384> buffer{};
    if (::getgrnam_r(group_name, &entry, buffer.data(), buffer.size(), &found) != 0 || !found) {
        return std::nullopt;
    }
    return found->gr_gid;
}

}  // namespace cvmbackup::bus
