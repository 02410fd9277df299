#include "cloud/client.hpp"
#include "cloud/cos_codec.hpp"
#include "cloud/endpoint.hpp"

#include <iterator>
#include <utility>

namespace cvmbackup {

namespace {

constexpr std::size_t pages_max = 1000;  // a million objects

std::string request_id_of(const HttpAnswer& answer) {
    return std::string(find_header(answer.headers, "x-cos-request-id"));
}

}  // namespace

CosCall TencentCloud::cos_call(const BucketPlace& bucket, std::string action, std::string method)
    const {
    CosCall call;
    call.head.account = bucket.account;
    call.head.region = bucket.region;
    if (const auto state = accounts_.find(bucket.account))
        if (const auto endpoint = cos_endpoint(state->account, bucket.bucket, bucket.region))
            call.head.access_endpoint = endpoint->host;
    call.head.topic.action = std::move(action);
    call.head.topic.object = "bucket " + bucket.bucket.text();
    call.head.topic.region = bucket.region.text();
    call.head.handed_over = clock_.steady_now();
    call.bucket = bucket.bucket;
    call.method = std::move(method);
    return call;
}

Task<Outcome<std::optional<StoredObject>>> TencentCloud::head_object(
    BucketPlace bucket, std::string key
) {
    CosCall call = cos_call(bucket, "cos:HeadObject", "HEAD");
    call.key = std::move(key);
    const CallTopic topic = call.head.topic;
    const std::string wanted = call.key;
    const Outcome<HttpAnswer> answer = co_await cos_.call(std::move(call));
    if (!answer)
        co_return answer.error();
    std::optional<StoredObject> object;
    if (answer->status == 404)
        co_return object;
    Decoded<StoredObject> decoded = decode_object_head(wanted, answer->headers);
    if (!decoded)
        co_return unusable_answer(topic, decoded.error().why, request_id_of(*answer));
    object = std::move(*decoded);
    co_return object;
}

Task<Outcome<std::vector<StoredObject>>> TencentCloud::list_objects(
    BucketPlace bucket, std::string prefix
) {
    std::vector<StoredObject> objects;
    std::string marker;
    CallTopic topic;
    for (std::size_t pages = 0; pages < pages_max; ++pages) {
        CosCall call = cos_call(bucket, "cos:GetBucket", "GET");
        call.params = list_parameters(prefix, marker);
        topic = call.head.topic;
        const Outcome<HttpAnswer> answer = co_await cos_.call(std::move(call));
        if (!answer)
            co_return answer.error();
        Decoded<ObjectPage> page = decode_object_page(answer->body);
        if (!page)
            co_return unusable_answer(topic, page.error().why, request_id_of(*answer));
        std::move(page->objects.begin(), page->objects.end(), std::back_inserter(objects));
        if (page->next_marker.empty())
            co_return objects;
        if (page->next_marker == marker)
            break;
        marker = std::move(page->next_marker);
    }
    const std::string why = "its list of objects under '" + prefix + "' did not end after " +
                            std::to_string(objects.size());
    co_return unusable_answer(topic, why, std::string());
}

Task<Outcome<void>> TencentCloud::delete_object(BucketPlace bucket, std::string key) {
    // Repeating a deletion does no harm, so it is treated like a read.
    CosCall call = cos_call(bucket, "cos:DeleteObject", "DELETE");
    call.key = std::move(key);
    const Outcome<HttpAnswer> answer = co_await cos_.call(std::move(call));
    const bool was_absent = !answer && answer.error().code == "NoSuchKey";
    if (answer || was_absent)
        co_return Outcome<void>();
    co_return answer.error();
}

Task<Outcome<void>> TencentCloud::head_bucket(BucketPlace bucket) {
    CosCall call = cos_call(bucket, "cos:HeadBucket", "HEAD");
    const Outcome<HttpAnswer> answer = co_await cos_.call(std::move(call));
    if (!answer)
        co_return answer.error();
    co_return Outcome<void>();
}

}  // namespace cvmbackup
