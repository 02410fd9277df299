// The object operations of COS on one bucket (facts/tencent-cloud.md 5.3 and 5.4). Each gives the
// whole answer or throws CosRefusal.
#pragma once

#include "cos_sign.hpp"
#include "endpoints.hpp"
#include "messages.hpp"
#include "state.hpp"
#include "text.hpp"

namespace cloudsim {

struct CosCall {
    State& state;
    BucketState& bucket;
    const HttpRequest& request;
    std::string key;
    std::map<std::string, std::string> query;
};

HttpAnswer head_bucket(CosCall& call);
HttpAnswer list_objects(CosCall& call);
HttpAnswer head_object(CosCall& call);
HttpAnswer get_object(CosCall& call);
HttpAnswer put_object(CosCall& call);
HttpAnswer delete_object(CosCall& call);

// The newest version, unless it is a delete marker.
const ObjectVersion* current_version(const BucketState& bucket, const std::string& key);

}  // namespace cloudsim
