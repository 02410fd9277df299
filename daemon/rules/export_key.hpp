// Object keys of exports read back: the inverse of rules/exportable's expand_prefix() and of the
// cloud's documented names, <prefix>_<image>_system_<snapshot>.<format> (and _data_). The image id
// in a key that fits the policy's template is what proves it ours; names of the console's form
// (<prefix>_xvda.raw) prove nothing.
#pragma once

#include "model/policy.hpp"

#include <memory>
#include <optional>
#include <string>

namespace cvmbackup {

struct ExportKey {
    InstanceId instance;
    Instant due{};
    std::string prefix;  // that ExportImages was given
    ImageId image;
    bool is_system = false;

    bool operator==(const ExportKey&) const = default;
};

// Keys of one policy; the template is compiled once.
class ExportKeyReader {
public:
    ExportKeyReader(const PolicyName& policy, const std::string& prefix_template);

    std::optional<ExportKey> read(const std::string& key) const;

private:
    struct Pattern;
    std::shared_ptr<const Pattern> pattern_;
};

// The folder that everything of a prefix or template lies in: "web/"; empty: the whole bucket.
std::string top_folder(const std::string& prefix_template, const PolicyName& policy);

}  // namespace cvmbackup
