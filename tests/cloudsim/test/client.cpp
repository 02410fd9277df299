#include "client.hpp"

#include "../actions.hpp"
#include "../cos_sign.hpp"
#include "../tc3.hpp"
#include "../text.hpp"

#include <algorithm>

namespace cloudsim::test {

namespace json = boost::json;

const Keys owner_keys{"AKIDowner", "ownerkey", ""};
const Keys other_keys{"AKIDother", "otherkey", ""};

namespace {

constexpr const char* kind_world = R"(
[timing]
create = "10min"
copy = "20min"
export = "15min"
start = "30s"
stop = "30s"
)";

constexpr const char* kind_behaviour = R"(
source_busy_during_copy = false
source_busy_during_export = false
poweroff_false = "live"
partial_sync = "none-begins"
second_export = "overwrites"
duplicate_ids = "once"
doubtful_regions = true
poweroff_stays_off = false
list_delay = "0s"
tags_late = "0s"
)";

constexpr const char* owner_account = R"(
[[account]]
uin = "100000000001"
app_id = 1250000000
secret_id = "AKIDowner"
secret_key = "ownerkey"
[[account.bucket]]
name = "backup-1250000000"
region = "ap-guangzhou"
[[account.role]]
name = "backup-role"
lifetime = "2h"
[[account.instance]]
id = "ins-00000001"
name = "web-1"
region = "ap-guangzhou"
zone = "ap-guangzhou-3"
cam_role = "backup-role"
tags = { tier = "web" }
system_disk = { size = 50, id = "disk-0000sys1" }
data_disks = [
  { size = 100, id = "disk-000data1" },
  { size = 10, type = "LOCAL_SSD", id = "disk-00local1" },
]
[[account.instances]]
count = 30
id_prefix = "ins-w"
region = "ap-guangzhou"
tags = { tier = "load" }
)";

constexpr const char* other_account = R"(
[[account]]
uin = "100000000002"
app_id = 1250000002
secret_id = "AKIDother"
secret_key = "otherkey"
[[account.bucket]]
name = "backup-1250000002"
region = "ap-guangzhou"
)";

// The keys of the kind behaviour that the text does not set itself.
std::string with_kind_behaviour(const std::string& extra) {
    std::string missing;
    for (const std::string& line : split(kind_behaviour, '\n')) {
        const std::string key = line.substr(0, line.find('='));
        if (!key.empty() && !contains(extra, key)) {
            missing += line + "\n";
        }
    }
    const std::string header = "[behaviour]\n";
    const auto at = extra.find(header);
    if (at == std::string::npos) {
        return extra + header + missing;
    }
    return extra.substr(0, at + header.size()) + missing + extra.substr(at + header.size());
}

}  // namespace

World parse_small_world(const std::string& extra, const std::string& account_extra) {
    return parse_world(
        kind_world + with_kind_behaviour(extra) + owner_account + account_extra + other_account
    );
}

World small_world(const std::string& extra) {
    return parse_small_world(extra, "");
}

HttpRequest api_request(
    const std::string& action,
    const std::string& body,
    const std::string& region,
    Instant signed_at,
    const Keys& keys,
    const std::string& host
) {
    HttpRequest request;
    const std::string timestamp = std::to_string(whole_seconds(signed_at));
    const std::string date = to_utc_date(signed_at);
    const auto known = std::ranges::find(all_actions(), action, &Action::name);
    const std::string service{known == all_actions().end() ? "cvm" : known->service};
    request.body = body;
    request.headers = {
        {"Host", service == "cvm" ? host : service + ".tencentcloudapi.com"},
        {"Content-Type", "application/json"},
        {"X-TC-Action", action},
        {"X-TC-Version", std::string{version_of(service)}},
        {"X-TC-Timestamp", timestamp}};
    if (!region.empty()) {
        request.headers.emplace_back("X-TC-Region", region);
    }
    if (!keys.token.empty()) {
        request.headers.emplace_back("X-TC-Token", keys.token);
    }
    const std::string canonical = tc3_canonical_request(request, {"content-type", "host"});
    const std::string signature =
        tc3_signature(keys.secret_key, date, service, timestamp, canonical);
    request.headers.emplace_back(
        "Authorization",
        "TC3-HMAC-SHA256 Credential=" + keys.secret_id + "/" + date + "/" + service +
            "/tc3_request, SignedHeaders=content-type;host, Signature=" + signature
    );
    return request;
}

HttpRequest cos_request(
    const std::string& method,
    const std::string& target,
    const std::string& body,
    Instant signed_at,
    const Keys& keys,
    Headers more_headers,
    const std::string& signed_headers
) {
    HttpRequest request;
    request.method = method;
    request.target = target;
    request.headers = std::move(more_headers);
    if (!request.header("Host")) {
        request.headers.emplace_back("Host", "backup-1250000000.cos.ap-guangzhou.myqcloud.com");
    }
    request.body = body;
    CosAuthorization authorization;
    authorization.secret_id = keys.secret_id;
    authorization.key_time = std::to_string(whole_seconds(signed_at) - 60) + ";" +
                             std::to_string(whole_seconds(signed_at) + 3600);
    authorization.sign_time = authorization.key_time;
    authorization.header_names = split(signed_headers, ';');
    std::string params;
    for (const auto& [name, value] : parse_target(target).query) {
        authorization.param_names.push_back(to_lower(percent_encode(name)));
        params += (params.empty() ? "" : ";") + authorization.param_names.back();
    }
    const std::string signature =
        cos_signature(keys.secret_key, authorization, cos_http_string(request, authorization));
    request.headers.emplace_back(
        "Authorization",
        "q-sign-algorithm=sha1&q-ak=" + keys.secret_id + "&q-sign-time=" + authorization.sign_time +
            "&q-key-time=" + authorization.key_time + "&q-header-list=" + signed_headers +
            "&q-url-param-list=" + params + "&q-signature=" + signature
    );
    if (!keys.token.empty()) {
        request.headers.emplace_back("x-cos-security-token", keys.token);
    }
    return request;
}

void CloudTest::use(World world, const std::string& faults, std::uint64_t seed) {
    cloud = std::make_unique<Cloud>(world, seed, parse_faults(faults));
}

Reply CloudTest::send(const HttpRequest& request) {
    now += pace;
    Reply reply;
    reply.answer = cloud->handle(request, now);
    json::error_code error;
    const json::value body = json::parse(reply.answer.body, error);
    if (error || !body.is_object()) {
        reply.code = "no JSON";
        return reply;
    }
    reply.response = body.at("Response").as_object();
    if (const json::value* problem = reply.response.if_contains("Error")) {
        reply.code = problem->at("Code").as_string().c_str();
    }
    return reply;
}

Reply CloudTest::call_in(
    const std::string& region, const std::string& action, const std::string& body
) {
    return send(api_request(action, body, region, now));
}

Reply CloudTest::call(const std::string& action, const std::string& body) {
    return call_in("ap-guangzhou", action, body);
}

Reply CloudTest::call_as_other(const std::string& action, const std::string& body) {
    return send(api_request(action, body, "ap-guangzhou", now, other_keys));
}

HttpAnswer CloudTest::cos(
    const std::string& method,
    const std::string& target,
    const std::string& body,
    Headers more_headers
) {
    now += pace;
    const HttpRequest request =
        cos_request(method, target, body, now, owner_keys, std::move(more_headers));
    return cloud->handle(request, now);
}

std::string CloudTest::ready_image(const std::string& name) {
    const Reply created =
        call("CreateImage", R"({"InstanceId":"ins-00000001","ImageName":")" + name + R"("})");
    wait(15min);
    return created.text("ImageId");
}

std::string CloudTest::state_of(const std::string& image_id, const std::string& region) {
    const Reply reply =
        call_in(region, "DescribeImages", R"({"ImageIds":[")" + image_id + R"("]})");
    return reply.total() == 0 ? "" : reply.first("ImageSet", "ImageState");
}

std::string Reply::text(const std::string& name) const {
    const json::value* value = response.if_contains(name);
    return value != nullptr && value->is_string() ? std::string{value->as_string().c_str()} : "";
}

const json::array& Reply::set(const std::string& name) const {
    static const json::array none;
    const json::value* value = response.if_contains(name);
    return value != nullptr && value->is_array() ? value->get_array() : none;
}

std::vector<std::string> Reply::all(const std::string& set_name, const std::string& member) const {
    std::vector<std::string> values;
    for (const json::value& element : set(set_name)) {
        const json::value& value = element.at(member);
        values.push_back(value.is_string() ? value.as_string().c_str() : json::serialize(value));
    }
    return values;
}

std::string Reply::first(const std::string& set_name, const std::string& member) const {
    const std::vector<std::string> values = all(set_name, member);
    return values.empty() ? "" : values.front();
}

std::int64_t Reply::total() const {
    const json::value* value = response.if_contains("TotalCount");
    return value == nullptr ? -1 : value->to_number<std::int64_t>();
}

std::string header_of(const HttpAnswer& answer, const std::string& name) {
    return std::string{find_header(answer.headers, name).value_or("")};
}

}  // namespace cloudsim::test
