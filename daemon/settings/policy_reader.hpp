// Reads one policy; what needs the other files (accounts, names used twice) is left to the loader.
#pragma once

#include "model/policy.hpp"
#include "settings/reader.hpp"

namespace cvmbackup {

struct ReadPolicy {
    Policy policy;
    Position name_at;
    Position account_at;
    bool has_account = false;  // the key is there, right or wrong
};

ReadPolicy read_policy(const Found<std::string>& name, Reader reader, Instant now);

}  // namespace cvmbackup
