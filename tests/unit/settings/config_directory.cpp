#include "config_directory.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace cvmbackup {

namespace fs = std::filesystem;

ConfigDirectory::ConfigDirectory() {
    std::string name = (fs::temp_directory_path() / "cvmbackup-settings-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        throw std::runtime_error("no temporary directory can be made");
    }
    path_ = name;
    fs::create_directory(path_ / "policies.d");
    fs::permissions(path_ / "policies.d", fs::perms(0755));
    write("cvmbackup.toml", "[account.prod]\n");
}

ConfigDirectory::~ConfigDirectory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

void ConfigDirectory::write(const std::string& name, const std::string& text, unsigned mode) {
    std::ofstream(path_ / name, std::ios::binary) << text;
    fs::permissions(path_ / name, fs::perms(mode));
}

void ConfigDirectory::write_policy(const std::string& lines) {
    write(
        "policies.d/web.toml",
        "[policy.web]\nregion = \"ap-guangzhou\"\nselect = \"all\"\nschedule = \"02:15\"\n"
        "keep = { last = 3 }\n" +
            lines
    );
}

Loaded ConfigDirectory::load() const {
    return load_settings(path_, *parse_rfc3339("2027-01-04T00:00:00Z"));
}

std::string read_text(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::vector<std::string> texts(const Loaded& loaded) {
    std::vector<std::string> found;
    for (const Problem& problem : loaded.problems) {
        found.push_back(to_text(problem));
    }
    return found;
}

}  // namespace cvmbackup
