#include "rules/export_objects.hpp"

#include <algorithm>
#include <functional>
#include <string_view>

namespace cvmbackup {

namespace {

bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool names(std::string_view text, const ImageId& image) {
    const std::size_t at = image.empty() ? std::string_view::npos : text.find(image.text());
    if (at == std::string_view::npos) {
        return false;
    }
    const std::string_view after = text.substr(at + image.text().size());
    return after.empty() || !is_alphanumeric(after.front());
}

// "_xvda", "_xvdb" …
bool is_console_name(std::string_view text) {
    constexpr std::string_view beginning = "_xvd";
    return text.size() == beginning.size() + 1 && text.starts_with(beginning) &&
           text.back() >= 'a' && text.back() <= 'z';
}

}  // namespace

ExpectedExport expected_export(const Backup& backup, const Copy& copy) {
    ExpectedExport exported{
        copy.name, backup.copies.front().image, backup.format, {backup.system_disk.size_gib}};
    for (const Disk& disk : backup.data_disks) {
        exported.disks_gib.push_back(disk.size_gib);
    }
    return exported;
}

std::vector<StoredObject> objects_of(
    const ExpectedExport& exported, const std::vector<StoredObject>& listed
) {
    const std::string end = std::string(".") + to_text(exported.format);
    std::vector<StoredObject> named;
    std::vector<StoredObject> nameless;
    for (const StoredObject& object : listed) {
        std::string_view name = object.key;
        if (!name.starts_with(exported.prefix) || !name.ends_with(end) ||
            name.size() < exported.prefix.size() + end.size()) {
            continue;
        }
        name.remove_prefix(exported.prefix.size());
        name.remove_suffix(end.size());
        if (names(name, exported.image)) {
            named.push_back(object);
        } else if (is_console_name(name)) {
            nameless.push_back(object);
        }
    }
    return named.empty() ? nameless : named;
}

std::vector<std::string> prefixes_to_list(
    const std::vector<Copy>& exports, const InstanceId& instance
) {
    std::vector<std::string> prefixes;
    std::string common = exports.empty() ? "" : exports.front().name;
    for (const Copy& copy : exports) {
        prefixes.push_back(copy.name);
        common.erase(std::ranges::mismatch(common, copy.name).in1, common.end());
    }
    if (common.find(instance.text()) != std::string::npos) {
        return {common};
    }
    return prefixes;
}

// Names do not always tell which object is which disk: the largest must hold the largest, and so
// on.
std::string why_too_small(
    const ExpectedExport& exported, const std::vector<StoredObject>& objects
) {
    const auto empty = std::ranges::find(objects, 0, &StoredObject::size_bytes);
    if (empty != objects.end()) {
        return "the object " + empty->key + " is empty";
    }
    if (exported.format != ExportFormat::raw) {
        return "";
    }
    std::vector<std::int64_t> disks = exported.disks_gib;
    std::vector<StoredObject> files = objects;
    std::ranges::sort(files, std::ranges::greater(), &StoredObject::size_bytes);
    std::ranges::sort(disks, std::ranges::greater());
    if (files.size() < disks.size()) {  // which are missing is not known: perhaps the largest
        disks.erase(disks.begin(), disks.end() - static_cast<std::ptrdiff_t>(files.size()));
    }
    for (std::size_t i = 0; i < disks.size(); ++i) {
        if (files[i].size_bytes >> 30 < disks[i]) {
            return "the raw object " + files[i].key + " has " +
                   std::to_string(files[i].size_bytes) + " bytes, less than the " +
                   std::to_string(disks[i]) + " GiB of its disk";
        }
    }
    return "";
}

}  // namespace cvmbackup
