#include "fault_reader.hpp"

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
};

struct NamedKind {
    const char* name;
    FaultKind kind;
    unsigned extra;
};

constexpr std::array<NamedKind, 22> kinds{{
    {"lost-before", FaultKind::lost_before, silent},
    {"lost-after", FaultKind::lost_after, silent},
    {"reset", FaultKind::reset, none},
    {"garbage", FaultKind::garbage, none},
    {"truncated", FaultKind::truncated, none},
    {"huge", FaultKind::huge, size},
    {"wrong-request-id", FaultKind::wrong_request_id, none},
    {"error", FaultKind::error, code | status},
    {"error-after", FaultKind::error_after, code | status},
    {"slow", FaultKind::slow, delay},
    {"http-500", FaultKind::http_error, status},
    {"key-revoked", FaultKind::key_revoked, any_action},
    {"in-arrears", FaultKind::in_arrears, any_action},
    {"region-gone", FaultKind::region_gone, silent | any_action},
    {"clock-off", FaultKind::clock_off, offset | any_action},
    {"stale", FaultKind::stale, delay},
    {"page-shifts", FaultKind::page_shifts, none},
    {"task-fails", FaultKind::task_fails, none},
    {"task-vanishes", FaultKind::task_vanishes, none},
    {"task-done-vanishes", FaultKind::task_done_vanishes, delay},
    {"task-hangs", FaultKind::task_hangs, none},
    {"instance-vanishes", FaultKind::instance_vanishes, delay},
}};

// Stands for a misspelt kind, so that its other keys cause no problems besides.
constexpr NamedKind any_kind{"", FaultKind::error, ~0U};

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

    static constexpr std::array<Key, 8> keys{{
        {"code", code},
        {"message", code},
        {"status", status},
        {"delay", delay},
        {"silent", silent},
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
    fault.delay = reader.duration("delay").value_or(fault.delay);
    fault.silent = reader.boolean("silent").value_or(false);
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

void read_whom(TomlTable& reader, const NamedKind& kind, Fault& fault) {
    const bool may_lack_action = (kind.extra & any_action) != 0;
    fault.action =
        may_lack_action ? reader.text("action").value_or("*") : reader.required_text("action");
    fault.account = reader.text("account").value_or("");
    fault.region = reader.text("region").value_or("");
    const std::string& action = fault.action;
    const bool is_other_service = action.starts_with("cos:") || action.starts_with("metadata:");
    if (!action.empty() && !is_other_service && !is_action_pattern(action)) {
        reader.problem("action", "no action of the cloud fits '" + action + "'");
    }
    if (!fault.region.empty() && find_region(fault.region) == nullptr) {
        reader.problem("region", "there is no region '" + fault.region + "'");
    }
    if (kind.kind == FaultKind::region_gone && fault.region.empty()) {
        reader.problem("kind", "'region-gone' needs 'region'");
    }
}

Fault read_fault(const toml::table& table, Problems& problems) {
    TomlTable reader{table, problems};
    Fault fault;
    fault.name = reader.required_text("kind");
    const NamedKind& kind = read_kind(reader);
    fault.kind = kind.kind;
    read_whom(reader, kind, fault);
    read_when(reader, fault);
    read_effect(reader, fault);
    check_extra(reader, table, kind);
    reader.finish();
    return fault;
}

}  // namespace

FaultPlan parse_faults(std::string_view text, const std::string& file) {
    const toml::table root = parse_toml(text, file);
    Problems problems{file};
    TomlTable reader{root, problems};
    FaultPlan plan;
    for (const toml::table* table : reader.subtables("fault")) {
        plan.add(read_fault(*table, problems));
    }
    reader.finish();
    problems.raise();
    return plan;
}

FaultPlan load_faults(const std::string& path) {
    return parse_faults(read_text_file(path), path);
}

}  // namespace cloudsim
