#include "settings/reader.hpp"

#include "settings/spelling.hpp"

#include <algorithm>

namespace cvmbackup {

namespace {

Position position_of(const toml::source_region& region) {
    return {region.begin.line, region.begin.column};
}

const char* type_name(const toml::node& node) {
    switch (node.type()) {
        case toml::node_type::table:
            return "a table";
        case toml::node_type::array:
            return "an array";
        case toml::node_type::string:
            return "a string";
        case toml::node_type::integer:
            return "an integer";
        case toml::node_type::floating_point:
            return "a float";
        case toml::node_type::boolean:
            return "a boolean";
        case toml::node_type::date:
        case toml::node_type::time:
        case toml::node_type::date_time:
            return "a date or time";
        case toml::node_type::none:
            break;
    }
    return "nothing";
}

}  // namespace

Position position_of(const toml::node& node) {
    return position_of(node.source());
}

Reader::Reader(const toml::table& table, FileReport& report)
    : table_(table)
    , report_(report)
    , at_(position_of(table)) {}

bool Reader::has(const std::string& key) const {
    return table_.contains(key);
}

Position Reader::at(const std::string& key) const {
    const auto entry = table_.find(key);
    return entry == table_.end() ? at_ : position_of(entry->first.source());
}

const toml::node* Reader::take(const std::string& key) {
    taken_.push_back(key);
    return table_.get(key);
}

std::optional<Found<std::string>> Reader::text_of(const std::string& key, const toml::node& node) {
    auto value = node.value_exact<std::string>();
    if (!value) {
        report_wrong_type(key, node, "a string");
        return std::nullopt;
    }
    return Found<std::string>{std::move(*value), position_of(node)};
}

std::optional<Found<std::string>> Reader::text(const std::string& key) {
    const toml::node* node = take(key);
    return node == nullptr ? std::nullopt : text_of(key, *node);
}

std::optional<Found<bool>> Reader::boolean(const std::string& key) {
    const toml::node* node = take(key);
    if (node == nullptr) {
        return std::nullopt;
    }
    const auto value = node->value_exact<bool>();
    if (!value) {
        report_wrong_type(key, *node, "true or false");
        return std::nullopt;
    }
    return Found<bool>{*value, position_of(*node)};
}

std::optional<Found<int>> Reader::integer(const std::string& key, int least, int most) {
    const toml::node* node = take(key);
    if (node == nullptr) {
        return std::nullopt;
    }
    const auto value = node->value_exact<std::int64_t>();
    if (!value) {
        report_wrong_type(key, *node, "an integer");
        return std::nullopt;
    }
    if (*value < least || *value > most) {
        report_.error(
            position_of(*node),
            "'" + key + "' must be from " + std::to_string(least) + " to " + std::to_string(most) +
                ", is " + std::to_string(*value)
        );
        return std::nullopt;
    }
    return Found<int>{static_cast<int>(*value), position_of(*node)};
}

std::optional<Found<Duration>> Reader::duration(const std::string& key) {
    const auto found = text(key);
    if (!found) {
        return std::nullopt;
    }
    const auto value = parse_duration(found->value);
    if (!value) {
        report_.error(
            found->at,
            "'" + key + "' is not a duration: '" + found->value +
                "'; durations look like \"90s\", \"45min\", \"6h\", \"2d\", \"1w\""
        );
        return std::nullopt;
    }
    return Found<Duration>{*value, found->at};
}

std::vector<Found<std::string>> Reader::texts(const std::string& key) {
    std::vector<Found<std::string>> found;
    const toml::node* node = take(key);
    if (node == nullptr) {
        return found;
    }
    const toml::array* array = node->as_array();
    if (array == nullptr && !node->is_string()) {
        report_wrong_type(key, *node, "a string or an array of strings");
        return found;
    }
    if (array == nullptr) {
        found.push_back(*text_of(key, *node));
        return found;
    }
    if (array->empty()) {
        report_.error(position_of(*node), "'" + key + "' is an empty list; leave the key out");
    }
    for (const toml::node& element : *array) {
        if (auto text = text_of(key, element)) {
            found.push_back(std::move(*text));
        }
    }
    return found;
}

std::optional<Reader> Reader::table(const std::string& key) {
    const toml::node* node = take(key);
    if (node == nullptr) {
        return std::nullopt;
    }
    if (node->as_table() == nullptr) {
        report_wrong_type(key, *node, "a table");
        return std::nullopt;
    }
    return Reader(*node->as_table(), report_);
}

std::vector<Reader> Reader::tables(const std::string& key) {
    std::vector<Reader> readers;
    const toml::node* node = take(key);
    if (node == nullptr) {
        return readers;
    }
    const toml::array* array = node->as_array();
    if (array == nullptr) {
        report_wrong_type(key, *node, "an array of tables ([[…]])");
        return readers;
    }
    for (const toml::node& element : *array) {
        if (element.as_table() == nullptr) {
            report_wrong_type(key, element, "an array of tables ([[…]])");
        } else {
            readers.emplace_back(*element.as_table(), report_);
        }
    }
    return readers;
}

std::vector<Found<std::string>> Reader::keys() {
    std::vector<Found<std::string>> found;
    for (const auto& [key, node] : table_) {
        found.push_back({std::string(key.str()), position_of(key.source())});
        taken_.emplace_back(key.str());
    }
    return found;
}

void Reader::report_wrong_type(const std::string& key, const toml::node& node, const char* wanted) {
    report_.error(
        position_of(node), "'" + key + "' must be " + wanted + ", not " + type_name(node)
    );
}

void Reader::report_missing(const std::string& key, const std::string& advice) {
    report_.error(at_, "'" + key + "' is missing; " + advice);
}

void Reader::report_wrong_word(
    const std::string& key, const Found<std::string>& found, const std::vector<std::string>& allowed
) {
    std::string list;
    for (const std::string& word : allowed) {
        list += (list.empty() ? "" : ", ") + word;
    }
    report_.error(
        found.at,
        "'" + key + "' must be one of " + list + ", not '" + found.value + "'" +
            did_you_mean(found.value, allowed)
    );
}

void Reader::finish(const std::vector<std::pair<std::string, std::string>>& advice) {
    for (const auto& [key, node] : table_) {
        const std::string name(key.str());
        if (std::ranges::find(taken_, name) != taken_.end()) {
            continue;
        }
        const auto known =
            std::ranges::find(advice, name, &std::pair<std::string, std::string>::first);
        const std::string hint =
            known == advice.end() ? did_you_mean(name, taken_) : "; " + known->second;
        report_.error(position_of(key.source()), "unknown key '" + name + "'" + hint);
    }
}

}  // namespace cvmbackup
