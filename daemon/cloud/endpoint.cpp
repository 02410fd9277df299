#include "cloud/endpoint.hpp"

#include "cloud/text.hpp"

#include <utility>

namespace cvmbackup {

namespace {

using Value = std::pair<std::string_view, std::string_view>;

Failure bad_endpoint(std::string_view url, std::string_view why) {
    Failure failure;
    failure.remedy = Remedy::give_up;
    failure.code = "Endpoint";
    failure.text = "endpoint \"" + readable(url, 200) + "\": " + std::string(why) +
                   "; write https://NAME or http://NAME:PORT";
    return failure;
}

// Wherever it stands; an empty value takes the dot behind it along.
bool replace_placeholder(std::string& text, const Value& value) {
    std::string name = '{' + std::string(value.first) + '}';
    if (text.find(name) == std::string::npos)
        return false;
    if (value.second.empty())
        name += '.';
    for (auto at = text.find(name); at != std::string::npos;
         at = text.find(name, at + value.second.size()))
        text.replace(at, name.size(), value.second);
    return true;
}

Outcome<Endpoint> chosen(
    std::string override_url, std::string public_host, const Value& first, const Value& second
) {
    if (override_url.empty())
        return parse_endpoint("https://" + public_host);
    const bool has_first = replace_placeholder(override_url, first);
    const bool has_second = replace_placeholder(override_url, second);
    Outcome<Endpoint> endpoint = parse_endpoint(override_url);
    if (endpoint && !has_first && !has_second)
        endpoint->host = std::move(public_host);
    return endpoint;
}

struct HostAndPort {
    std::string_view host;
    std::string_view port;  // empty if none was given
};

HostAndPort split(std::string_view authority) {
    HostAndPort result;
    if (authority.starts_with('[')) {
        const auto end = authority.find(']');
        if (end == std::string_view::npos)
            return result;
        result.host = authority.substr(1, end - 1);
        authority.remove_prefix(end + 1);
        if (authority.starts_with(':'))
            result.port = authority.substr(1);
        else if (!authority.empty())
            result.host = {};
        return result;
    }
    const auto colon = authority.find(':');
    result.host = authority.substr(0, colon);
    if (colon != std::string_view::npos)
        result.port = authority.substr(colon + 1);
    return result;
}

}  // namespace

Outcome<Endpoint> parse_endpoint(std::string_view url) {
    Endpoint endpoint;
    std::string_view rest = url;
    if (rest.starts_with("https://")) {
        rest.remove_prefix(8);
    } else if (rest.starts_with("http://")) {
        rest.remove_prefix(7);
        endpoint.tls = false;
        endpoint.port = 80;
    } else {
        return bad_endpoint(url, "neither http:// nor https://");
    }
    if (rest.ends_with('/'))
        rest.remove_suffix(1);
    constexpr std::string_view allowed =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]";
    if (rest.find_first_not_of(allowed) != std::string_view::npos)
        return bad_endpoint(url, "there is a character that no name and port has");
    const auto [host, port] = split(rest);
    if (host.empty())
        return bad_endpoint(url, "there is no host name");
    endpoint.connect_host = host;
    endpoint.host = rest;
    if (port.empty() && !rest.ends_with(':'))
        return endpoint;
    const auto number = parse_number(port);
    if (!number || *number < 1 || *number > 65535)
        return bad_endpoint(url, "the port is no number from 1 to 65535");
    endpoint.port = static_cast<std::uint16_t>(*number);
    return endpoint;
}

Outcome<Endpoint> api_endpoint(
    const Account& account, std::string_view service, const Region& region
) {
    std::string host(service);
    if (service != "sts")
        host += '.' + region.text();
    host += ".tencentcloudapi.com";
    const Value by_service("service", service);
    const Value by_region("region", region.text());
    return chosen(account.api_endpoint, std::move(host), by_service, by_region);
}

Outcome<Endpoint> cos_endpoint(
    const Account& account, const BucketName& bucket, const Region& region
) {
    std::string host = bucket.text() + ".cos." + region.text() + ".myqcloud.com";
    const Value by_bucket("bucket", bucket.text());
    const Value by_region("region", region.text());
    return chosen(account.cos_endpoint, std::move(host), by_bucket, by_region);
}

Outcome<Endpoint> metadata_endpoint(const Account& account) {
    if (account.metadata_endpoint.empty())
        return parse_endpoint("http://metadata.tencentyun.com");
    return parse_endpoint(account.metadata_endpoint);
}

}  // namespace cvmbackup
