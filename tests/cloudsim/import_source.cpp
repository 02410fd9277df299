#include "import_source.hpp"

#include "cos_common.hpp"
#include "cos_sign.hpp"
#include "endpoints.hpp"
#include "regions.hpp"
#include "text.hpp"

#include <algorithm>
#include <charconv>

namespace cloudsim {
namespace {

constexpr std::uint64_t gibibyte = 1ULL << 30U;

[[noreturn]] void refuse_url(const std::string& why) {
    throw Refusal{"InvalidParameter.InvalidParameterUrlError", why};
}

// The request that would fetch the URL.
HttpRequest fetch_of(const std::string& url) {
    const auto scheme_end = url.find("://");
    const std::string scheme = url.substr(0, scheme_end);
    if (scheme_end == std::string::npos || (scheme != "http" && scheme != "https")) {
        refuse_url("The URL does not begin with http:// or https://.");
    }
    const auto host_at = scheme_end + 3;
    const auto path_at = url.find('/', host_at);
    HttpRequest request;
    request.method = "GET";
    request.target = path_at == std::string::npos ? "/" : url.substr(path_at);
    request.headers.emplace_back("Host", url.substr(host_at, path_at - host_at));
    return request;
}

// Overseas the object must be in the same region, in a finance region too; in the mainland anywhere
// in it.
void check_region(const Call& call, const std::string& name) {
    const Region* from = find_region(name);
    const Region* to = find_region(call.region);
    if (from == nullptr) {
        refuse_url("The URL is not of COS.");
    }
    const bool is_free = from->mainland && to->mainland && !from->finance && !to->finance;
    if (name != call.region && !is_free) {
        refuse_url("Objects in " + name + " cannot be imported in " + call.region + ".");
    }
}

// A signed URL opens what its signer owns; without a signature it is the caller's own.
bool may_read(const Call& call, const HttpRequest& fetch, const BucketState& bucket) {
    if (!contains(fetch.target, "q-signature=")) {
        return bucket.uin == call.account.uin;
    }
    try {
        const State& state = call.state;
        return authenticate_cos(fetch, state, state.now, call.real_now).uin == bucket.uin;
    } catch (const CosRefusal&) {
        return false;
    }
}

std::int64_t number_in(const ObjectVersion& object, const char* name, std::int64_t otherwise) {
    const auto found = object.metadata.find(name);
    if (found == object.metadata.end()) {
        return otherwise;
    }
    std::int64_t number = otherwise;
    std::from_chars(found->second.data(), found->second.data() + found->second.size(), number);
    return number;
}

ImportSource content_of(const ObjectVersion& object) {
    ImportSource source;
    // Of a format other than RAW the file is smaller than the disk.
    const auto whole = object.disk_size > 0
                           ? object.disk_size
                           : static_cast<std::int64_t>((object.size + gibibyte - 1) / gibibyte);
    source.size = number_in(object, "x-cos-meta-sim-size", std::max<std::int64_t>(1, whole));
    const std::int64_t used = object.used > 0 ? object.used : source.size;
    source.used = number_in(object, "x-cos-meta-sim-used", used);
    const auto flaw = object.metadata.find("x-cos-meta-sim-flaw");
    source.flaw = flaw == object.metadata.end() ? object.flaw : flaw->second;
    return source;
}

}  // namespace

ImportSource import_source(const Call& call, const std::string& url) {
    const HttpRequest fetch = fetch_of(url);
    const CosTarget target = cos_target(fetch);
    if (target.region.empty() || target.bucket.empty() || target.key.empty()) {
        refuse_url("The URL is none of an object in COS.");
    }
    check_region(call, target.region);
    const BucketState* bucket = call.state.find_bucket(target.bucket);
    const ObjectVersion* object =
        bucket == nullptr ? nullptr : current_version(*bucket, target.key);
    if (object == nullptr || is_archived(*object, call.state.now) ||
        bucket->bucket.region != target.region || !may_read(call, fetch, *bucket)) {
        ImportSource nothing;
        nothing.failure = "InvalidUrl";
        return nothing;
    }
    return content_of(*object);
}

}  // namespace cloudsim
