#include "bus/arguments.hpp"

#include <algorithm>
#include <limits>

namespace cvmbackup::bus {

namespace {

constexpr std::uint64_t latest_usec = 253402300799999999;  // the end of the year 9999

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool is_instance_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

std::optional<Failure> check_text(
    const std::string& what, const std::string& text, std::size_t bytes_max
) {
    if (text.empty()) {
        return invalid_argument(what + " is empty");
    }
    if (text.size() > bytes_max) {
        return invalid_argument(
            what + " is too long: " + std::to_string(text.size()) + " bytes, at most " +
            std::to_string(bytes_max)
        );
    }
    if (std::ranges::any_of(text, is_control)) {
        return invalid_argument(what + " contains a control character");
    }
    return std::nullopt;
}

std::optional<std::uint64_t> whole_number(const sdbus::Variant& value) {
    const std::string type = value.peekValueType();
    std::int64_t number = -1;
    if (type == "t") {
        return value.get<std::uint64_t>();
    }
    if (type == "u") {
        return value.get<std::uint32_t>();
    }
    if (type == "x") {
        number = value.get<std::int64_t>();
    } else if (type == "i") {
        number = value.get<std::int32_t>();
    }
    return number < 0 ? std::nullopt : std::optional<std::uint64_t>(number);
}

Outcome<std::optional<Instant>> until_argument(std::uint64_t usec, Instant now) {
    if (usec == 0) {
        return std::optional<Instant>();
    }
    if (usec > latest_usec) {
        return invalid_argument("until_usec is after the year 9999; are these microseconds?");
    }
    const Instant until(Duration(static_cast<std::int64_t>(usec)));
    if (until <= now) {
        return invalid_argument(
            "until " + to_rfc3339(until) + " is in the past; it is now " + to_rfc3339(now)
        );
    }
    return std::optional<Instant>(until);
}

}  // namespace

Failure invalid_argument(std::string text) {
    return {Remedy::give_up, "InvalidArgument", std::move(text), ""};
}

Outcome<PolicyName> policy_argument(const std::string& text) {
    if (auto problem = check_text("the policy's name", text, name_max)) {
        return *problem;
    }
    return PolicyName(text);
}

Outcome<std::optional<PolicyName>> optional_policy_argument(const std::string& text) {
    if (text.empty()) {
        return std::optional<PolicyName>();
    }
    auto name = policy_argument(text);
    if (!name) {
        return name.error();
    }
    return std::optional<PolicyName>(std::move(*name));
}

Outcome<std::vector<InstanceId>> instances_argument(const std::vector<std::string>& texts) {
    if (texts.size() > instances_max) {
        return invalid_argument(
            "too many instances: " + std::to_string(texts.size()) + ", at most " +
            std::to_string(instances_max) + " in one call"
        );
    }
    std::set<InstanceId> ids;
    for (const std::string& text : texts) {
        if (auto problem = check_text("an instance's id", text, name_max)) {
            return *problem;
        }
        if (!std::ranges::all_of(text, is_instance_char)) {
            return invalid_argument("'" + text + "' is not an instance's id, such as ins-0a1b2c3d");
        }
        ids.emplace(text);
    }
    return std::vector<InstanceId>(ids.begin(), ids.end());
}

Outcome<std::int64_t> id_argument(std::uint64_t id) {
    if (id == 0 || id > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) {
        return invalid_argument("there is no number " + std::to_string(id));
    }
    return static_cast<std::int64_t>(id);
}

Outcome<std::string> plan_argument(const std::string& text) {
    if (auto problem = check_text("the plan", text, name_max + 17)) {
        return *problem;
    }
    if (text.find('@') == std::string::npos) {
        return invalid_argument(
            "'" + text + "' is not a plan's name, such as web@0123456789abcdef"
        );
    }
    return text;
}

Options::Options(const Dict& values)
    : values_(values) {}

const sdbus::Variant* Options::take(const std::string& key) {
    taken_.insert(key);
    const auto found = values_.find(key);
    return found == values_.end() ? nullptr : &found->second;
}

void Options::refuse(std::string text) {
    if (!problem_) {
        problem_ = invalid_argument(std::move(text));
    }
}

std::optional<std::string> Options::text(const std::string& key) {
    const sdbus::Variant* const value = take(key);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (!value->containsValueOfType<std::string>()) {
        refuse("option '" + key + "' must be a string (s)");
        return std::nullopt;
    }
    auto text = value->get<std::string>();
    if (auto problem = check_text("option '" + key + "'", text, name_max)) {
        refuse(problem->text);
    }
    return text;
}

std::optional<std::uint64_t> Options::number(const std::string& key) {
    const sdbus::Variant* const value = take(key);
    if (value == nullptr) {
        return std::nullopt;
    }
    const auto number = whole_number(*value);
    if (!number) {
        refuse("option '" + key + "' must be a whole number, 0 or more (t)");
    }
    return number;
}

bool Options::flag(const std::string& key) {
    const sdbus::Variant* const value = take(key);
    if (value == nullptr) {
        return false;
    }
    if (!value->containsValueOfType<bool>()) {
        refuse("option '" + key + "' must be a boolean (b)");
        return false;
    }
    return value->get<bool>();
}

Page Options::page() {
    Page page;
    page.offset = number("offset").value_or(0);
    page.limit = number("limit").value_or(rows_usual);
    if (page.limit < 1 || page.limit > rows_max) {
        refuse("option 'limit' must be 1 to " + std::to_string(rows_max));
    }
    if (page.offset > std::size_t{std::numeric_limits<std::int64_t>::max()}) {
        refuse("option 'offset' is too large");
    }
    return page;
}

std::optional<Failure> Options::finish() {
    for (const auto& [key, value] : values_) {
        if (!taken_.contains(key)) {
            refuse("unknown option '" + key.substr(0, name_max) + "'");
        }
    }
    return problem_;
}

std::optional<Failure> no_options(const Dict& values) {
    return Options(values).finish();
}

Outcome<Hold> hold_arguments(
    std::uint64_t until_usec, const std::string& reason, const Dict& options, Instant now
) {
    const auto until = until_argument(until_usec, now);
    if (!until) {
        return until.error();
    }
    if (auto problem = check_text("the reason", reason, reason_max)) {
        return *problem;
    }
    if (auto problem = no_options(options)) {
        return *problem;
    }
    return Hold{*until, reason};
}

}  // namespace cvmbackup::bus
