#include "cloud/codec.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <cctype>

namespace cvmbackup {

namespace json = boost::json;

namespace {

template <class Ids>
json::array as_array(const Ids& ids) {
    json::array array;
    for (const auto& id : ids)
        array.emplace_back(id.text());
    return array;
}

json::object filter(const std::string& name, const std::vector<std::string>& values) {
    json::array array;
    for (const std::string& value : values)
        array.emplace_back(value);
    json::object result;
    result["Name"] = name;
    result["Values"] = std::move(array);
    return result;
}

std::string format_word(ExportFormat format) {
    std::string word = to_text(format);
    std::ranges::transform(word, word.begin(), [](unsigned char c) {
        return static_cast<char>(std::toupper(c));
    });
    return word;
}

}  // namespace

json::object encode(const CreateImageRequest& request) {
    json::object body;
    body["InstanceId"] = request.instance.text();
    body["ImageName"] = request.name;
    if (!request.description.empty())
        body["ImageDescription"] = request.description;
    // A string, and always sent: the documents disagree about the default's meaning.
    body["ForcePoweroff"] = request.power_off ? "true" : "false";
    if (!request.data_disks.empty())
        body["DataDiskIds"] = as_array(request.data_disks);
    if (request.tags.empty())
        return body;
    json::array tags;
    for (const auto& [key, value] : request.tags) {
        json::object tag;
        tag["Key"] = key;
        tag["Value"] = value;
        tags.emplace_back(std::move(tag));
    }
    json::object specification;
    specification["ResourceType"] = "image";
    specification["Tags"] = std::move(tags);
    json::array specifications;
    specifications.emplace_back(std::move(specification));
    body["TagSpecification"] = std::move(specifications);
    return body;
}

json::object encode(const SyncImageRequest& request) {
    json::object body;
    body["ImageIds"] = json::array{request.image.text()};  // one image per call
    body["DestinationRegions"] = as_array(request.destinations);
    body["ImageName"] = request.name;
    body["ImageSetRequired"] = true;  // else the answer does not name the copies
    return body;
}

json::object encode(const ExportImageRequest& request, const std::string& role_name) {
    json::object body;
    body["BucketName"] = request.bucket.text();
    body["ImageIds"] = json::array{request.image.text()};
    body["ExportFormat"] = format_word(request.format);
    body["FileNamePrefixList"] = json::array{request.prefix};
    body["OnlyExportRootDisk"] = false;
    if (!role_name.empty())
        body["RoleName"] = role_name;
    return body;
}

json::object encode_start_instance(const InstanceId& instance) {
    json::object body;
    body["InstanceIds"] = json::array{instance.text()};
    return body;
}

json::object encode_delete_images(const std::vector<ImageId>& images) {
    json::object body;
    body["ImageIds"] = as_array(images);
    body["DeleteBindedSnap"] = true;  // else the snapshots stay, and are billed
    return body;
}

json::object encode_describe_instances(const InstanceQuery& query, std::size_t offset) {
    json::object body;
    body["Limit"] = ids_per_call;
    if (!query.ids.empty()) {
        body["InstanceIds"] = as_array(query.ids);
        return body;
    }
    body["Offset"] = offset;
    if (query.tags.empty())
        return body;
    json::array filters;
    for (const auto& [key, values] : query.tags)
        filters.emplace_back(filter("tag:" + key, values));
    body["Filters"] = std::move(filters);
    return body;
}

json::object encode_describe_images(const std::vector<ImageId>& ids) {
    json::object body;
    body["ImageIds"] = as_array(ids);
    body["Limit"] = ids_per_call;
    return body;
}

json::object encode_describe_images_named(
    const std::vector<std::string>& names, std::size_t offset
) {
    json::object body = encode_describe_own_images(offset);
    body["Filters"].as_array().emplace_back(filter("image-name", names));
    return body;
}

json::object encode_describe_own_images(std::size_t offset) {
    json::array filters;
    filters.emplace_back(filter("image-type", {"PRIVATE_IMAGE"}));
    json::object body;
    body["Filters"] = std::move(filters);
    body["Offset"] = offset;
    body["Limit"] = ids_per_call;
    return body;
}

json::object encode_count_private_images() {
    json::object body = encode_describe_own_images(0);
    body["Limit"] = 1;
    return body;
}

json::object encode_describe_image_shares(const ImageId& image) {
    json::object body;
    body["ImageId"] = image.text();
    return body;
}

}  // namespace cvmbackup
