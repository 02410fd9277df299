// Where a call goes. By default to the vendor's public names; an account may override them
// (api_endpoint, cos_endpoint, metadata_endpoint):
//   "https://{service}.internal.tencentcloudapi.com" - with placeholders it is a name of its own:
//       connected to and sent as Host ({service} {region} for API 3.0, {bucket} {region} for COS);
//   "http://127.0.0.1:1234" - without, it is only where to connect; Host stays the public name, so
//       that the access endpoint remains visible to whoever answers there.
#pragma once

#include "model/failure.hpp"
#include "model/ids.hpp"
#include "model/policy.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace cvmbackup {

struct Endpoint {
    bool tls = true;
    std::string connect_host;
    std::uint16_t port = 443;
    std::string host;  // the Host header
    bool operator==(const Endpoint&) const = default;
};

// "https://name[:port]" or "http://name[:port]", IPv6 addresses in brackets, nothing behind.
Outcome<Endpoint> parse_endpoint(std::string_view url);

// Global services (sts) have no region in their name.
Outcome<Endpoint> api_endpoint(
    const Account& account, std::string_view service, const Region& region
);
Outcome<Endpoint> cos_endpoint(
    const Account& account, const BucketName& bucket, const Region& region
);
Outcome<Endpoint> metadata_endpoint(const Account& account);

}  // namespace cvmbackup
