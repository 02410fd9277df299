// The operations of COS (facts/tencent-cloud.md 5.3 to 5.6). Each gives the whole answer or throws
// CosRefusal. cos_table.cpp tells which request is which; what it does not list is not simulated.
#pragma once

#include "cos_sign.hpp"
#include "endpoints.hpp"
#include "messages.hpp"
#include "state.hpp"
#include "text.hpp"

namespace cloudsim {

struct CosCall {
    State& state;
    const Credential& caller;
    BucketState* bucket;  // null for the service's own operation only
    const HttpRequest& request;
    CosTarget target;
    std::map<std::string, std::string> query;

    const std::string& key() const { return target.key; }

    // "" when it is not there.
    std::string parameter(const std::string& name) const;
    // Refuses what is not a number from least to most.
    int number(const std::string& name, int fallback, int least, int most) const;
};

struct CosOperation {
    std::string name = "Unknown";
    HttpAnswer (*perform)(CosCall&) = nullptr;  // null when it is not simulated
    std::string unknown;  // what made it so: a parameter or header that nobody reads
};

// Of all operations that are simulated.
std::vector<std::string> cos_operation_names();
CosOperation cos_operation(const HttpRequest& request, const CosTarget& target);

HttpAnswer list_buckets(CosCall& call);

HttpAnswer head_bucket(CosCall& call);
HttpAnswer list_objects(CosCall& call);
HttpAnswer list_versions(CosCall& call);
HttpAnswer list_uploads(CosCall& call);
HttpAnswer bucket_location(CosCall& call);
HttpAnswer get_versioning(CosCall& call);
HttpAnswer put_versioning(CosCall& call);
HttpAnswer get_object_lock(CosCall& call);
HttpAnswer put_object_lock(CosCall& call);
HttpAnswer delete_objects(CosCall& call);

HttpAnswer head_object(CosCall& call);
HttpAnswer get_object(CosCall& call);
HttpAnswer put_object(CosCall& call);
HttpAnswer copy_object(CosCall& call);
HttpAnswer delete_object(CosCall& call);
HttpAnswer restore_object(CosCall& call);
HttpAnswer get_retention(CosCall& call);
HttpAnswer put_retention(CosCall& call);

HttpAnswer initiate_upload(CosCall& call);
HttpAnswer upload_part(CosCall& call);
HttpAnswer copy_part(CosCall& call);
HttpAnswer list_parts(CosCall& call);
HttpAnswer complete_upload(CosCall& call);
HttpAnswer abort_upload(CosCall& call);

}  // namespace cloudsim
