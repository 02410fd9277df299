// The parameters of one API 3.0 request, checked as the gateway does: of the right JSON type,
// present when required, and none that the action does not know. Parameters are read by taking
// them; finish() then refuses what nobody took. Every problem is a Refusal.
#pragma once

#include <boost/json.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace cloudsim {

class Params {
public:
    // path is "" for the request itself, "Filters.0." and the like for nested objects.
    explicit Params(const boost::json::object& object, std::string path = "")
        : object_{object}
        , path_{std::move(path)} {}

    std::string text(std::string_view name);
    std::optional<std::string> optional_text(std::string_view name);
    bool flag(std::string_view name, bool otherwise = false);
    std::optional<bool> optional_flag(std::string_view name);
    std::optional<std::int64_t> integer(std::string_view name);
    std::vector<std::string> texts(std::string_view name);
    std::vector<std::string> required_texts(std::string_view name);
    std::optional<Params> object(std::string_view name);
    // Nested objects, to be finished by the caller.
    std::vector<Params> objects(std::string_view name);
    void finish();

    bool has(std::string_view name) const;

    const boost::json::object& raw() const { return object_; }

private:
    const boost::json::value* take(std::string_view name);
    [[noreturn]] void wrong_type(std::string_view name, std::string_view expected) const;

    const boost::json::object& object_;
    std::string path_;
    std::set<std::string, std::less<>> taken_;
};

struct Filter {
    std::string name;
    std::vector<std::string> values;
};

std::vector<Filter> take_unlimited_filters(Params& params);
// At most ten filters of at most five values.
std::vector<Filter> take_filters(Params& params);

struct Page {
    std::size_t offset = 0;
    std::size_t limit = 20;
};

Page take_page(Params& params);

// An array of objects with Key and Value.
std::vector<std::pair<std::string, std::string>> take_tag_list(
    Params& params, std::string_view name
);
// Takes TagSpecification: every element must be for this resource type.
std::vector<std::pair<std::string, std::string>> take_tags(
    Params& params, std::string_view resource_type
);

}  // namespace cloudsim
