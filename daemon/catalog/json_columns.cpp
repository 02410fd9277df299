#include "catalog/json_columns.hpp"

#include <boost/json.hpp>

#include <array>
#include <optional>

namespace cvmbackup {

namespace {

namespace json = boost::json;

json::value to_json(const Disk& disk) {
    return json::object{
        {"id", disk.id.text()},
        {"size_gib", disk.size_gib},
        {"type", disk.type},
        {"encrypted", disk.encrypted},
    };
}

json::value to_json(const StoredObject& object) {
    return json::object{
        {"key", object.key},
        {"size_bytes", object.size_bytes},
        {"etag", object.etag},
        {"crc64", object.crc64},
    };
}

json::value to_json(const std::string& text) {
    return json::string(text);
}

template <class T>
std::string list_column(const std::vector<T>& list) {
    if (list.empty()) {
        return "[]";
    }
    json::array array;
    array.reserve(list.size());
    for (const T& element : list) {
        array.push_back(to_json(element));
    }
    return json::serialize(array);
}

std::string text_of(const json::value& value) {
    const json::string& text = value.as_string();
    return {text.data(), text.size()};
}

void from_json(const json::value& value, Disk& disk) {
    const json::object& object = value.as_object();
    disk.id = DiskId(text_of(object.at("id")));
    disk.size_gib = object.at("size_gib").to_number<std::int64_t>();
    disk.type = text_of(object.at("type"));
    disk.encrypted = object.at("encrypted").as_bool();
}

void from_json(const json::value& value, StoredObject& stored) {
    const json::object& object = value.as_object();
    stored.key = text_of(object.at("key"));
    stored.size_bytes = object.at("size_bytes").to_number<std::int64_t>();
    stored.etag = text_of(object.at("etag"));
    stored.crc64 = text_of(object.at("crc64"));
}

void from_json(const json::value& value, std::string& text) {
    text = text_of(value);
}

template <class T>
void from_json(const json::value& value, std::vector<T>& list) {
    for (const json::value& element : value.as_array()) {
        from_json(element, list.emplace_back());
    }
}

// Any JSON, with room for what most columns hold.
class Parsed {
public:
    explicit Parsed(std::string_view text) {
        json::parse_options options;
        options.allow_invalid_utf8 = true;  // names are kept as the cloud gave them
        value_.emplace(json::parse(text, &memory_, options));
    }

    const json::value& operator*() const { return *value_; }

private:
    std::array<unsigned char, 1024> room_;
    json::monotonic_resource memory_{room_.data(), room_.size()};
    std::optional<json::value> value_;
};

template <class T>
void read_list(std::string_view column, std::vector<T>& list) {
    if (column != "[]") {
        from_json(*Parsed(column), list);
    }
}

}  // namespace

std::string column_of(const Disk& disk) {
    return json::serialize(to_json(disk));
}

std::string column_of(const std::vector<Disk>& disks) {
    return list_column(disks);
}

std::string column_of(const std::vector<StoredObject>& objects) {
    return list_column(objects);
}

std::string column_of(const std::vector<std::string>& texts) {
    return list_column(texts);
}

void read_column(std::string_view column, Disk& disk) {
    from_json(*Parsed(column), disk);
}

void read_column(std::string_view column, std::vector<Disk>& disks) {
    read_list(column, disks);
}

void read_column(std::string_view column, std::vector<StoredObject>& objects) {
    read_list(column, objects);
}

void read_column(std::string_view column, std::vector<std::string>& texts) {
    read_list(column, texts);
}

}  // namespace cvmbackup
