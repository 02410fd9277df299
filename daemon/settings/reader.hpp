// Reads one TOML table by consuming keys: each is taken once with its type and its range, and what
// nobody took is reported by finish(). A problem goes to the report and the value counts as absent,
// so that reading goes on and all problems are found in one go. Private to settings/.
#pragma once

#include "model/time.hpp"
#include "settings/file_report.hpp"

#include <toml++/toml.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cvmbackup {

Position position_of(const toml::node& node);

class Reader {
public:
    Reader(const toml::table& table, FileReport& report);

    Position at() const { return at_; }  // of the table's header or brace

    FileReport& report() const { return report_; }

    bool has(const std::string& key) const;
    // Of the key; of the table if it is not there.
    Position at(const std::string& key) const;

    // Nothing if absent (or wrong, which is reported).
    std::optional<Found<std::string>> text(const std::string& key);
    std::optional<Found<bool>> boolean(const std::string& key);
    std::optional<Found<int>> integer(const std::string& key, int least, int most);
    std::optional<Found<Duration>> duration(const std::string& key);
    // A string or an array of strings.
    std::vector<Found<std::string>> texts(const std::string& key);
    std::optional<Reader> table(const std::string& key);
    std::vector<Reader> tables(const std::string& key);  // an array of tables

    // All keys of this table, for tables with free keys; they count as taken.
    std::vector<Found<std::string>> keys();

    template <class Value>
    std::optional<Found<Value>> word(
        const std::string& key, const std::vector<std::pair<std::string, Value>>& words
    ) {
        const auto found = text(key);
        if (!found) {
            return std::nullopt;
        }
        std::vector<std::string> allowed;
        for (const auto& [word, value] : words) {
            if (word == found->value) {
                return Found<Value>{value, found->at};
            }
            allowed.push_back(word);
        }
        report_wrong_word(key, *found, allowed);
        return std::nullopt;
    }

    // The node itself, for a key that may be of several types.
    const toml::node* take(const std::string& key);
    void report_wrong_type(const std::string& key, const toml::node& node, const char* wanted);
    void report_missing(const std::string& key, const std::string& advice);

    // Reports every key that was not taken. `advice` goes to keys that have a home elsewhere.
    void finish(const std::vector<std::pair<std::string, std::string>>& advice = {});

private:
    std::optional<Found<std::string>> text_of(const std::string& key, const toml::node& node);
    void report_wrong_word(
        const std::string& key,
        const Found<std::string>& found,
        const std::vector<std::string>& allowed
    );

    const toml::table& table_;
    FileReport& report_;
    Position at_;
    std::vector<std::string> taken_;
};

}  // namespace cvmbackup
