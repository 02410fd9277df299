// A configuration directory of a test's own, with safe modes whatever the umask; removed at the
// end.
#pragma once

#include "settings/settings.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace cvmbackup {

class ConfigDirectory {
public:
    ConfigDirectory();
    ~ConfigDirectory();

    ConfigDirectory(const ConfigDirectory&) = delete;
    ConfigDirectory& operator=(const ConfigDirectory&) = delete;

    const std::filesystem::path& path() const { return path_; }

    void write(const std::string& name, const std::string& text, unsigned mode = 0644);

    // A policies.d/web.toml that has all that must be there, and these lines.
    void write_policy(const std::string& lines);

    Loaded load() const;  // on 2027-01-04

private:
    std::filesystem::path path_;
};

std::string read_text(const std::filesystem::path& path);

// to_text of each, as one would read them.
std::vector<std::string> texts(const Loaded& loaded);

}  // namespace cvmbackup
