#include "settings/spelling.hpp"

#include <algorithm>
#include <fstream>
#include <numeric>
#include <sstream>

namespace cvmbackup {

namespace {

constexpr std::size_t edits_max = 2;
constexpr std::size_t word_max = 64;  // nothing worth a suggestion is longer

std::size_t edits(std::string_view left, std::string_view right) {
    std::vector<std::size_t> row(right.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= left.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= right.size(); ++j) {
            const std::size_t replaced = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
        }
    }
    return row.back();
}

}  // namespace

std::optional<std::string> nearest(
    std::string_view word, const std::vector<std::string>& candidates
) {
    if (word.size() > word_max) {
        return std::nullopt;
    }
    std::optional<std::string> best;
    std::size_t best_edits = std::min(edits_max + 1, word.size());
    for (const std::string& candidate : candidates) {
        const std::size_t needed = edits(word, candidate);
        if (needed < best_edits) {
            best = candidate;
            best_edits = needed;
        }
    }
    return best;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
    const auto suggestion = nearest(word, candidates);
    return suggestion ? "; did you mean '" + *suggestion + "'?" : "";
}

std::vector<std::string> zone_names() {
    std::vector<std::string> names{"UTC"};
    std::ifstream table("/usr/share/zoneinfo/zone.tab");
    for (std::string line; std::getline(table, line);) {
        std::istringstream columns(line);
        std::string country;
        std::string position;
        std::string name;
        if (!line.starts_with('#') && columns >> country >> position >> name) {
            names.push_back(name);
        }
    }
    return names;
}

}  // namespace cvmbackup
