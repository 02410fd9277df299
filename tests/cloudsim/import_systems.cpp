// The types are those of the action's published example, with the versions that came since.
#include "import_systems.hpp"

#include "action_rules.hpp"
#include "text.hpp"

#include <algorithm>
#include <array>

namespace cloudsim {
namespace {

namespace json = boost::json;

constexpr std::array<ImportSystem, 14> systems{{
    {"CentOS", "5 6 7 8", false, true},
    {"CoreOS", "7", false, false},
    {"Debian", "6 7 8 9 10 11 12", false, true},
    {"FreeBSD", "10 11 12 13", false, false},
    {"OpenSUSE", "11 12 13 15", false, false},
    {"Redhat", "5 6 7 8", false, false},
    {"SUSE", "10 11 12 13 15", false, false},
    {"Ubuntu", "10 12 14 16 18 20 22 24", false, true},
    {"Other Linux", "-", false, true},
    {"Windows Server 2008", "-", true, false},
    {"Windows Server 2012", "-", true, false},
    {"Windows Server 2016", "-", true, false},
    {"Windows Server 2019", "-", true, false},
    {"Windows Server 2022", "-", true, false},
}};

json::object version_to_json(const ImportSystem& system) {
    json::object entry;
    entry["OsName"] = json_text(system.type);
    json::array versions;
    for (const std::string& version : split(system.versions, ' ')) {
        versions.push_back(json_text(version));
    }
    entry["OsVersions"] = std::move(versions);
    json::array architectures{"x86_64", "i386"};
    if (system.runs_on_arm) {
        architectures.push_back("arm_64");
    }
    entry["Architecture"] = std::move(architectures);
    return entry;
}

}  // namespace

const ImportSystem* find_import_system(std::string_view type) {
    const auto found = std::ranges::find(systems, type, &ImportSystem::type);
    return found == systems.end() ? nullptr : &*found;
}

json::object describe_import_image_os(Call&, Params& params) {
    params.finish();
    json::array windows;
    json::array linux_types;
    json::array versions;
    for (const ImportSystem& system : systems) {
        (system.is_windows ? windows : linux_types).push_back(json_text(system.type));
        versions.push_back(version_to_json(system));
    }
    json::object types;
    types["Windows"] = std::move(windows);
    types["Linux"] = std::move(linux_types);
    json::object result;
    result["ImportImageOsListSupported"] = std::move(types);
    result["ImportImageOsVersionSet"] = std::move(versions);
    return result;
}

}  // namespace cloudsim
