// The Cloud port on API 3.0 and COS: which action with which parameters, paging, and how answers
// become model values. Everything about how a call is made lies in the Api and Cos it is given.
#pragma once

#include "cloud/accounts.hpp"
#include "cloud/api.hpp"
#include "cloud/codec.hpp"
#include "cloud/pace.hpp"
#include "cloud/tencent_cloud.hpp"
#include "ports/cloud.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cvmbackup {

class TencentCloud : public CloudClient {
public:
    TencentCloud(Accounts& accounts, Pace& pace, Clock& clock, Api& api, Cos& cos)
        : accounts_(accounts)
        , pace_(pace)
        , clock_(clock)
        , api_(api)
        , cos_(cos) {}

    void set_accounts(std::vector<Account> accounts) override {
        accounts_.set(std::move(accounts));
    }

    Task<void> turn(Place place, Change change) override;

    Task<Outcome<ImageId>> create_image(Place place, CreateImageRequest request) override;
    Task<Outcome<std::vector<SyncedImage>>> sync_image(Place place, SyncImageRequest request)
        override;
    Task<Outcome<std::vector<std::string>>> export_image(Place place, ExportImageRequest request)
        override;
    Task<Outcome<void>> delete_images(Place place, std::vector<ImageId> images) override;

    Task<Outcome<void>> start_instance(Place place, InstanceId instance) override;

    Task<Outcome<std::vector<Instance>>> instances(Place place, InstanceQuery query) override;
    Task<Outcome<std::vector<Image>>> images(Place place, std::vector<ImageId> ids) override;
    Task<Outcome<std::vector<Image>>> images_named(Place place, std::vector<std::string> names)
        override;
    Task<Outcome<std::vector<Image>>> own_images(Place place) override;
    Task<Outcome<std::vector<std::string>>> image_shares(Place place, ImageId image) override;
    Task<Outcome<ImageQuota>> image_quota(Place place) override;
    Task<Outcome<Identity>> identity(AccountName account) override;

    std::optional<Duration> clock_ahead(const AccountName& account) const override {
        return accounts_.clock_ahead(account);
    }

    Task<Outcome<std::optional<StoredObject>>> head_object(BucketPlace bucket, std::string key)
        override;
    Task<Outcome<std::vector<StoredObject>>> list_objects(BucketPlace bucket, std::string prefix)
        override;
    Task<Outcome<void>> delete_object(BucketPlace bucket, std::string key) override;
    Task<Outcome<void>> head_bucket(BucketPlace bucket) override;

private:
    template <class Result>
    using Decoder = Decoded<Result> (*)(const boost::json::object&);

    ApiCall api_call(const Place& place, std::string action, std::string object) const;
    ApiCall change_call(const Place& place, std::string action, std::string object) const;
    CosCall cos_call(const BucketPlace& bucket, std::string action, std::string method) const;
    std::string access_endpoint(const AccountName& account, const Region& region) const;

    // Makes the call and reads its answer.
    template <class Result>
    Task<Outcome<Result>> ask(ApiCall call, Decoder<Result> decode);

    // One reading of all pages, how many items there are by the last, and whether the list stood
    // still meanwhile.
    template <class Item>
    struct Listing {
        std::map<decltype(Item::id), Item> items;
        std::size_t total = 0;
        bool stood_still = true;
    };

    // What to ask for, page by page.
    template <class Item>
    struct Question {
        Place place;
        std::string action;
        std::string object;
        std::function<boost::json::object(std::size_t offset)> body;
        Decoder<Page<Item>> decode;
    };

    template <class Item>
    Task<Outcome<Listing<Item>>> list_once(const Question<Item>& question);
    template <class Item>
    Task<Outcome<std::vector<Item>>> list(Question<Item> question);

    Accounts& accounts_;
    Pace& pace_;
    Clock& clock_;
    Api& api_;
    Cos& cos_;
};

}  // namespace cvmbackup
