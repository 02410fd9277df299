#include "faults.hpp"

#include "toml_table.hpp"

#include <algorithm>
#include <array>

namespace cloudsim {
namespace {

struct NamedKind {
    const char* name;
    FaultKind kind;
};

constexpr std::array<NamedKind, 11> kinds{{
    {"lost-before", FaultKind::lost_before},
    {"lost-after", FaultKind::lost_after},
    {"reset", FaultKind::reset},
    {"garbage", FaultKind::garbage},
    {"truncated", FaultKind::truncated},
    {"error", FaultKind::error},
    {"slow", FaultKind::slow},
    {"http-500", FaultKind::http_error},
    {"task-fails", FaultKind::task_fails},
    {"task-vanishes", FaultKind::task_vanishes},
    {"task-hangs", FaultKind::task_hangs},
}};

bool fits_pattern(std::string_view pattern, std::string_view text) {
    if (pattern.ends_with('*')) {
        pattern.remove_suffix(1);
        return text.starts_with(pattern);
    }
    return pattern == text;
}

FaultKind read_kind(TomlTable& reader) {
    std::vector<std::string> names;
    std::ranges::transform(kinds, std::back_inserter(names), &NamedKind::name);
    const std::string name = reader.one_of("kind", names).value_or("");
    const auto found = std::ranges::find(kinds, name, &NamedKind::name);
    if (found == kinds.end()) {
        return FaultKind::error;
    }
    return found->kind;
}

Fault read_fault(const toml::table& table, Problems& problems) {
    TomlTable reader{table, problems};
    Fault fault;
    fault.name = reader.required_text("kind");
    fault.kind = read_kind(reader);
    fault.action = reader.required_text("action");
    fault.account = reader.text("account").value_or("");
    fault.region = reader.text("region").value_or("");
    fault.nth = reader.integers("nth");
    const auto probability = reader.share("probability");
    fault.probability = probability.value_or(1.0);
    constexpr std::int64_t many = 1'000'000'000;
    fault.times = reader.integer("times", 1, many);
    fault.from = reader.instant("from");
    fault.until = reader.instant("until");
    fault.after = reader.duration("after");
    fault.before = reader.duration("before");
    fault.code = reader.text("code").value_or(fault.code);
    fault.message = reader.text("message").value_or(fault.message);
    fault.status = static_cast<int>(reader.integer("status", 400, 599).value_or(fault.status));
    fault.delay = reader.duration("delay").value_or(fault.delay);
    fault.silent = reader.boolean("silent").value_or(false);
    if (!fault.nth.empty() && probability) {
        reader.problem("probability", "'nth' and 'probability' exclude each other");
    }
    if (std::ranges::any_of(fault.nth, [](std::int64_t n) { return n < 1; })) {
        reader.problem("nth", "'nth' counts from 1");
    }
    reader.finish();
    return fault;
}

}  // namespace

bool FaultPlan::matches(const Fault& fault, const FaultSubject& subject, Instant now) const {
    const Duration age = now - first_request_.value_or(now);
    return fits_pattern(fault.action, subject.action) &&
           (fault.account.empty() || fault.account == subject.account) &&
           (fault.region.empty() || fault.region == subject.region) &&
           (!fault.from || now >= *fault.from) && (!fault.until || now < *fault.until) &&
           (!fault.after || age >= *fault.after) && (!fault.before || age < *fault.before);
}

std::optional<Fault> FaultPlan::strike(const FaultSubject& subject, Instant now, Chance& chance) {
    first_request_ = first_request_.value_or(now);
    std::optional<Fault> struck;
    for (Armed& armed : faults_) {
        if (!matches(armed.fault, subject, now)) {
            continue;
        }
        armed.seen += 1;
        const auto& nth = armed.fault.nth;
        const bool hits = nth.empty() ? chance.fraction() < armed.fault.probability
                                      : std::ranges::find(nth, armed.seen) != nth.end();
        const bool is_spent = armed.fault.times && armed.struck >= *armed.fault.times;
        if (hits && !is_spent && !struck) {
            armed.struck += 1;
            struck = armed.fault;
        }
    }
    return struck;
}

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
