// What callers may say: every text, count and time is checked here before it goes further.
// Failures have the code "InvalidArgument" and name the argument and its limits.
#pragma once

#include "bus/wire.hpp"
#include "model/failure.hpp"
#include "model/ids.hpp"
#include "model/time.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace cvmbackup::bus {

constexpr std::size_t name_max = 128;        // bytes of a policy's name or an instance's id
constexpr std::size_t reason_max = 512;      // bytes
constexpr std::size_t instances_max = 1000;  // in one call
constexpr std::size_t rows_max = 1000;       // in one answer
constexpr std::size_t rows_usual = 100;

Failure invalid_argument(std::string text);

Outcome<PolicyName> policy_argument(const std::string& text);
// "" stands for all policies.
Outcome<std::optional<PolicyName>> optional_policy_argument(const std::string& text);
// Sorted, each once.
Outcome<std::vector<InstanceId>> instances_argument(const std::vector<std::string>& texts);
Outcome<std::int64_t> id_argument(std::uint64_t id);
// POLICY@HEX, as the rows of Plan name it.
Outcome<std::string> plan_argument(const std::string& text);

struct Page {
    std::size_t offset = 0;
    std::size_t limit = rows_usual;

    // The rows of `all` on this page.
    template <class T>
    std::vector<T> of(std::vector<T> all) const {
        const auto begin = std::min(offset, all.size());
        const auto end = begin + std::min(limit, all.size() - begin);
        return {
            std::make_move_iterator(all.begin() + static_cast<std::ptrdiff_t>(begin)),
            std::make_move_iterator(all.begin() + static_cast<std::ptrdiff_t>(end))};
    }
};

// Options are consumed; what is left at the end was not known to us and is refused.
class Options {
public:
    explicit Options(const Dict& values);

    std::optional<std::string> text(const std::string& key);
    std::optional<std::uint64_t> number(const std::string& key);
    bool flag(const std::string& key);
    Page page();

    // The first thing that was wrong.
    std::optional<Failure> finish();

private:
    const sdbus::Variant* take(const std::string& key);
    void refuse(std::string text);

    const Dict& values_;
    std::set<std::string> taken_;
    std::optional<Failure> problem_;
};

// For methods that know no options yet.
std::optional<Failure> no_options(const Dict& values);

// What pausing and pinning have in common.
struct Hold {
    std::optional<Instant> until;  // `until_usec` 0: none
    std::string reason;
};

Outcome<Hold> hold_arguments(
    std::uint64_t until_usec, const std::string& reason, const Dict& options, Instant now
);

}  // namespace cvmbackup::bus
