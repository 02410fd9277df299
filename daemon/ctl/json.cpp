#include "ctl/json.hpp"

#include <array>
#include <cstdio>
#include <string_view>

namespace cvmbackup::ctl {

namespace {

constexpr std::string_view time_suffix = "_usec";

std::string write(const Dict& row, int depth);

std::string indent(int depth) {
    return "\n" + std::string(static_cast<std::size_t>(depth) * 2, ' ');
}

std::string list(const std::vector<std::string>& items, const char* brackets, int depth) {
    if (items.empty()) {
        return brackets;
    }
    std::string result(1, brackets[0]);
    for (const std::string& item : items) {
        result += (&item == &items.front() ? "" : ",") + indent(depth + 1) + item;
    }
    return result + indent(depth) + brackets[1];
}

std::string write(const Rows& rows, int depth) {
    std::vector<std::string> items;
    for (const Dict& row : rows) {
        items.push_back(write(row, depth + 1));
    }
    return list(items, "[]", depth);
}

std::string write_signed(std::int64_t value) {
    return value == -1 ? "null" : std::to_string(value);
}

std::string write_real(double value) {
    std::array<char, 32> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%.6g", value);
    return buffer.data();
}

std::string write_time(std::uint64_t usec) {
    if (usec == 0) {
        return "null";
    }
    return json_string(to_rfc3339(Instant(Duration(static_cast<std::int64_t>(usec)))));
}

std::string write(const sdbus::Variant& value, int depth) {
    const std::string type = value.peekValueType();
    if (type == "s") {
        return json_string(value.get<std::string>());
    }
    if (type == "o") {
        return json_string(value.get<sdbus::ObjectPath>());
    }
    if (type == "b") {
        return value.get<bool>() ? "true" : "false";
    }
    if (type == "t") {
        return std::to_string(value.get<std::uint64_t>());
    }
    if (type == "u") {
        return std::to_string(value.get<std::uint32_t>());
    }
    if (type == "x") {
        return write_signed(value.get<std::int64_t>());
    }
    if (type == "i") {
        return write_signed(value.get<std::int32_t>());
    }
    if (type == "d") {
        return write_real(value.get<double>());
    }
    if (type == "as") {
        std::vector<std::string> items;
        for (const auto& text : value.get<std::vector<std::string>>()) {
            items.push_back(json_string(text));
        }
        return list(items, "[]", depth);
    }
    if (type == "a{sv}") {
        return write(value.get<Dict>(), depth);
    }
    if (type == "aa{sv}") {
        return write(value.get<Rows>(), depth);
    }
    return "null";  // a type of a newer daemon
}

std::string write(const Dict& row, int depth) {
    std::map<std::string, std::string> fields;
    for (const auto& [key, value] : row) {
        if (key.ends_with(time_suffix) && value.containsValueOfType<std::uint64_t>()) {
            const auto name = key.substr(0, key.size() - time_suffix.size());
            fields[name] = write_time(value.get<std::uint64_t>());
        } else {
            fields[key] = write(value, depth + 1);
        }
    }
    std::vector<std::string> items;
    for (const auto& [key, value] : fields) {
        items.push_back(json_string(key) + ": " + value);
    }
    return list(items, "{}", depth);
}

}  // namespace

std::string json_string(const std::string& text) {
    std::string result = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            result += '\\';
            result += c;
        } else if (c == '\n') {
            result += "\\n";
        } else if (c == '\t') {
            result += "\\t";
        } else if (byte < 0x20 || byte == 0x7f) {
            std::array<char, 8> buffer{};
            std::snprintf(buffer.data(), buffer.size(), "\\u%04x", byte);
            result += buffer.data();
        } else {
            result += c;
        }
    }
    return result + "\"";
}

std::string to_json(const Rows& rows) {
    return write(rows, 0) + "\n";
}

std::string to_json(const Dict& row) {
    return write(row, 0) + "\n";
}

}  // namespace cvmbackup::ctl
