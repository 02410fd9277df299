// Strict reading of TOML for world and fault files: keys are read by taking them, what nobody took
// is an unknown key, and every problem carries file, line and column. All problems of a file come
// at once.
#pragma once

#include "instants.hpp"

#include <toml++/toml.h>

#include <cstdint>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace cloudsim {

// what() holds one "file:line:col: error: …" per line.
class FileError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class Problems {
public:
    explicit Problems(std::string file)
        : file_{std::move(file)} {}

    void add(const toml::source_region& where, const std::string& message);
    // Throws FileError when there is any problem, sorted by place.
    void raise() const;

    const std::string& file() const { return file_; }

private:
    struct Problem {
        std::uint32_t line;
        std::uint32_t column;
        std::string message;
    };

    std::string file_;
    std::vector<Problem> found_;
};

// Throws FileError for bad syntax.
toml::table parse_toml(std::string_view text, const std::string& file);
// Throws FileError when the file cannot be read.
std::string read_text_file(const std::string& path);

class TomlTable {
public:
    TomlTable(const toml::table& table, Problems& problems)
        : table_{table}
        , problems_{problems} {}

    std::optional<std::string> text(std::string_view key);
    std::optional<std::int64_t> integer(
        std::string_view key, std::int64_t least, std::int64_t most
    );
    std::optional<double> share(std::string_view key);  // a number from 0 to 1
    std::optional<bool> boolean(std::string_view key);
    std::optional<DurationRange> duration_range(std::string_view key);
    std::optional<Duration> duration(std::string_view key);
    // An RFC 3339 date-time, quoted or bare.
    std::optional<Instant> instant(std::string_view key);
    std::optional<std::string> one_of(
        std::string_view key, const std::vector<std::string>& choices
    );
    std::vector<std::string> texts(std::string_view key);
    std::vector<std::int64_t> integers(std::string_view key);  // one integer or an array of them
    const toml::table* subtable(std::string_view key);
    std::vector<const toml::table*> subtables(std::string_view key);

    bool has(std::string_view key) const { return table_.contains(key); }

    std::string required_text(std::string_view key);
    void problem(std::string_view key, const std::string& message);
    // Reports every key that was not taken.
    void finish();

    Problems& problems() { return problems_; }

private:
    const toml::node* take(std::string_view key);

    const toml::table& table_;
    Problems& problems_;
    std::set<std::string, std::less<>> taken_;
};

}  // namespace cloudsim
