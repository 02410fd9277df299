#include "settings/names.hpp"

#include "rules/regions.hpp"
#include "settings/spelling.hpp"

namespace cvmbackup {

namespace {

constexpr const char* name_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
constexpr const char* region_characters = "abcdefghijklmnopqrstuvwxyz0123456789-";

bool well_formed_region(const std::string& region) {
    const std::size_t dash = region.find('-');
    return dash != std::string::npos && dash != 0 && dash + 1 < region.size() &&
           region.find_first_not_of(region_characters) == std::string::npos;
}

}  // namespace

void check_name(const Found<std::string>& name, const char* what, FileReport& report) {
    const std::string begin = std::string(what) + " '" + name.value + "'";
    if (name.value.empty() || name.value.find_first_not_of(name_characters) != std::string::npos) {
        report.error(name.at, begin + " may hold only letters, digits, '_' and '-'");
    } else if (name.value.size() > name_max) {
        report.error(
            name.at, begin + " is longer than " + std::to_string(name_max) + " characters"
        );
    }
}

Found<Region> read_region(Reader& reader, const std::string& advice) {
    const bool present = reader.has("region");
    const auto text = reader.text("region");
    if (!text) {
        if (!present) {
            reader.report_missing("region", advice);
        }
        return {Region(), reader.at("region")};
    }
    Region region(text->value);
    if (!well_formed_region(text->value)) {
        reader.report().error(
            text->at, "'" + text->value + "' is not a region; regions look like ap-guangzhou"
        );
        return {Region(), text->at};
    }
    if (!known_region(region)) {
        std::vector<std::string> names;
        for (const Region& known : known_regions()) {
            names.push_back(known.text());
        }
        reader.report().warning(
            text->at,
            "region '" + text->value + "' is not known here, so its rules are not checked" +
                did_you_mean(text->value, names)
        );
    }
    return {std::move(region), text->at};
}

}  // namespace cvmbackup
