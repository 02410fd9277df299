// Which service a request is for, read from its Host, target and headers.
#pragma once

#include "messages.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace cloudsim {

enum class Service { api, cos, metadata };

Service service_of(const HttpRequest& request);

// The Host header in lower case and without port.
std::string host_name(const HttpRequest& request);

// cvm.tencentcloudapi.com, cvm.REGION.tencentcloudapi.com and the internal and intl forms.
struct ApiEndpoint {
    std::string service;
    std::string region;  // "" when the endpoint is not one region's
};

// Nothing for a host that is not the cloud's own, such as 127.0.0.1.
std::optional<ApiEndpoint> api_endpoint(std::string_view host);

struct CosTarget {
    std::string bucket;  // "" for a request to the service itself
    std::string key;     // without leading slash, "" for the bucket
    std::string region;  // as the host tells it, "" when it does not
};

CosTarget cos_target(const HttpRequest& request);

}  // namespace cloudsim
