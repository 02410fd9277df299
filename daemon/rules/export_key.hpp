// Object keys of exports read back: the inverse of rules/exportable's expand_prefix() and of the
// cloud's documented names, <prefix>_<image>_system_<snapshot>.<format> (and _data_). The image id
// in a key that fits the policy's template is what proves it ours; names of the console's form
// (<prefix>_xvda.raw) prove nothing.
#pragma once

#include "model/policy.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cvmbackup {

struct ExportKey {
    InstanceId instance;
    Instant due{};
    std::string prefix;  // that ExportImages was given
    ImageId image;
    bool is_system = false;

    bool operator==(const ExportKey&) const = default;
};

// Keys of one policy. A template that does not name instance and time tells nothing.
class ExportKeyReader {
public:
    ExportKeyReader(const PolicyName& policy, const std::string& prefix_template);

    std::optional<ExportKey> read(const std::string& key) const;

private:
    // Text that stands there as it is, or what stands there for a placeholder.
    struct Piece {
        enum class Kind { text, instance, time, date, other };

        Kind kind = Kind::text;
        std::string text;
    };

    bool fits(std::size_t first, std::string_view rest, ExportKey& key) const;
    bool fits_some(std::size_t first, std::string_view rest, ExportKey& key) const;
    bool has(Piece::Kind kind) const;

    std::vector<Piece> pieces_;
};

// The folder that everything of a prefix or template lies in: "web/"; empty: the whole bucket.
std::string top_folder(const std::string& prefix_template, const PolicyName& policy);

}  // namespace cvmbackup
