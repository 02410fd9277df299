#include "params.hpp"

#include "refusal.hpp"

namespace cloudsim {
namespace {

namespace json = boost::json;

json::string_view key_of(std::string_view name) {
    return {name.data(), name.size()};
}

constexpr std::size_t filters_max = 10;  // Describe*, Filters
constexpr std::size_t filter_values_max = 5;
constexpr std::int64_t page_limit_max = 100;  // Describe*, Limit
constexpr std::size_t tag_key_max = 127;
constexpr std::size_t tag_value_max = 255;

}  // namespace

const json::value* Params::take(std::string_view name) {
    taken_.emplace(name);
    return object_.if_contains(key_of(name));
}

bool Params::has(std::string_view name) const {
    return object_.contains(key_of(name));
}

void Params::wrong_type(std::string_view name, std::string_view expected) const {
    throw Refusal{
        "InvalidParameter",
        "The type of parameter `" + path_ + std::string{name} + "` should be " +
            std::string{expected} + "."};
}

std::optional<std::string> Params::optional_text(std::string_view name) {
    const json::value* value = take(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (!value->is_string()) {
        wrong_type(name, "String");
    }
    const json::string& text = value->get_string();
    return std::string{text.data(), text.size()};
}

std::string Params::text(std::string_view name) {
    auto value = optional_text(name);
    if (!value) {
        throw Refusal{
            "MissingParameter",
            "The request is missing the parameter `" + path_ + std::string{name} + "`."};
    }
    return std::move(*value);
}

std::optional<bool> Params::optional_flag(std::string_view name) {
    const json::value* value = take(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (!value->is_bool()) {
        wrong_type(name, "Boolean");
    }
    return value->get_bool();
}

bool Params::flag(std::string_view name, bool otherwise) {
    return optional_flag(name).value_or(otherwise);
}

std::optional<std::int64_t> Params::integer(std::string_view name) {
    const json::value* value = take(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    json::error_code error;
    const auto number = value->to_number<std::int64_t>(error);
    if (value->is_double() || error) {
        wrong_type(name, "Integer");
    }
    return number;
}

std::vector<std::string> Params::texts(std::string_view name) {
    const json::value* value = take(name);
    std::vector<std::string> result;
    if (value == nullptr) {
        return result;
    }
    if (!value->is_array()) {
        wrong_type(name, "Array of String");
    }
    for (const json::value& element : value->get_array()) {
        if (!element.is_string()) {
            wrong_type(name, "Array of String");
        }
        result.emplace_back(element.get_string().data(), element.get_string().size());
    }
    return result;
}

std::vector<std::string> Params::required_texts(std::string_view name) {
    std::vector<std::string> result = texts(name);
    if (result.empty()) {
        throw Refusal{
            "MissingParameter",
            "The request is missing the parameter `" + path_ + std::string{name} + "`."};
    }
    return result;
}

std::optional<Params> Params::object(std::string_view name) {
    const json::value* value = take(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (!value->is_object()) {
        wrong_type(name, "Object");
    }
    return std::optional<Params>{
        std::in_place, value->get_object(), path_ + std::string{name} + "."};
}

std::vector<Params> Params::objects(std::string_view name) {
    const json::value* value = take(name);
    std::vector<Params> result;
    if (value == nullptr) {
        return result;
    }
    if (!value->is_array()) {
        wrong_type(name, "Array");
    }
    std::size_t index = 0;
    for (const json::value& element : value->get_array()) {
        if (!element.is_object()) {
            wrong_type(name, "Array of Object");
        }
        result.emplace_back(
            element.get_object(), path_ + std::string{name} + "." + std::to_string(index++) + "."
        );
    }
    return result;
}

void Params::finish() {
    for (const auto& member : object_) {
        const std::string_view name{member.key().data(), member.key().size()};
        if (!taken_.contains(name)) {
            throw Refusal{
                "UnknownParameter",
                "The parameter `" + path_ + std::string{name} + "` is not recognized."};
        }
    }
}

std::vector<Filter> take_unlimited_filters(Params& params) {
    std::vector<Filter> filters;
    for (Params& element : params.objects("Filters")) {
        filters.push_back({element.text("Name"), element.required_texts("Values")});
        element.finish();
    }
    return filters;
}

std::vector<Filter> take_filters(Params& params) {
    std::vector<Filter> filters = take_unlimited_filters(params);
    for (const Filter& filter : filters) {
        if (filter.values.size() > filter_values_max) {
            throw Refusal{
                "InvalidFilterValue.LimitExceeded",
                "The filter `" + filter.name + "` has more than 5 values."};
        }
    }
    if (filters.size() > filters_max) {
        throw Refusal{"InvalidFilterValue.LimitExceeded", "There are more than 10 filters."};
    }
    return filters;
}

Page take_page(Params& params) {
    Page page;
    const auto offset = params.integer("Offset");
    const auto limit = params.integer("Limit");
    if (offset && *offset < 0) {
        throw Refusal{"InvalidParameterValue", "`Offset` must not be negative."};
    }
    if (limit && *limit < 1) {
        throw Refusal{"InvalidParameterValue", "`Limit` must be at least 1."};
    }
    if (limit && *limit > page_limit_max) {
        throw Refusal{"InvalidParameterValue.LimitExceeded", "`Limit` must not exceed 100."};
    }
    page.offset = static_cast<std::size_t>(offset.value_or(0));
    page.limit = static_cast<std::size_t>(limit.value_or(20));
    return page;
}

std::vector<std::pair<std::string, std::string>> take_tag_list(
    Params& params, std::string_view name
) {
    std::vector<std::pair<std::string, std::string>> tags;
    for (Params& element : params.objects(name)) {
        std::string key = element.text("Key");
        std::string value = element.text("Value");
        element.finish();
        if (key.empty() || key.size() > tag_key_max || value.size() > tag_value_max) {
            throw Refusal{
                "InvalidParameterValue.TooLarge",
                "A tag's key has 1 to 127 characters, its value at most 255."};
        }
        tags.emplace_back(std::move(key), std::move(value));
    }
    return tags;
}

std::vector<std::pair<std::string, std::string>> take_tags(
    Params& params, std::string_view resource_type
) {
    std::vector<std::pair<std::string, std::string>> tags;
    for (Params& specification : params.objects("TagSpecification")) {
        const std::string type = specification.text("ResourceType");
        for (auto& tag : take_tag_list(specification, "Tags")) {
            tags.push_back(std::move(tag));
        }
        specification.finish();
        if (type != resource_type) {
            throw Refusal{
                "InvalidParameterValue", "`ResourceType` " + type + " is not possible here."};
        }
    }
    return tags;
}

}  // namespace cloudsim
