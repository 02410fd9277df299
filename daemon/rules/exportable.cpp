#include "rules/exportable.hpp"

#include "rules/image_name.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace cvmbackup {

namespace {

constexpr std::size_t name_part_max = 60;
constexpr std::size_t instance_part_max = 32;
// ExportImages appends "_<imageId>_system_<snapId>.<format>": 40 today, with room for longer ids.
constexpr std::size_t cloud_suffix_max = 64;

constexpr std::string_view key_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

bool mentions(std::string_view text, std::string_view lower_case_word) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return !std::ranges::search(text, lower_case_word, {}, lower).empty();
}

bool is_windows(std::string_view os_name) {
    return mentions(os_name, "windows");
}

bool is_red_hat(std::string_view os_name) {
    return mentions(os_name, "red hat") || mentions(os_name, "redhat") || mentions(os_name, "rhel");
}

std::optional<std::string> encrypted_disk(const Backup& backup) {
    if (backup.system_disk.encrypted) {
        return "the system disk";
    }
    for (const Disk& disk : backup.data_disks) {
        if (disk.encrypted) {
            return "data disk " + disk.id.text();
        }
    }
    return std::nullopt;
}

std::string size_reason(const std::string& disk, std::int64_t size_gib, const char* advice) {
    return disk + " has " + std::to_string(size_gib) +
           " GiB, and the cloud exports disks of up to " + std::to_string(export_disk_gib_max) +
           " GiB only; " + advice;
}

std::optional<std::string> why_disks_do_not_export(const Backup& backup) {
    if (backup.system_disk.size_gib > export_disk_gib_max) {
        return size_reason(
            "the system disk", backup.system_disk.size_gib, "leave the instance out of the export"
        );
    }
    for (const Disk& disk : backup.data_disks) {
        if (disk.size_gib > export_disk_gib_max) {
            return size_reason(
                "data disk " + disk.id.text(),
                disk.size_gib,
                "set disks = \"system\" in a policy that exports it"
            );
        }
    }
    if (backup.data_disks.size() > export_data_disks_max) {
        return "the image holds " + std::to_string(backup.data_disks.size()) +
               " data disks, and the cloud exports at most " +
               std::to_string(export_data_disks_max) +
               "; set disks = \"system\" in a policy that exports it";
    }
    return std::nullopt;
}

// Never empty, never only dots: such parts would change the key's path.
std::string key_part(std::string_view text, std::size_t length_max) {
    std::string part;
    for (const char c : text) {
        if (key_characters.find(c) != std::string_view::npos) {
            part += c;
        } else if (part.empty() || part.back() != '_') {
            part += '_';
        }
    }
    part.resize(std::min(part.size(), length_max));
    if (part.find_first_not_of('.') == std::string::npos) {
        part.insert(0, "_");
    }
    return part;
}

struct Values {
    std::string policy, instance, name, time, date;

    const std::string* find(std::string_view placeholder) const {
        const std::array<std::pair<std::string_view, const std::string*>, 5> all{
            {{"policy", &policy},
             {"instance", &instance},
             {"name", &name},
             {"time", &time},
             {"date", &date}}};
        const auto* const found =
            std::ranges::find(all, placeholder, &decltype(all)::value_type::first);
        return found == all.end() ? nullptr : found->second;
    }
};

// Replaces what it knows; the first placeholder it does not know goes to `unknown`.
std::string replace(std::string_view text, const Values& values, std::string* unknown) {
    std::string result;
    while (!text.empty()) {
        const std::size_t open = text.find('{');
        result += text.substr(0, open);
        if (open == std::string_view::npos) {
            break;
        }
        text.remove_prefix(open);
        const std::size_t close = text.find('}');
        const std::string_view word =
            close == std::string_view::npos ? "" : text.substr(1, close - 1);
        const std::string* value = values.find(word);
        const std::size_t length = close == std::string_view::npos ? text.size() : close + 1;
        if (value != nullptr) {
            result += *value;
        } else if (unknown != nullptr && unknown->empty()) {
            *unknown = text.substr(0, length);
        }
        text.remove_prefix(length);
    }
    return result;
}

// Of the longest names that an instance can bring.
Values longest_values(const PolicyName& policy) {
    return {
        policy.text(),
        std::string(instance_part_max, 'i'),
        std::string(name_part_max + 1, 'n'),
        compact_time(Instant{}),
        compact_time(Instant{}).substr(0, 8),
    };
}

}  // namespace

std::optional<std::string> why_not_exportable(const Backup& backup) {
    if (is_windows(backup.os_name)) {
        return "the cloud exports no Windows images (" + backup.os_name +
               "); leave Windows instances out of policies with an export";
    }
    if (is_red_hat(backup.os_name)) {
        return "the cloud exports no Red Hat images (" + backup.os_name +
               "); leave Red Hat instances out of policies with an export";
    }
    if (const auto disk = encrypted_disk(backup)) {
        return *disk +
               " is encrypted, and the cloud exports no encrypted images; leave the "
               "instance out of policies with an export";
    }
    return why_disks_do_not_export(backup);
}

std::optional<std::string> why_not_replicable(const Backup& backup) {
    if (!backup.data_disks.empty()) {
        return "the image holds data disks, and the cloud copies no whole-machine images to other "
               "regions; set disks = \"system\" in a policy with [[copy]], and back the data disks "
               "up by another one";
    }
    if (const auto disk = encrypted_disk(backup)) {
        return *disk +
               " is encrypted, and the cloud copies no encrypted images to other regions; "
               "leave the instance out of policies with [[copy]]";
    }
    return std::nullopt;
}

std::string expand_prefix(
    const std::string& prefix_template,
    const PolicyName& policy,
    const InstanceId& instance,
    const std::string& instance_name,
    Instant due
) {
    const std::string time = compact_time(due);
    const Values values{
        policy.text(),
        key_part(instance.text(), instance_part_max),
        key_part(instance_name, name_part_max),
        time,
        time.substr(0, time.find('T')),
    };
    return replace(prefix_template, values, nullptr);
}

std::optional<std::string> why_not_prefix(
    const std::string& prefix_template, const PolicyName& policy
) {
    std::string unknown;
    const std::string longest = replace(prefix_template, longest_values(policy), &unknown);
    if (!unknown.empty()) {
        return "unknown placeholder '" + unknown +
               "'; there are {policy} {instance} {name} {time} {date}";
    }
    const std::string fixed = replace(prefix_template, {"p", "i", "n", "t", "d"}, nullptr);
    if (fixed.find_first_not_of(std::string(key_characters) + "/") != std::string::npos) {
        return "a prefix may hold only letters, digits, '.', '_', '-', '/' and placeholders";
    }
    const std::string path = "/" + fixed + "/";
    if (fixed.starts_with('/') || fixed.find("//") != std::string::npos ||
        path.find("/./") != std::string::npos || path.find("/../") != std::string::npos) {
        return "a prefix must not begin with '/' nor hold '//', '.' or '..' as parts of the path";
    }
    const auto holds = [&](const char* placeholder) {
        return prefix_template.find(placeholder) != std::string::npos;
    };
    if (holds("{instance}") && holds("{date}") && !holds("{time}")) {
        return "a prefix must hold {time}: {date} is the same for all exports of a day, which "
               "would share the prefix";
    }
    if (!holds("{instance}") || !holds("{time}")) {
        return "a prefix must hold {instance} and {time}, or exports would share it";
    }
    if (longest.size() + cloud_suffix_max > object_key_max) {
        return "object keys could grow longer than " + std::to_string(object_key_max) +
               " characters; make the prefix shorter";
    }
    return std::nullopt;
}

}  // namespace cvmbackup
