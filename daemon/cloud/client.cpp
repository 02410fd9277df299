#include "cloud/client.hpp"

#include "cloud/endpoint.hpp"
#include "cloud/json_reader.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace cvmbackup {

namespace {

// A listing that keeps growing while it is read must end some time.
constexpr std::size_t pages_max = 1000;
constexpr std::size_t rounds_max = 3;

const char* action_of(Change change) {
    switch (change) {
        case Change::create_image:
            return "CreateImage";
        case Change::sync_images:
            return "SyncImages";
        case Change::export_images:
            return "ExportImages";
        case Change::delete_images:
            return "DeleteImages";
        case Change::start_instances:
            return "StartInstances";
    }
    return "";
}

std::string name_of(const std::vector<ImageId>& images) {
    if (images.size() == 1)
        return "image " + images.front().text();
    return std::to_string(images.size()) + " images";
}

Decoded<bool> decode_nothing(const boost::json::object&) {
    return true;
}

Outcome<void> without_value(const Outcome<bool>& outcome) {
    if (!outcome)
        return outcome.error();
    return {};
}

}  // namespace

std::string TencentCloud::access_endpoint(const AccountName& account, const Region& region) const {
    const auto state = accounts_.find(account);
    if (!state)
        return {};
    const char* service = region.empty() ? "sts" : "cvm";
    const Outcome<Endpoint> endpoint = api_endpoint(state->account, service, region);
    return endpoint ? endpoint->host : std::string();
}

ApiCall TencentCloud::api_call(const Place& place, std::string action, std::string object) const {
    ApiCall call;
    call.head.account = place.account;
    call.head.region = place.region;
    call.head.access_endpoint = access_endpoint(place.account, place.region);
    call.head.topic.action = std::move(action);
    call.head.topic.object = std::move(object);
    call.head.topic.region = place.region.text();
    call.head.handed_over = clock_.steady_now();
    return call;
}

ApiCall TencentCloud::change_call(const Place& place, std::string action, std::string object)
    const {
    ApiCall call = api_call(place, std::move(action), std::move(object));
    call.head.topic.is_change = true;
    return call;
}

template <class Result>
Task<Outcome<Result>> TencentCloud::ask(ApiCall call, Decoder<Result> decode) {
    const CallTopic topic = call.head.topic;
    const Outcome<boost::json::object> response = co_await api_.call(std::move(call));
    if (!response)
        co_return response.error();
    Decoded<Result> result = decode(*response);
    if (result)
        co_return std::move(*result);
    std::string problem;
    std::string request_id = JsonReader(*response, "", problem).text("RequestId");
    co_return unusable_answer(topic, result.error().why, std::move(request_id));
}

Task<void> TencentCloud::turn(Place place, Change change) {
    PaceKey key;
    key.account = place.account;
    key.access_endpoint = access_endpoint(place.account, place.region);
    key.action = action_of(change);
    co_await pace_.limiter(key).turn();
}

Task<Outcome<ImageId>> TencentCloud::create_image(Place place, CreateImageRequest request) {
    ApiCall call = change_call(place, "CreateImage", "instance " + request.instance.text());
    call.body = encode(request);
    co_return co_await ask<ImageId>(std::move(call), decode_created_image);
}

Task<Outcome<std::vector<SyncedImage>>> TencentCloud::sync_image(
    Place place, SyncImageRequest request
) {
    ApiCall call = change_call(place, "SyncImages", "image " + request.image.text());
    call.body = encode(request);
    co_return co_await ask<std::vector<SyncedImage>>(std::move(call), decode_synced_images);
}

Task<Outcome<std::vector<std::string>>> TencentCloud::export_image(
    Place place, ExportImageRequest request
) {
    std::string object = "image " + request.image.text() + " to bucket " + request.bucket.text();
    ApiCall call = change_call(place, "ExportImages", std::move(object));
    const auto state = accounts_.find(place.account);
    call.body = encode(request, state ? state->account.role_name : std::string());
    co_return co_await ask<std::vector<std::string>>(std::move(call), decode_exported_keys);
}

Task<Outcome<void>> TencentCloud::delete_images(Place place, std::vector<ImageId> images) {
    ApiCall call = change_call(place, "DeleteImages", name_of(images));
    call.body = encode_delete_images(images);
    const Outcome<bool> done = co_await ask<bool>(std::move(call), decode_nothing);
    co_return without_value(done);
}

Task<Outcome<void>> TencentCloud::start_instance(Place place, InstanceId instance) {
    ApiCall call = change_call(place, "StartInstances", "instance " + instance.text());
    call.body = encode_start_instance(instance);
    const Outcome<bool> done = co_await ask<bool>(std::move(call), decode_nothing);
    co_return without_value(done);
}

// Each page begins with the last item of the one before: if another one is there, something came or
// went meanwhile, though the total may be the same, and what moved across was not shown.
template <class Item>
Task<Outcome<TencentCloud::Listing<Item>>> TencentCloud::list_once(const Question<Item>& question) {
    Listing<Item> listing;
    decltype(Item::id) last;
    std::size_t reached = 0;
    for (std::size_t pages = 0; pages < pages_max; ++pages) {
        const std::size_t offset = std::max<std::size_t>(reached, 1) - 1;
        ApiCall call = api_call(question.place, question.action, question.object);
        call.body = question.body(offset);
        Outcome<Page<Item>> page = co_await ask<Page<Item>>(std::move(call), question.decode);
        if (!page)
            co_return page.error();
        const bool goes_on = !page->items.empty() && page->items.front().id == last;
        if (pages > 0 && (!goes_on || listing.total != page->total))
            listing.stood_still = false;
        listing.total = page->total;
        const std::size_t end = offset + page->items.size();
        const bool is_last = end <= reached || end >= page->total;
        reached = end;
        for (Item& item : page->items) {
            last = item.id;
            auto id = item.id;
            listing.items.insert_or_assign(std::move(id), std::move(item));
        }
        if (is_last)
            break;
    }
    if (listing.items.size() < listing.total)
        listing.stood_still = false;
    co_return listing;
}

// A list that moved is read again: what was pushed to a page already read is met there then. If it
// moves each time, in a busy place or because its order never stays (nobody documents one),
// whatever was seen counts; the cloud refuses what is gone. Fewer than there are must not pass for
// all: what is not listed may be made again, or be called lost.
template <class Item>
Task<Outcome<std::vector<Item>>> TencentCloud::list(Question<Item> question) {
    std::map<decltype(Item::id), Item> seen;
    std::size_t total = 0;
    bool stood_still = false;
    for (std::size_t round = 0; round < rounds_max && !stood_still; ++round) {
        Outcome<Listing<Item>> listing = co_await list_once(question);
        if (!listing)
            co_return listing.error();
        stood_still = listing->stood_still;
        total = listing->total;
        listing->items.merge(seen);  // the newest of each stays
        seen = std::move(listing->items);
    }
    if (seen.size() < total) {
        const ApiCall call = api_call(question.place, question.action, question.object);
        const std::string why = "it lists " + std::to_string(seen.size()) + " of " +
                                std::to_string(total) + ", however often its pages are read";
        co_return unusable_answer(call.head.topic, why, std::string());
    }
    std::vector<Item> all;
    all.reserve(seen.size());
    for (auto& [id, item] : seen)
        all.push_back(std::move(item));
    co_return all;
}

Task<Outcome<std::vector<Instance>>> TencentCloud::instances(Place place, InstanceQuery query) {
    Question<Instance> question;
    question.place = std::move(place);
    question.action = "DescribeInstances";
    question.body = [query = std::move(query)](std::size_t offset) {
        return encode_describe_instances(query, offset);
    };
    question.decode = decode_instances;
    co_return co_await list(std::move(question));
}

Task<Outcome<std::vector<Image>>> TencentCloud::own_images(Place place) {
    Question<Image> question;
    question.place = std::move(place);
    question.action = "DescribeImages";
    question.body = encode_describe_own_images;
    question.decode = decode_images;
    co_return co_await list(std::move(question));
}

Task<Outcome<std::vector<Image>>> TencentCloud::images(Place place, std::vector<ImageId> ids) {
    std::vector<Image> none;
    if (ids.empty())
        co_return none;
    ApiCall call = api_call(place, "DescribeImages", name_of(ids));
    call.body = encode_describe_images(ids);
    Outcome<Page<Image>> page = co_await ask<Page<Image>>(std::move(call), decode_images);
    if (!page)
        co_return page.error();
    co_return std::move(page->items);
}

Task<Outcome<std::vector<Image>>> TencentCloud::images_named(
    Place place, std::vector<std::string> names
) {
    Question<Image> question;
    question.place = std::move(place);
    question.action = "DescribeImages";
    question.object = "images named " + names.front();
    question.body = [names](std::size_t offset) {
        return encode_describe_images_named(names, offset);
    };
    question.decode = decode_images;
    Outcome<std::vector<Image>> found = co_await list(std::move(question));
    if (found)  // the cloud's filter finds what contains the name
        std::erase_if(*found, [&](const Image& image) {
            return std::ranges::count(names, image.name) == 0;
        });
    co_return found;
}

Task<Outcome<std::vector<std::string>>> TencentCloud::image_shares(Place place, ImageId image) {
    ApiCall call = api_call(place, "DescribeImageSharePermission", "image " + image.text());
    call.body = encode_describe_image_shares(image);
    co_return co_await ask<std::vector<std::string>>(std::move(call), decode_image_shares);
}

Task<Outcome<ImageQuota>> TencentCloud::image_quota(Place place) {
    ApiCall quota_call = api_call(place, "DescribeImageQuota", std::string());
    const Outcome<int> limit = co_await ask<int>(std::move(quota_call), decode_image_quota);
    if (!limit)
        co_return limit.error();
    ApiCall count_call = api_call(place, "DescribeImages", std::string());
    count_call.body = encode_count_private_images();
    const Outcome<Page<Image>> page =
        co_await ask<Page<Image>>(std::move(count_call), decode_images);
    if (!page)
        co_return page.error();
    ImageQuota quota;
    quota.limit = *limit;
    quota.used = static_cast<int>(page->total);
    co_return quota;
}

Task<Outcome<Identity>> TencentCloud::identity(AccountName account) {
    Place nowhere;
    nowhere.account = std::move(account);
    ApiCall call = api_call(nowhere, "GetCallerIdentity", "account " + nowhere.account.text());
    call.service = "sts";
    call.version = "2018-08-13";
    co_return co_await ask<Identity>(std::move(call), decode_identity);
}

}  // namespace cvmbackup
