// The gateway in front of the API 3.0 actions: who calls, what for, how often; then the action;
// then the envelope. Business errors are HTTP 200 like the real ones.
#include "actions.hpp"
#include "cloud.hpp"
#include "endpoints.hpp"
#include "fault_effects.hpp"
#include "regions.hpp"
#include "tc3.hpp"
#include "text.hpp"

#include <algorithm>
#include <cmath>

namespace cloudsim {
namespace {

namespace json = boost::json;

constexpr std::size_t body_max = 10 * 1024 * 1024;  // POST with TC3-HMAC-SHA256

std::string header_or_empty(const HttpRequest& request, std::string_view name) {
    return std::string{request.header(name).value_or("")};
}

HttpAnswer envelope(json::object response, RequestRecord record) {
    HttpAnswer answer;
    response["RequestId"] = json::string{record.request_id};
    json::object root;
    root["Response"] = std::move(response);
    answer.headers.emplace_back("Content-Type", "application/json");
    answer.body = json::serialize(root);
    answer.record = std::move(record);
    return answer;
}

HttpAnswer refusal_envelope(
    const std::string& code, const std::string& message, RequestRecord record
) {
    json::object error;
    error["Code"] = json::string{code};
    error["Message"] = json::string{message};
    json::object response;
    response["Error"] = std::move(error);
    record.code = code;
    return envelope(std::move(response), std::move(record));
}

void check_transport(const HttpRequest& request) {
    if (request.method != "POST") {
        throw Refusal{"UnsupportedProtocol", "Only POST requests are simulated."};
    }
    if (request.body.size() > body_max) {
        throw Refusal{"RequestSizeLimitExceeded", "The request is larger than 10 MB."};
    }
    for (const std::string_view name : {"X-TC-Action", "X-TC-Version", "Content-Type"}) {
        if (!request.header(name)) {
            throw Refusal{
                "MissingParameter",
                "The request is missing the header `" + std::string{name} + "`."};
        }
    }
    const std::string type = to_lower(header_or_empty(request, "Content-Type"));
    if (trim(type.substr(0, type.find(';'))) != "application/json") {
        throw Refusal{"InvalidRequest", "Only JSON requests are simulated."};
    }
}

// SDKs take the service from the first label of the endpoint, which of an address such as 127.0.0.1
// is no service. Then the version and the action tell it.
std::string wanted_service(const HttpRequest& request, const std::string& scope) {
    if (api_endpoint(host_name(request)) || !version_of(scope).empty()) {
        return scope;
    }
    const std::string name = header_or_empty(request, "X-TC-Action");
    const std::string version = header_or_empty(request, "X-TC-Version");
    for (const std::string_view service : {"cvm", "region", "sts", "cbs", "tat"}) {
        const bool has_action =
            find_action(service, name) != nullptr || is_real_action(service, name);
        if (has_action && version_of(service) == version) {
            return std::string{service};
        }
    }
    return scope;
}

const Action& wanted_action(const HttpRequest& request, const std::string& scope) {
    const std::string service = wanted_service(request, scope);
    const std::string name = header_or_empty(request, "X-TC-Action");
    const auto endpoint = api_endpoint(host_name(request));
    if (endpoint && endpoint->service != service) {
        throw Refusal{
            "AuthFailure.SignatureFailure",
            "The credential scope is for " + service + ", the host is not."};
    }
    const std::string_view version = version_of(service);
    if (version.empty()) {
        throw Refusal{"NoSuchProduct", "The service `" + service + "` is not simulated."};
    }
    if (header_or_empty(request, "X-TC-Version") != version) {
        throw Refusal{"NoSuchVersion", "The version of " + service + " is another one."};
    }
    const Action* action = find_action(service, name);
    if (action != nullptr) {
        return *action;
    }
    if (is_real_action(service, name)) {
        throw Refusal{"UnsupportedOperation", "cvmcloudsim does not simulate " + name + "."};
    }
    throw Refusal{"InvalidAction", "There is no action `" + name + "` in " + service + "."};
}

// Finance regions are reached by their own endpoints only, and these reach nothing else.
void check_region(const HttpRequest& request, const Action& action) {
    if (!action.regional) {
        return;
    }
    const std::string name = header_or_empty(request, "X-TC-Region");
    if (name.empty()) {
        throw Refusal{"MissingParameter", "The request is missing the header `X-TC-Region`."};
    }
    const Region* region = find_region(name);
    if (region == nullptr) {
        throw Refusal{"UnsupportedRegion", "There is no region `" + name + "`."};
    }
    const auto endpoint = api_endpoint(host_name(request));
    if (!endpoint) {
        return;
    }
    const Region* access = find_region(endpoint->region);
    if (!endpoint->region.empty() && access == nullptr) {
        throw Refusal{"UnsupportedRegion", "There is no endpoint for `" + endpoint->region + "`."};
    }
    const bool access_is_finance = access != nullptr && access->finance;
    if ((region->finance || access_is_finance) && endpoint->region != name) {
        throw Refusal{"UnsupportedRegion", "The endpoint does not serve `" + name + "`."};
    }
}

json::object parse_body(const std::string& body) {
    json::error_code error;
    json::value value = json::parse(body.empty() ? "{}" : body, error);
    if (error || !value.is_object()) {
        throw Refusal{"InvalidRequest", "The body is not a JSON object."};
    }
    return std::move(value.get_object());
}

void check_rate(
    Rates& rates,
    const Limits& limits,
    const Action& action,
    const RequestRecord& record,
    const std::string& endpoint
) {
    const double left = static_cast<double>(action.rate) * (1.0 - limits.foreign_share);
    const auto rate = std::max<std::int64_t>(1, static_cast<std::int64_t>(std::floor(left)));
    const std::string key = record.account + " " + endpoint + " " + std::string{action.name};
    const bool is_admitted = rates.admit(key, rate, record.time);
    const bool is_admitted_at_all =
        limits.account_rate == 0 || rates.admit(record.account, limits.account_rate, record.time);
    if (!is_admitted) {
        throw Refusal{
            "RequestLimitExceeded",
            "More than " + std::to_string(rate) + " requests of " + std::string{action.name} +
                " in one second."};
    }
    if (!is_admitted_at_all) {
        throw Refusal{"RequestLimitExceeded.UinLimitExceeded", "The account asks too often."};
    }
}

}  // namespace

HttpAnswer Cloud::answer_api(
    const HttpRequest& request, const Clocks& clocks, RequestRecord record
) {
    record.action = header_or_empty(request, "X-TC-Action");
    record.region = header_or_empty(request, "X-TC-Region");
    std::optional<Fault> fault;
    HttpAnswer answer;
    try {
        check_transport(request);
        const Caller caller = authenticate(request, state_, clocks.now, clocks.real_now);
        const Account& account = *state_.find_account(caller.credential->uin);
        record.account = account.uin;
        fault = faults_.strike(
            {record.action, record.account, record.region}, clocks.now, fault_chance_
        );
        record.fault = fault ? fault->name : "";
        std::optional<HttpAnswer> instead = fault ? answer_instead(*fault) : std::nullopt;
        if (instead) {
            record.code = "fault";
            instead->record = std::move(record);
            return std::move(*instead);
        }
        const Action& action = wanted_action(request, caller.service);
        const bool is_foreign_host = !api_endpoint(host_name(request)).has_value();
        const std::string endpoint = is_foreign_host ? "default" : host_name(request);
        check_rate(rates_, state_.limits, action, record, endpoint);
        if (fault && fault->kind == FaultKind::error) {
            throw Refusal{fault->code, fault->message};
        }
        check_region(request, action);
        const json::object body = parse_body(request.body);
        Params params{body};
        Call call{
            state_,
            account,
            *caller.credential,
            caller.secret_id,
            record.region,
            record.request_id,
            task_end(fault)};
        json::object response = action.perform(call, params);
        record.tasks = std::move(call.tasks);
        answer = envelope(std::move(response), std::move(record));
    } catch (const Refusal& refusal) {
        answer = refusal_envelope(refusal.code(), refusal.what(), std::move(record));
    }
    if (fault) {
        spoil(answer, *fault);
    }
    return answer;
}

}  // namespace cloudsim
