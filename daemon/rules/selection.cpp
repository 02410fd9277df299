#include "rules/selection.hpp"

#include <algorithm>
#include <set>
#include <string_view>

namespace cvmbackup {

namespace {

// DescribeInstances: InstanceIds, Filters and Filters.Values.
constexpr std::size_t ids_max = 100;
constexpr std::size_t filters_max = 10;
constexpr std::size_t filter_values_max = 5;

// `[` at the front of the pattern: the set up to its `]` (`[!…]` is the complement, a `]` right
// after the opening is itself). Returns the length of the set, 0 if it is not closed.
std::size_t set_matches(std::string_view pattern, char c, bool& hit) {
    std::size_t at = 1;
    const bool complement = at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^');
    at += complement ? 1 : 0;
    const std::size_t first = at;
    bool found = false;
    for (; at < pattern.size() && (pattern[at] != ']' || at == first); ++at) {
        const bool is_range =
            at + 2 < pattern.size() && pattern[at + 1] == '-' && pattern[at + 2] != ']';
        const char low = pattern[at];
        const char high = is_range ? pattern[at + 2] : low;
        found = found || (low <= c && c <= high);
        at += is_range ? 2 : 0;
    }
    hit = found != complement;
    return at < pattern.size() ? at + 1 : 0;
}

// How much of the pattern the character uses up; 0 if it does not match.
std::size_t step(std::string_view pattern, char c) {
    if (pattern.empty()) {
        return 0;
    }
    if (pattern.front() == '?') {
        return 1;
    }
    if (pattern.front() == '[') {
        bool hit = false;
        const std::size_t length = set_matches(pattern, c, hit);
        if (length != 0) {
            return hit ? length : 0;
        }
    }
    return pattern.front() == c ? 1 : 0;
}

// Shell pattern; goes back to the last `*` only, so the time is bounded by the lengths' product.
bool glob(std::string_view pattern, std::string_view text) {
    std::string_view pattern_after_star;
    std::string_view text_at_star;
    bool star = false;
    while (!text.empty()) {
        if (!pattern.empty() && pattern.front() == '*') {
            pattern.remove_prefix(1);
            pattern_after_star = pattern;
            text_at_star = text;
            star = true;
        } else if (const std::size_t used = step(pattern, text.front()); used != 0) {
            pattern.remove_prefix(used);
            text.remove_prefix(1);
        } else if (star) {
            text_at_star.remove_prefix(1);
            pattern = pattern_after_star;
            text = text_at_star;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*') == std::string_view::npos;
}

bool contains(const std::vector<std::string>& values, const std::string& value) {
    return std::ranges::find(values, value) != values.end();
}

bool tags_match(const Criteria& criteria, const Instance& instance) {
    return std::ranges::all_of(criteria.tags, [&](const auto& wanted) {
        const auto tag = instance.tags.find(wanted.first);
        return tag != instance.tags.end() && contains(wanted.second, tag->second);
    });
}

bool listed(const Criteria& criteria, const Instance& instance) {
    return std::ranges::find(criteria.instances, instance.id) != criteria.instances.end();
}

bool name_matches(const Criteria& criteria, const Instance& instance) {
    return std::ranges::any_of(criteria.names, [&](const std::string& pattern) {
        return glob(pattern, instance.name);
    });
}

bool excluded(const Criteria& criteria, const Instance& instance) {
    return (!criteria.tags.empty() && tags_match(criteria, instance)) ||
           listed(criteria, instance) || name_matches(criteria, instance) ||
           contains(criteria.zones, instance.zone);
}

std::optional<std::string> why_not_now(const Instance& instance) {
    if (instance.state == "STOPPED") {
        if (instance.stop_charging_mode != "STOP_CHARGING") {
            return std::nullopt;
        }
        return "it is stopped without charging (STOP_CHARGING), and the cloud makes no image of "
               "such an instance; start it, or stop it so that charging goes on";
    }
    if (instance.state == "RUNNING") {
        return std::nullopt;
    }
    return "its state is " + (instance.state.empty() ? "unknown" : instance.state) +
           "; images are made of running and stopped instances only";
}

}  // namespace

bool matches(const Criteria& criteria, const Instance& instance) {
    return tags_match(criteria, instance) &&
           (criteria.instances.empty() || listed(criteria, instance)) &&
           (criteria.names.empty() || name_matches(criteria, instance)) &&
           (criteria.zones.empty() || contains(criteria.zones, instance.zone));
}

Selected select_instances(const Policy& policy, const std::vector<Instance>& inventory) {
    Selected selected;
    std::set<InstanceId> present;
    for (const Instance& instance : inventory) {
        // A listing that changes between two pages can show an instance twice.
        if (!present.insert(instance.id).second) {
            continue;
        }
        if (!matches(policy.select.include, instance) ||
            excluded(policy.select.exclude, instance)) {
            continue;
        }
        if (auto reason = why_not_now(instance)) {
            selected.left_out.push_back(
                {instance.id,
                 instance.name,
                 std::move(*reason),
                 Result::skipped,
                 instance.state == "STOPPED"}
            );
        } else {
            selected.chosen.push_back(instance);
        }
    }
    const auto& excluded_ids = policy.select.exclude.instances;
    for (const InstanceId& id : policy.select.include.instances) {
        const bool is_excluded = std::ranges::find(excluded_ids, id) != excluded_ids.end();
        if (!is_excluded && present.insert(id).second) {
            const std::string reason = "there is no instance " + id.text() + " in " +
                                       policy.region.text() +
                                       ": it is gone or in another region; correct the policy's "
                                       "select.instances";
            selected.left_out.push_back({id, "", reason, Result::failed});
        }
    }
    std::ranges::sort(selected.chosen, {}, &Instance::id);
    std::ranges::sort(selected.left_out, {}, &Selected::Skipped::instance);
    return selected;
}

InstanceQuery query_for(const Selection& selection) {
    InstanceQuery query;
    const Criteria& include = selection.include;
    if (!include.instances.empty()) {
        // By id even where tags are asked for too: what is listed and there must be told from what
        // is gone.
        if (include.instances.size() <= ids_max) {
            query.ids = include.instances;
        }
        return query;
    }
    for (const auto& [key, values] : include.tags) {
        if (query.tags.size() < filters_max && values.size() <= filter_values_max) {
            query.tags.emplace(key, values);
        }
    }
    return query;
}

ImagedDisks imaged_disks(const Instance& instance, Disks disks) {
    ImagedDisks imaged;
    if (disks == Disks::system) {
        return imaged;
    }
    for (const Disk& disk : instance.data_disks) {
        if (disk.is_cloud()) {
            imaged.disks.push_back(disk);
        } else {
            imaged.notes.push_back(
                "data disk " + (disk.id.empty() ? "(local)" : disk.id.text()) + " (" +
                std::to_string(disk.size_gib) + " GiB, " + disk.type +
                ") is not in the image: only cloud disks can be"
            );
        }
    }
    return imaged;
}

}  // namespace cvmbackup
