#include "messages.hpp"

#include "text.hpp"

#include <boost/json.hpp>

#include <array>
#include <chrono>
#include <cstdio>

namespace cloudsim {
namespace {

// Boost.JSON would write the number in exponent form; a log is read by people and by awk.
std::string decimal(double number) {
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), "%.6f", number);
    return text.data();
}

void add_text(std::string& line, std::string_view key, std::string_view value) {
    line += line.ends_with('{') ? "\"" : ",\"";
    line += key;
    line += "\":";
    line += boost::json::serialize(boost::json::string_view{value.data(), value.size()});
}

std::string to_json(const TaskRecord& task) {
    std::string text = "{";
    add_text(text, "image", task.image);
    if (!task.source.empty()) {
        add_text(text, "source", task.source);
        add_text(text, "region", task.region);
    }
    const std::chrono::duration<double> length = task.length;
    return text + ",\"seconds\":" + decimal(length.count()) + "}";
}

}  // namespace

std::optional<std::string_view> find_header(const Headers& headers, std::string_view name) {
    for (const auto& [key, value] : headers) {
        if (equal_without_case(key, name)) {
            return std::string_view{value};
        }
    }
    return std::nullopt;
}

std::string to_json_line(const RequestRecord& record) {
    std::string line = "{\"time\":" + decimal(decimal_seconds(record.time));
    add_text(line, "account", record.account);
    add_text(line, "endpoint", record.endpoint);
    add_text(line, "region", record.region);
    add_text(line, "action", record.action);
    add_text(line, "code", record.code);
    add_text(line, "request_id", record.request_id);
    if (!record.fault.empty()) {
        add_text(line, "fault", record.fault);
    }
    for (std::size_t i = 0; i < record.tasks.size(); ++i) {
        line += i == 0 ? ",\"tasks\":[" : ",";
        line += to_json(record.tasks[i]);
    }
    return line + (record.tasks.empty() ? "}" : "]}");
}

}  // namespace cloudsim
