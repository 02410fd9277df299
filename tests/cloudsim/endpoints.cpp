#include "endpoints.hpp"

#include "regions.hpp"
#include "text.hpp"

namespace cloudsim {
namespace {

constexpr std::string_view api_domain = ".tencentcloudapi.com";
constexpr std::string_view metadata_path = "/latest/meta-data";

struct CosHost {
    std::string bucket;
    std::string region;
};

// [BUCKET.]cos.REGION.myqcloud.com, also cos-internal and tencentcos.cn.
std::optional<CosHost> cos_host(std::string_view host) {
    for (const std::string_view domain : {".myqcloud.com", ".tencentcos.cn"}) {
        if (!host.ends_with(domain)) {
            continue;
        }
        const std::vector<std::string> labels =
            split(host.substr(0, host.size() - domain.size()), '.');
        const std::size_t count = labels.size();
        if (count < 2 || count > 3 ||
            (labels[count - 2] != "cos" && labels[count - 2] != "cos-internal")) {
            return std::nullopt;
        }
        return CosHost{count == 3 ? labels[0] : "", labels[count - 1]};
    }
    return std::nullopt;
}

}  // namespace

std::string host_name(const HttpRequest& request) {
    const std::string host = to_lower(request.header("Host").value_or(""));
    const auto colon = host.rfind(':');
    return host.substr(0, colon);
}

std::optional<ApiEndpoint> api_endpoint(std::string_view host) {
    if (!host.ends_with(api_domain)) {
        return std::nullopt;
    }
    const std::vector<std::string> labels =
        split(host.substr(0, host.size() - api_domain.size()), '.');
    if (labels.empty() || labels.size() > 2) {
        return ApiEndpoint{};
    }
    ApiEndpoint endpoint{labels[0], ""};
    if (labels.size() == 2 && labels[1] != "internal" && labels[1] != "intl") {
        endpoint.region = labels[1];
    }
    return endpoint;
}

Service service_of(const HttpRequest& request) {
    const std::string host = host_name(request);
    if (cos_host(host)) {
        return Service::cos;
    }
    if (api_endpoint(host) || request.header("X-TC-Action")) {
        return Service::api;
    }
    if (request.target.starts_with(metadata_path)) {
        return Service::metadata;
    }
    const Target target = parse_target(request.target);
    const bool is_old_api = target.query.contains("Action") && target.query.contains("SecretId");
    const bool is_api = target.path == "/" && (request.method == "POST" || is_old_api);
    return is_api ? Service::api : Service::cos;
}

CosTarget cos_target(const HttpRequest& request) {
    const std::string_view coded = request.target;
    std::string path = percent_decode(coded.substr(0, coded.find('?')));
    if (path.starts_with('/')) {
        path.erase(0, 1);
    }
    CosTarget target;
    if (const auto host = cos_host(host_name(request))) {
        target.bucket = host->bucket;
        target.region = host->region;
    }
    if (!target.bucket.empty()) {
        target.key = path;
        return target;
    }
    const auto slash = path.find('/');
    target.bucket = path.substr(0, slash);
    target.key = slash == std::string::npos ? "" : path.substr(slash + 1);
    return target;
}

}  // namespace cloudsim
