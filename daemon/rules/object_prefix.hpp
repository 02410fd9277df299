// The names of exported objects: an operator's template becomes the prefix that ExportImages gets.
// An expanded prefix holds only A-Z a-z 0-9 . _ - and /, whatever an instance is called.
#pragma once

#include "model/ids.hpp"
#include "model/time.hpp"

#include <optional>
#include <string>

namespace cvmbackup {

constexpr std::size_t object_key_max = 850;  // COS: bytes in a key

// {policy} {instance} {name} {time} {date}; {time} is 20270104T021500Z, {date} 20270104, in UTC.
std::string expand_prefix(
    const std::string& prefix_template,
    const PolicyName& policy,
    const InstanceId& instance,
    const std::string& instance_name,
    Instant due
);

// What is wrong with a template, in plain words: unknown placeholders, characters that a key should
// not have, prefixes that two exports would share, keys that could grow too long.
std::optional<std::string> why_not_prefix(
    const std::string& prefix_template, const PolicyName& policy
);

}  // namespace cvmbackup
