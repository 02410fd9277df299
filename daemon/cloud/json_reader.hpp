// Reads fields of a JSON object without exceptions: absent, null and wrongly typed fields are the
// same "nothing", and the first field that was demanded but is missing is remembered.
#pragma once

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cvmbackup {

class JsonReader {
public:
    // `where` names the object in complaints: "ImageSet[3]".
    JsonReader(const boost::json::object& object, std::string where, std::string& problem)
        : object_(object)
        , where_(std::move(where))
        , problem_(problem) {}

    std::string text(std::string_view key) const;  // empty if there is none
    std::optional<std::int64_t> number(std::string_view key) const;
    bool flag(std::string_view key) const;
    std::vector<std::string> texts(std::string_view key) const;
    // Objects of an array (none if it is absent or null); other elements are a problem.
    std::vector<JsonReader> objects(std::string_view key) const;
    std::optional<JsonReader> object(std::string_view key) const;

    std::vector<JsonReader> demand_objects(std::string_view key) const;  // there, if empty
    std::string demand_text(std::string_view key) const;                 // non-empty
    std::int64_t demand_number(std::string_view key) const;
    void complain(std::string_view key, std::string_view what) const;

private:
    const boost::json::value* find(std::string_view key) const;

    const boost::json::object& object_;
    std::string where_;
    std::string& problem_;
};

}  // namespace cvmbackup
