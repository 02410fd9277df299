#include "settings/policy_parts.hpp"

#include <algorithm>
#include <cctype>

namespace cvmbackup {

namespace {

constexpr const char* how_to_select =
    "say which instances: select = { tags = { KEY = \"VALUE\" } } (or names, instances, zones), "
    "or select = \"all\" for every instance of the region";

bool well_formed_instance(const std::string& id) {
    return id.starts_with("ins-") && id.size() > 4 &&
           id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789", 4) == std::string::npos;
}

bool zone_of(const std::string& zone, const Region& region) {
    const std::string begin = region.text() + "-";
    return zone.starts_with(begin) && zone.size() > begin.size() &&
           zone.find_first_not_of("0123456789", begin.size()) == std::string::npos;
}

void read_tags(Reader& reader, Criteria& criteria) {
    auto tags = reader.table("tags");
    if (!tags) {
        return;
    }
    const auto keys = tags->keys();
    if (keys.empty()) {
        reader.report().error(tags->at(), "'tags' is empty; leave the key out");
    }
    for (const Found<std::string>& key : keys) {
        for (Found<std::string>& value : tags->texts(key.value)) {
            criteria.tags[key.value].push_back(std::move(value.value));
        }
    }
}

void read_instances(Reader& reader, Criteria& criteria) {
    for (Found<std::string>& found : reader.texts("instances")) {
        InstanceId id(found.value);
        if (!well_formed_instance(found.value)) {
            reader.report().error(
                found.at,
                "'" + found.value +
                    "' is not an instance id; ids look like ins-0a1b2c3d ('names' selects by name)"
            );
        } else if (std::ranges::find(criteria.instances, id) != criteria.instances.end()) {
            reader.report().warning(found.at, "instance " + found.value + " is listed twice");
        } else {
            criteria.instances.push_back(std::move(id));
        }
    }
}

Criteria read_criteria(Reader& reader, const Region& region) {
    Criteria criteria;
    read_tags(reader, criteria);
    read_instances(reader, criteria);
    for (Found<std::string>& found : reader.texts("names")) {
        if (found.value.empty()) {
            reader.report().error(found.at, "an empty name pattern matches nothing");
        }
        criteria.names.push_back(std::move(found.value));
    }
    for (Found<std::string>& found : reader.texts("zones")) {
        if (!region.empty() && !zone_of(found.value, region)) {
            reader.report().error(
                found.at,
                "'" + found.value + "' is not a zone of " + region.text() + "; zones look like " +
                    region.text() + "-3"
            );
        }
        criteria.zones.push_back(std::move(found.value));
    }
    return criteria;
}

Selection read_table(Reader& reader, const Region& region) {
    Selection selection;
    const std::size_t errors_before = reader.report().errors();
    const auto all = reader.boolean("all");
    selection.include = read_criteria(reader, region);
    if (auto excluded = reader.table("not")) {
        const std::size_t errors = reader.report().errors();
        selection.exclude = read_criteria(*excluded, region);
        excluded->finish();
        if (selection.exclude.empty() && reader.report().errors() == errors) {
            reader.report().error(excluded->at(), "'not' excludes nothing; leave the key out");
        }
    }
    reader.finish();
    if (reader.report().errors() != errors_before) {
        return selection;
    }
    const bool wants_all = all && all->value;
    if (wants_all && !selection.include.empty()) {
        reader.report().error(
            all->at, "'all' and other criteria contradict each other; keep one of them"
        );
    } else if (!wants_all && selection.include.empty()) {
        reader.report().error(
            reader.at(),
            std::string("'select' chooses nothing; ") + how_to_select +
                ", or { all = true, not = … } for all but some"
        );
    }
    return selection;
}

}  // namespace

Selection read_selection(Reader& policy, const Region& region) {
    const toml::node* node = policy.take("select");
    if (node == nullptr) {
        policy.report_missing("select", how_to_select);
        return {};
    }
    if (const toml::table* table = node->as_table()) {
        Reader reader(*table, policy.report());
        return read_table(reader, region);
    }
    const auto word = node->value_exact<std::string>();
    if (!word) {
        policy.report_wrong_type("select", *node, "a table or \"all\"");
    } else if (*word != "all") {
        policy.report().error(
            position_of(*node),
            "'select' is neither \"all\" nor a table; " + std::string(how_to_select)
        );
    }
    return {};
}

}  // namespace cvmbackup
