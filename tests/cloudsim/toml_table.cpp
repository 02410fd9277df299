#include "toml_table.hpp"

#include "text.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <numeric>
#include <sstream>

namespace cloudsim {
namespace {

std::string quoted(std::string_view key) {
    return "'" + std::string{key} + "'";
}

std::size_t edit_distance(std::string_view left, std::string_view right) {
    std::vector<std::size_t> row(right.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= left.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= right.size(); ++j) {
            const std::size_t substituted = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
        }
    }
    return row.back();
}

std::string suggestion(std::string_view key, const std::set<std::string, std::less<>>& known) {
    constexpr std::size_t typo_distance = 2;
    for (const std::string& candidate : known) {
        if (edit_distance(key, candidate) <= typo_distance) {
            return ", did you mean " + quoted(candidate) + "?";
        }
    }
    return "";
}

}  // namespace

void Problems::add(const toml::source_region& where, const std::string& message) {
    found_.push_back({where.begin.line, where.begin.column, message});
}

void Problems::raise() const {
    if (found_.empty()) {
        return;
    }
    std::vector<Problem> sorted = found_;
    std::ranges::stable_sort(sorted, {}, [](const Problem& problem) {
        return std::pair{problem.line, problem.column};
    });
    std::string text;
    for (const Problem& problem : sorted) {
        text += text.empty() ? "" : "\n";
        text += file_ + ":" + std::to_string(problem.line) + ":" + std::to_string(problem.column) +
                ": error: " + problem.message;
    }
    throw FileError{text};
}

toml::table parse_toml(std::string_view text, const std::string& file) {
    try {
        return toml::parse(text, std::string_view{file});
    } catch (const toml::parse_error& error) {
        Problems problems{file};
        problems.add(error.source(), std::string{error.description()});
        problems.raise();
        throw;
    }
}

std::string read_text_file(const std::string& path) {
    constexpr std::size_t size_max = 64 * 1024 * 1024;
    std::ifstream in{path, std::ios::binary};
    std::string text;
    std::array<char, 65536> piece{};
    while (in && text.size() <= size_max) {
        in.read(piece.data(), piece.size());
        text.append(piece.data(), static_cast<std::size_t>(in.gcount()));
    }
    if (!in.is_open() || in.bad()) {
        throw FileError{path + ": error: cannot be read; is it a file, and yours to read?"};
    }
    if (text.size() > size_max) {
        throw FileError{path + ": error: larger than 64 MiB; [[account.instances]] makes many"};
    }
    return text;
}

const toml::node* TomlTable::take(std::string_view key) {
    taken_.emplace(key);
    return table_.get(key);
}

std::optional<std::string> TomlTable::text(std::string_view key) {
    const toml::node* node = take(key);
    if (node == nullptr) {
        return std::nullopt;
    }
    auto value = node->value_exact<std::string>();
    if (!value) {
        problems_.add(node->source(), quoted(key) + " must be a string");
    }
    return value;
}

std::optional<std::int64_t> TomlTable::integer(
    std::string_view key, std::int64_t least, std::int64_t most
) {
    const toml::node* node = take(key);
    if (node == nullptr) {
        return std::nullopt;
    }
    const auto value = node->value_exact<std::int64_t>();
    if (!value || *value < least || *value > most) {
        problems_.add(
            node->source(),
            quoted(key) + " must be an integer from " + std::to_string(least) + " to " +
                std::to_string(most)
        );
        return std::nullopt;
    }
    return value;
}

std::optional<double> TomlTable::share(std::string_view key) {
    const toml::node* node = take(key);
    if (node == nullptr) {
        return std::nullopt;
    }
    const auto value = node->is_number() ? node->value<double>() : std::nullopt;
    if (!value || *value < 0.0 || *value > 1.0) {
        problems_.add(node->source(), quoted(key) + " must be a number from 0 to 1");
        return std::nullopt;
    }
    return value;
}

std::optional<bool> TomlTable::boolean(std::string_view key) {
    const toml::node* node = take(key);
    if (node == nullptr) {
        return std::nullopt;
    }
    const auto value = node->value_exact<bool>();
    if (!value) {
        problems_.add(node->source(), quoted(key) + " must be true or false");
    }
    return value;
}

std::optional<DurationRange> TomlTable::duration_range(std::string_view key) {
    const toml::node* node = take(key);
    if (node == nullptr) {
        return std::nullopt;
    }
    const auto value = node->value_exact<std::string>();
    const auto range = value ? parse_duration_range(*value) : std::nullopt;
    if (!range) {
        problems_.add(
            node->source(),
            quoted(key) + " must be a duration such as \"10min\" or a range such as \"10-15min\""
        );
    }
    return range;
}

std::optional<Duration> TomlTable::duration(std::string_view key) {
    const toml::node* node = take(key);
    if (node == nullptr) {
        return std::nullopt;
    }
    const auto value = node->value_exact<std::string>();
    const auto length = value ? parse_duration(*value) : std::nullopt;
    if (!length) {
        problems_.add(node->source(), quoted(key) + " must be a duration such as \"10min\"");
    }
    return length;
}

std::optional<Instant> TomlTable::instant(std::string_view key) {
    const toml::node* node = take(key);
    if (node == nullptr) {
        return std::nullopt;
    }
    std::optional<Instant> at;
    if (const auto value = node->value_exact<std::string>()) {
        at = parse_rfc3339(*value);
    } else if (const auto moment = node->value_exact<toml::date_time>()) {
        std::ostringstream text;
        text << *moment;
        at = parse_rfc3339(text.str());
    }
    if (!at) {
        problems_.add(
            node->source(), quoted(key) + " must be a time such as \"2027-01-04T00:00:00Z\""
        );
    }
    return at;
}

std::optional<std::string> TomlTable::one_of(
    std::string_view key, const std::vector<std::string>& choices
) {
    auto value = text(key);
    if (value && std::ranges::find(choices, *value) == choices.end()) {
        std::string list;
        for (const std::string& choice : choices) {
            list += (list.empty() ? "" : ", ") + choice;
        }
        problem(key, quoted(key) + " must be one of " + list);
        return std::nullopt;
    }
    return value;
}

std::vector<std::string> TomlTable::texts(std::string_view key) {
    const toml::node* node = take(key);
    std::vector<std::string> values;
    if (node == nullptr) {
        return values;
    }
    const toml::array* array = node->as_array();
    if (array == nullptr) {
        problems_.add(node->source(), quoted(key) + " must be an array of strings");
        return values;
    }
    for (const toml::node& element : *array) {
        if (auto value = element.value_exact<std::string>()) {
            values.push_back(std::move(*value));
        } else {
            problems_.add(element.source(), quoted(key) + " must hold strings only");
        }
    }
    return values;
}

std::vector<std::int64_t> TomlTable::integers(std::string_view key) {
    const toml::node* node = take(key);
    std::vector<std::int64_t> values;
    if (node == nullptr) {
        return values;
    }
    if (const auto single = node->value_exact<std::int64_t>()) {
        return {*single};
    }
    const toml::array* array = node->as_array();
    if (array == nullptr) {
        problems_.add(node->source(), quoted(key) + " must be an integer or an array of integers");
        return values;
    }
    for (const toml::node& element : *array) {
        if (const auto value = element.value_exact<std::int64_t>()) {
            values.push_back(*value);
        } else {
            problems_.add(element.source(), quoted(key) + " must hold integers only");
        }
    }
    return values;
}

const toml::table* TomlTable::subtable(std::string_view key) {
    const toml::node* node = take(key);
    if (node == nullptr) {
        return nullptr;
    }
    if (!node->is_table()) {
        problems_.add(node->source(), quoted(key) + " must be a table");
    }
    return node->as_table();
}

std::vector<const toml::table*> TomlTable::subtables(std::string_view key) {
    const toml::node* node = take(key);
    std::vector<const toml::table*> tables;
    if (node == nullptr) {
        return tables;
    }
    const toml::array* array = node->as_array();
    if (array == nullptr) {
        problems_.add(node->source(), quoted(key) + " must be an array of tables");
        return tables;
    }
    for (const toml::node& element : *array) {
        if (element.is_table()) {
            tables.push_back(element.as_table());
        } else {
            problems_.add(element.source(), quoted(key) + " must hold tables only");
        }
    }
    return tables;
}

std::string TomlTable::required_text(std::string_view key) {
    auto value = text(key);
    if (!value && table_.get(key) == nullptr) {
        problems_.add(table_.source(), "key " + quoted(key) + " is missing");
    }
    return value.value_or("");
}

void TomlTable::problem(std::string_view key, const std::string& message) {
    const toml::node* node = table_.get(key);
    problems_.add(node == nullptr ? table_.source() : node->source(), message);
}

void TomlTable::finish() {
    for (const auto& [key, node] : table_) {
        if (!taken_.contains(key.str())) {
            problems_.add(
                key.source(), "unknown key " + quoted(key.str()) + suggestion(key.str(), taken_)
            );
        }
    }
}

}  // namespace cloudsim
