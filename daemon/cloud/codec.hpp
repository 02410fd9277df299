// Our words to and from the JSON of API 3.0 (CVM 2017-03-12, STS 2018-08-13): pure functions.
// Readers take the Response object; they accept unknown fields, nulls and missing optional fields,
// and fail with a sentence on whatever we cannot do without. A list that is not there is no empty
// list.
#pragma once

#include "model/cloud_objects.hpp"
#include "ports/cloud.hpp"

#include <boost/json/object.hpp>
#include <boost/system/result.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace cvmbackup {

// Why an answer cannot be used; becomes a Failure where the call is known.
struct BadAnswer {
    std::string why;
};

[[noreturn]] void throw_exception_from_error(
    const BadAnswer& answer, const boost::source_location& where
);

template <class T>
using Decoded = boost::system::result<T, BadAnswer>;

// A page of a Describe action, and how many there are altogether.
template <class T>
struct Page {
    std::vector<T> items;
    std::size_t total = 0;
};

boost::json::object encode(const CreateImageRequest& request);
boost::json::object encode(const SyncImageRequest& request);
boost::json::object encode(const ExportImageRequest& request, const std::string& role_name);
boost::json::object encode_start_instance(const InstanceId& instance);
boost::json::object encode_delete_images(const std::vector<ImageId>& images);
boost::json::object encode_describe_instances(const InstanceQuery& query, std::size_t offset);
boost::json::object encode_describe_images(const std::vector<ImageId>& ids);
// The name filter is fuzzy in the cloud; compare the names of the answer.
boost::json::object encode_describe_images_named(
    const std::vector<std::string>& names, std::size_t offset
);
boost::json::object encode_describe_own_images(std::size_t offset);
boost::json::object encode_count_private_images();
boost::json::object encode_describe_image_shares(const ImageId& image);

Decoded<ImageId> decode_created_image(const boost::json::object& response);
Decoded<std::vector<SyncedImage>> decode_synced_images(const boost::json::object& response);
Decoded<std::vector<std::string>> decode_exported_keys(const boost::json::object& response);
Decoded<Page<Instance>> decode_instances(const boost::json::object& response);
Decoded<Page<Image>> decode_images(const boost::json::object& response);
Decoded<std::vector<std::string>> decode_image_shares(const boost::json::object& response);
Decoded<int> decode_image_quota(const boost::json::object& response);
Decoded<Identity> decode_identity(const boost::json::object& response);

}  // namespace cvmbackup
