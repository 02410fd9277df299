#include "cloud/json_reader.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <limits>

namespace cvmbackup {

const boost::json::value* JsonReader::find(std::string_view key) const {
    const boost::json::value* value = object_.if_contains(key);
    return value == nullptr || value->is_null() ? nullptr : value;
}

void JsonReader::complain(std::string_view key, std::string_view what) const {
    if (!problem_.empty())
        return;
    problem_ = where_ + (where_.empty() ? "" : ".") + std::string(key) + ' ' + std::string(what);
}

std::string JsonReader::text(std::string_view key) const {
    const boost::json::value* value = find(key);
    if (value == nullptr || !value->is_string())
        return {};
    return std::string(value->get_string());
}

std::optional<std::int64_t> JsonReader::number(std::string_view key) const {
    const boost::json::value* value = find(key);
    if (value == nullptr)
        return std::nullopt;
    if (value->is_int64())
        return value->get_int64();
    // 1e2 and 100.0 are numbers, too; far-off ones are not what any field of ours can mean.
    constexpr double far_off = 9e15;
    if (value->is_double() && value->get_double() > -far_off && value->get_double() < far_off)
        return static_cast<std::int64_t>(value->get_double());
    return std::nullopt;
}

bool JsonReader::flag(std::string_view key) const {
    const boost::json::value* value = find(key);
    return value != nullptr && value->is_bool() && value->get_bool();
}

std::vector<std::string> JsonReader::texts(std::string_view key) const {
    std::vector<std::string> result;
    const boost::json::value* value = find(key);
    if (value == nullptr || !value->is_array())
        return result;
    for (const boost::json::value& element : value->get_array())
        if (element.is_string())
            result.emplace_back(element.get_string());
    return result;
}

std::vector<JsonReader> JsonReader::objects(std::string_view key) const {
    std::vector<JsonReader> result;
    const boost::json::value* value = find(key);
    if (value == nullptr)
        return result;
    if (!value->is_array()) {
        complain(key, "is not a list");
        return result;
    }
    const boost::json::array& elements = value->get_array();
    result.reserve(elements.size());
    for (std::size_t i = 0; i < elements.size(); ++i) {
        const std::string name = std::string(key) + '[' + std::to_string(i) + ']';
        if (!elements[i].is_object()) {
            complain(name, "is not an object");
            return {};
        }
        const std::string inner = where_.empty() ? name : where_ + '.' + name;
        result.emplace_back(elements[i].get_object(), inner, problem_);
    }
    return result;
}

std::optional<JsonReader> JsonReader::object(std::string_view key) const {
    const boost::json::value* value = find(key);
    if (value == nullptr || !value->is_object())
        return std::nullopt;
    const std::string inner = where_.empty() ? std::string(key) : where_ + '.' + std::string(key);
    return JsonReader(value->get_object(), inner, problem_);
}

std::vector<JsonReader> JsonReader::demand_objects(std::string_view key) const {
    if (find(key) == nullptr)
        complain(key, "is missing");
    return objects(key);
}

std::string JsonReader::demand_text(std::string_view key) const {
    std::string value = text(key);
    if (value.empty())
        complain(key, "is missing");
    return value;
}

std::int64_t JsonReader::demand_number(std::string_view key) const {
    const std::optional<std::int64_t> value = number(key);
    if (!value || *value < 0 || *value > std::numeric_limits<std::int32_t>::max())
        complain(key, "is missing or no sensible number");
    return value.value_or(0);
}

}  // namespace cvmbackup
