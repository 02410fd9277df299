#include "messages.hpp"

#include "text.hpp"

#include <boost/json.hpp>

#include <array>
#include <cstdio>

namespace cloudsim {

std::optional<std::string_view> find_header(const Headers& headers, std::string_view name) {
    for (const auto& [key, value] : headers) {
        if (equal_without_case(key, name)) {
            return std::string_view{value};
        }
    }
    return std::nullopt;
}

std::string to_json_line(const RequestRecord& record) {
    // Boost.JSON would write the number in exponent form; a log is read by people and by awk.
    std::array<char, 48> time{};
    std::snprintf(time.data(), time.size(), "%.6f", decimal_seconds(record.time));
    std::string line = std::string{"{\"time\":"} + time.data();
    const auto add = [&line](std::string_view key, std::string_view value) {
        line += ",\"";
        line += key;
        line += "\":";
        line += boost::json::serialize(boost::json::string_view{value.data(), value.size()});
    };
    add("account", record.account);
    add("endpoint", record.endpoint);
    add("region", record.region);
    add("action", record.action);
    add("code", record.code);
    add("request_id", record.request_id);
    if (!record.fault.empty()) {
        add("fault", record.fault);
    }
    return line + "}";
}

}  // namespace cloudsim
