// The operating systems that ImportImage takes, as DescribeImportImageOs lists them.
#pragma once

#include <string_view>

namespace cloudsim {

struct ImportSystem {
    std::string_view type;
    std::string_view versions;  // separated by blanks; "-" where there is one only
    bool is_windows;
    bool runs_on_arm;
};

// nullptr when there is none.
const ImportSystem* find_import_system(std::string_view type);

}  // namespace cloudsim
