#include "fault_reader.hpp"

#include "actions.hpp"
#include "cos_operations.hpp"
#include "real_actions.hpp"
#include "regions.hpp"

#include <algorithm>
#include <array>

namespace cloudsim {
namespace {

// The keys that only some kinds know.
enum Extra : unsigned {
    none = 0,
    code = 1,
    status = 2,
    delay = 4,
    silent = 8,
    offset = 16,
    size = 32,
    any_action = 64,  // `action` may be left out
    broken = 128,
    timed = 256,  // `delay` may not be left out
};

struct NamedKind {
    const char* name;
    FaultKind kind;
    unsigned extra;
};

constexpr std::array<NamedKind, 23> kinds{{
    {"lost-before", FaultKind::lost_before, silent},
    {"lost-after", FaultKind::lost_after, silent | broken},
    {"lost-late", FaultKind::lost_late, silent | delay},
    {"reset", FaultKind::reset, none},
    {"garbage", FaultKind::garbage, none},
    {"truncated", FaultKind::truncated, broken},
    {"huge", FaultKind::huge, size},
    {"wrong-request-id", FaultKind::wrong_request_id, none},
    {"error", FaultKind::error, code | status},
    {"error-after", FaultKind::error_after, code | status},
    {"slow", FaultKind::slow, delay | timed},
    {"http-500", FaultKind::http_error, status},
    {"key-revoked", FaultKind::key_revoked, any_action},
    {"in-arrears", FaultKind::in_arrears, any_action},
    {"region-gone", FaultKind::region_gone, silent | any_action},
    {"clock-off", FaultKind::clock_off, offset | any_action},
    {"stale", FaultKind::stale, delay | timed},
    {"page-shifts", FaultKind::page_shifts, none},
    {"task-fails", FaultKind::task_fails, none},
    {"task-vanishes", FaultKind::task_vanishes, none},
    {"task-done-vanishes", FaultKind::task_done_vanishes, delay},
    {"task-hangs", FaultKind::task_hangs, none},
    {"instance-vanishes", FaultKind::instance_vanishes, delay},
}};

// Stands for a misspelt kind, so that its other keys cause no problems besides.
constexpr NamedKind any_kind{"", FaultKind::error, ~static_cast<unsigned>(timed)};

const NamedKind& read_kind(TomlTable& reader) {
    std::vector<std::string> names;
    std::ranges::transform(kinds, std::back_inserter(names), &NamedKind::name);
    const std::string name = reader.one_of("kind", names).value_or("");
    const auto found = std::ranges::find(kinds, name, &NamedKind::name);
    return found == kinds.end() ? any_kind : *found;
}

void check_extra(TomlTable& reader, const toml::table& table, const NamedKind& kind) {
    struct Key {
        const char* name;
        unsigned extra;
    };

    static constexpr std::array<Key, 9> keys{{
        {"code", code},
        {"message", code},
        {"status", status},
        {"delay", delay},
        {"silent", silent},
        {"reset", broken},
        {"ahead", offset},
        {"behind", offset},
        {"megabytes", size},
    }};
    for (const Key& key : keys) {
        if (table.contains(key.name) && (kind.extra & key.extra) == 0) {
            reader.problem(
                key.name,
                std::string{"'"} + key.name + "' means nothing to the kind '" + kind.name + "'"
            );
        }
    }
}

void read_effect(TomlTable& reader, Fault& fault) {
    constexpr std::int64_t megabytes_max = 1024;
    fault.code = reader.text("code").value_or(fault.code);
    fault.message = reader.text("message").value_or(fault.message);
    fault.status = static_cast<int>(reader.integer("status", 400, 599).value_or(fault.status));
    if (fault.kind == FaultKind::lost_late) {
        fault.late = reader.duration_range("delay").value_or(fault.late);
    } else {
        fault.delay = reader.duration("delay").value_or(fault.delay);
    }
    fault.silent = reader.boolean("silent").value_or(false);
    fault.reset = reader.boolean("reset").value_or(false);
    if (fault.silent && fault.reset) {
        reader.problem("reset", "'silent' and 'reset' exclude each other");
    }
    fault.megabytes = reader.integer("megabytes", 1, megabytes_max).value_or(fault.megabytes);
    const auto ahead = reader.duration("ahead");
    const auto behind = reader.duration("behind");
    fault.clock_offset = ahead ? *ahead : -behind.value_or(Duration{0});
    if (fault.kind == FaultKind::clock_off && ahead.has_value() == behind.has_value()) {
        reader.problem("kind", "'clock-off' needs one of 'ahead' and 'behind'");
    }
    if (fault.code.empty()) {
        reader.problem("code", "'code' must not be empty");
    }
}

void read_when(TomlTable& reader, Fault& fault) {
    constexpr std::int64_t many = 1'000'000'000;
    fault.nth = reader.integers("nth");
    const auto probability = reader.share("probability");
    fault.probability = probability.value_or(1.0);
    fault.times = reader.integer("times", 1, many);
    fault.from = reader.instant("from");
    fault.until = reader.instant("until");
    fault.after = reader.duration("after");
    fault.before = reader.duration("before");
    if (!fault.nth.empty() && probability) {
        reader.problem("probability", "'nth' and 'probability' exclude each other");
    }
    if (!fault.nth.empty() && fault.times) {
        reader.problem("times", "'nth' and 'times' exclude each other");
    }
    if (reader.has("nth") && fault.nth.empty()) {
        reader.problem("nth", "'nth' is a number, or several in brackets");
    }
    if (std::ranges::any_of(fault.nth, [](std::int64_t n) { return n < 1; })) {
        reader.problem("nth", "'nth' counts from 1");
    }
    if (fault.from && fault.until && *fault.until <= *fault.from) {
        reader.problem("until", "'until' must be later than 'from'");
    }
    if (fault.after && fault.before && *fault.before <= *fault.after) {
        reader.problem("before", "'before' must be later than 'after'");
    }
}

// Paths that the metadata service answers; those of roles have any ending.
bool is_metadata_pattern(std::string_view pattern) {
    static constexpr auto paths = std::to_array<std::string_view>(
        {"/latest/meta-data/instance-id",
         "/latest/meta-data/placement/region",
         "/latest/meta-data/placement/zone",
         "/latest/meta-data/cam/security-credentials"}
    );
    return pattern.starts_with(std::string{paths.back()} + "/") ||
           std::ranges::any_of(paths, [pattern](std::string_view path) {
               return fits_pattern(pattern, path);
           });
}

bool is_cos_pattern(std::string_view pattern) {
    return std::ranges::any_of(cos_operation_names(), [pattern](const std::string& name) {
        return fits_pattern(pattern, name);
    });
}

bool can_strike(FaultKind kind, const std::string& pattern) {
    if (pattern.starts_with("metadata:")) {
        return acts_on(kind, "metadata:");
    }
    if (pattern.starts_with("cos:")) {
        return acts_on(kind, "cos:");
    }
    // Of an action that is not simulated nothing but its name is known.
    return acts_on(kind, "") || std::ranges::any_of(all_actions(), [&](const Action& action) {
               return fits_pattern(pattern, action.name) && acts_on(kind, action.name);
           });
}

void check_action(TomlTable& reader, const NamedKind& kind, const std::string& action) {
    constexpr std::string_view cos = "cos:";
    constexpr std::string_view metadata = "metadata:";
    if (action.empty()) {
        return;
    }
    const bool is_of_cos = action.starts_with(cos);
    const bool is_of_metadata = action.starts_with(metadata);
    if (is_of_cos && !is_cos_pattern(action.substr(cos.size()))) {
        reader.problem("action", "no operation on objects fits '" + action + "'");
    } else if (is_of_metadata && !is_metadata_pattern(action.substr(metadata.size()))) {
        reader.problem("action", "no path of the metadata service fits '" + action + "'");
    } else if (!is_of_cos && !is_of_metadata && !is_action_pattern(action)) {
        reader.problem("action", "no action of the cloud fits '" + action + "'");
    } else if (*kind.name != '\0' && !can_strike(kind.kind, action)) {
        reader.problem(
            "kind", std::string{"'"} + kind.name + "' means nothing to '" + action + "'"
        );
    }
}

// Answers of API 3.0 are HTTP 200 also when they are errors.
void check_status(TomlTable& reader, const NamedKind& kind, const std::string& action) {
    const bool is_told = kind.kind == FaultKind::http_error || action.empty() || action == "*" ||
                         action.starts_with("cos:") || action.starts_with("metadata:");
    if (reader.has("status") && (kind.extra & status) != 0 && !is_told) {
        reader.problem("status", "an error of '" + action + "' is told with HTTP 200 always");
    }
}

void read_whom(TomlTable& reader, const NamedKind& kind, const World* world, Fault& fault) {
    const bool may_lack_action = (kind.extra & any_action) != 0;
    fault.action =
        may_lack_action ? reader.text("action").value_or("*") : reader.required_text("action");
    fault.account = reader.text("account").value_or("");
    fault.region = reader.text("region").value_or("");
    check_action(reader, kind, fault.action);
    check_status(reader, kind, fault.action);
    if (world != nullptr && !fault.account.empty() &&
        std::ranges::find(world->accounts, fault.account, &Account::uin) == world->accounts.end()) {
        reader.problem("account", "the world has no account '" + fault.account + "'");
    }
    if (!fault.region.empty() && find_region(fault.region) == nullptr) {
        reader.problem("region", "there is no region '" + fault.region + "'");
    }
    if (kind.kind == FaultKind::region_gone && fault.region.empty()) {
        reader.problem("kind", "'region-gone' needs 'region'");
    }
    if ((kind.extra & timed) != 0 && !reader.has("delay")) {
        reader.problem("kind", std::string{"'"} + kind.name + "' needs 'delay'");
    }
}

Fault read_fault(const toml::table& table, const World* world, Problems& problems) {
    TomlTable reader{table, problems};
    Fault fault;
    fault.name = reader.required_text("kind");
    const NamedKind& kind = read_kind(reader);
    fault.kind = kind.kind;
    read_whom(reader, kind, world, fault);
    read_when(reader, fault);
    read_effect(reader, fault);
    check_extra(reader, table, kind);
    reader.finish();
    return fault;
}

}  // namespace

FaultPlan parse_faults(std::string_view text, const std::string& file, const World* world) {
    const toml::table root = parse_toml(text, file);
    Problems problems{file};
    TomlTable reader{root, problems};
    FaultPlan plan;
    for (const toml::table* table : reader.subtables("fault")) {
        plan.add(read_fault(*table, world, problems));
    }
    reader.finish();
    problems.raise();
    return plan;
}

FaultPlan load_faults(const std::string& path, const World* world) {
    return parse_faults(read_text_file(path), path, world);
}

}  // namespace cloudsim
