#include "ctl/values.hpp"

namespace cvmbackup::ctl {

namespace {

template <class T>
T value_or(const Dict& row, const std::string& key, T otherwise) {
    const auto found = row.find(key);
    if (found == row.end() || !found->second.containsValueOfType<T>()) {
        return otherwise;
    }
    return found->second.get<T>();
}

}  // namespace

std::string text(const Dict& row, const std::string& key) {
    return value_or(row, key, std::string());
}

std::int64_t number(const Dict& row, const std::string& key) {
    const auto plain = value_or(row, key, std::uint64_t{0});
    return plain != 0 ? static_cast<std::int64_t>(plain) : value_or(row, key, std::int64_t{0});
}

double real(const Dict& row, const std::string& key) {
    return value_or(row, key, 0.0);
}

bool flag(const Dict& row, const std::string& key) {
    return value_or(row, key, false);
}

std::optional<Instant> instant(const Dict& row, const std::string& key) {
    const auto usec = number(row, key);
    return usec == 0 ? std::nullopt : std::optional(Instant(Duration(usec)));
}

std::vector<std::string> texts(const Dict& row, const std::string& key) {
    return value_or(row, key, std::vector<std::string>());
}

Rows rows(const Dict& row, const std::string& key) {
    return value_or(row, key, Rows());
}

Dict dict(const Dict& row, const std::string& key) {
    return value_or(row, key, Dict());
}

std::string joined(const std::vector<std::string>& texts, const std::string& between) {
    std::string result;
    for (const std::string& text : texts) {
        result += (result.empty() ? "" : between) + text;
    }
    return result;
}

}  // namespace cvmbackup::ctl
