// The gateway in front of the API 3.0 actions: who calls, what for, how often; then the action;
// then the envelope. Business errors are HTTP 200 like the real ones.
#include "actions.hpp"
#include "cloud.hpp"
#include "endpoints.hpp"
#include "fault_effects.hpp"
#include "real_actions.hpp"
#include "regions.hpp"
#include "tc3.hpp"
#include "text.hpp"

#include <algorithm>
#include <cmath>

namespace cloudsim {
namespace {

namespace json = boost::json;

constexpr std::size_t body_max = 10 * 1024 * 1024;  // POST with TC3-HMAC-SHA256
constexpr std::size_t client_name_max = 128;        // X-TC-RequestClient

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

// The text follows the language asked for; nothing else does.
std::string localized(const HttpRequest& request, const std::string& code, std::string message) {
    if (!equal_without_case(header_or_empty(request, "X-TC-Language"), "zh-CN")) {
        return message;
    }
    return "请求被拒绝（" + code + "）：" + message;
}

HttpAnswer refusal_envelope(
    const HttpRequest& request, const Refusal& refusal, RequestRecord record
) {
    json::object error;
    error["Code"] = json::string{refusal.code()};
    error["Message"] = json::string{localized(request, refusal.code(), refusal.what())};
    json::object response;
    response["Error"] = std::move(error);
    record.code = refusal.code();
    return envelope(std::move(response), std::move(record));
}

// GET, and the older signature, whose parameters travel in a query or a form.
void check_is_simulated(const HttpRequest& request) {
    if (request.method != "POST" && request.method != "GET") {
        throw Refusal{"UnsupportedProtocol", "Only GET and POST are possible."};
    }
    const std::string type = to_lower(header_or_empty(request, "Content-Type"));
    const bool is_form = type.starts_with("application/x-www-form-urlencoded");
    if (request.method == "GET" || is_form || type.starts_with("multipart/form-data")) {
        throw Refusal{
            "UnsupportedOperation",
            "cvmcloudsim simulates POST of JSON with TC3-HMAC-SHA256 only, neither GET nor forms "
            "nor the signature methods HmacSHA1 and HmacSHA256."};
    }
}

void check_transport(const HttpRequest& request) {
    check_is_simulated(request);
    if (request.is_too_large || request.body.size() > body_max) {
        throw Refusal{"RequestSizeLimitExceeded", "The request is larger than 10 MB."};
    }
    for (const std::string_view name : {"X-TC-Action", "X-TC-Version", "Content-Type"}) {
        if (header_or_empty(request, name).empty()) {
            throw Refusal{
                "MissingParameter",
                "The request is missing the header `" + std::string{name} + "`."};
        }
    }
    const std::string type = to_lower(header_or_empty(request, "Content-Type"));
    if (trim(type.substr(0, type.find(';'))) != "application/json") {
        throw Refusal{"InvalidRequest", "The Content-Type `" + type + "` is not JSON."};
    }
    if (header_or_empty(request, "X-TC-RequestClient").size() > client_name_max) {
        throw Refusal{"InvalidParameterValue", "X-TC-RequestClient is longer than 128 characters."};
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
        if (is_real_action(service, name) && version_of(service) == version) {
            return std::string{service};
        }
    }
    return scope;
}

// nullptr for a real action that is not simulated.
const Action* wanted_action(const HttpRequest& request, const std::string& scope) {
    const std::string service = wanted_service(request, scope);
    const std::string name = header_or_empty(request, "X-TC-Action");
    const auto endpoint = api_endpoint(host_name(request));
    if (endpoint && endpoint->service != service) {
        throw Refusal{
            "AuthFailure.SignatureFailure",
            "The credential scope is for " + service + ", the host is not."};
    }
    const std::string_view version = version_of(service);
    if (version.empty() && is_real_product(service)) {
        throw Refusal{
            "UnsupportedOperation", "cvmcloudsim does not simulate the product " + service + "."};
    }
    if (version.empty()) {
        throw Refusal{"NoSuchProduct", "There is no product `" + service + "`."};
    }
    if (header_or_empty(request, "X-TC-Version") != version) {
        throw Refusal{"NoSuchVersion", "The version of " + service + " is another one."};
    }
    const Action* action = find_action(service, name);
    if (action == nullptr && !is_real_action(service, name)) {
        throw Refusal{"InvalidAction", "There is no action `" + name + "` in " + service + "."};
    }
    return action;
}

// Finance regions are reached by their own endpoints only, and these reach nothing else.
void check_region(const HttpRequest& request, const Action& action, const State& state) {
    if (!action.regional) {
        return;
    }
    const std::string name = header_or_empty(request, "X-TC-Region");
    if (name.empty()) {
        throw Refusal{"MissingParameter", "The request is missing the header `X-TC-Region`."};
    }
    const Region* region = find_region(name);
    if (region == nullptr || !state.is_open(*region)) {
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

// Of a limit of the account, after the foreign client has eaten its share.
std::int64_t rate_left(const Limits& limits, std::int64_t rate) {
    const double left = static_cast<double>(rate) * (1.0 - limits.foreign_share);
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(std::floor(left)));
}

void check_rate(
    Rates& rates,
    const Limits& limits,
    const Action& action,
    const RequestRecord& record,
    const std::string& endpoint,
    const std::string& address
) {
    const std::int64_t rate = rate_left(limits, action.rate);
    const std::string name = std::string{action.service} + " " + std::string{action.name};
    const std::string key = record.account + " " + endpoint + " " + name;
    const bool is_admitted = rates.admit(key, rate, record.time);
    const bool is_admitted_at_all =
        limits.account_rate == 0 ||
        rates.admit(record.account, rate_left(limits, limits.account_rate), record.time);
    const bool is_admitted_globally =
        limits.global_rate == 0 ||
        rates.admit(
            record.account + " " + name, rate_left(limits, limits.global_rate), record.time
        );
    const bool is_address_admitted =
        limits.address_rate == 0 ||
        rates.admit("from " + address, limits.address_rate, record.time);
    if (!is_address_admitted) {
        throw Refusal{"RequestLimitExceeded.IPLimitExceeded", "The address asks too often."};
    }
    if (!is_admitted) {
        throw Refusal{
            "RequestLimitExceeded",
            "More than " + std::to_string(rate) + " requests of " + std::string{action.name} +
                " in one second."};
    }
    if (!is_admitted_at_all) {
        throw Refusal{"RequestLimitExceeded.UinLimitExceeded", "The account asks too often."};
    }
    if (!is_admitted_globally) {
        throw Refusal{
            "RequestLimitExceeded.GlobalRegionUinLimitExceeded",
            "The account asks too often for " + name + " in all regions together."};
    }
}

// Of a list from which an element before the page went away since the page before was read.
void shift_page(json::object& body) {
    const json::value* offset = body.if_contains("Offset");
    if (offset != nullptr && offset->is_int64() && offset->get_int64() > 0) {
        body["Offset"] = offset->get_int64() + 1;
    }
}

void count_one_less(const json::object& body, json::object& response) {
    const json::value* offset = body.if_contains("Offset");
    json::value* total = response.if_contains("TotalCount");
    if (offset != nullptr && total != nullptr && total->to_number<std::int64_t>() > 0) {
        *total = total->to_number<std::int64_t>() - 1;
    }
}

void vanish_later(
    Call& call, const json::object& body, const Fault& fault, std::uint64_t tasks_before
) {
    const json::value* id = body.if_contains("InstanceId");
    const json::value* ids = body.if_contains("InstanceIds");
    if (id == nullptr && ids != nullptr && ids->is_array() && !ids->get_array().empty()) {
        id = &ids->get_array().front();
    }
    if (fault.kind == FaultKind::instance_vanishes && id != nullptr && id->is_string()) {
        Task task;
        task.kind = TaskKind::removal;
        task.removes = TaskKind::instance_launch;
        task.subject = id->get_string().c_str();
        call.state.schedule(call.state.now + fault.delay, std::move(task));
    }
    if (fault.kind == FaultKind::task_done_vanishes) {
        call.state.let_go(tasks_before, fault.delay);
    }
}

// Performs the action and lets the fault act on it. Tells in the record what was begun even if an
// error is answered.
json::object perform(
    const Action& action, Call& call, json::object body, const Fault* fault, RequestRecord& record
) {
    if (fault != nullptr && fault->kind == FaultKind::page_shifts) {
        shift_page(body);
    }
    Params params{body};
    json::object response;
    const std::uint64_t tasks_before = call.state.last_task;
    try {
        response = action.perform(call, params);
    } catch (const Refusal&) {
        record.tasks = std::move(call.tasks);
        throw;
    }
    if (fault != nullptr) {
        vanish_later(call, body, *fault, tasks_before);
    }
    record.tasks = std::move(call.tasks);
    if (fault != nullptr && fault->kind == FaultKind::error_after) {
        throw Refusal{fault->code, fault->message};
    }
    if (fault != nullptr && fault->kind == FaultKind::page_shifts) {
        count_one_less(body, response);
    }
    return response;
}

void refuse_by(const Fault& fault) {
    if (fault.kind == FaultKind::error) {
        throw Refusal{fault.code, fault.message};
    }
    if (fault.kind == FaultKind::key_revoked) {
        throw Refusal{"AuthFailure.SecretIdNotFound", "The secret id is not known."};
    }
}

FaultSubject subject_of(const HttpRequest& request, const RequestRecord& record) {
    const auto endpoint = api_endpoint(host_name(request));
    return {
        record.action, record.account, record.region, endpoint ? endpoint->region : std::string{}};
}

}  // namespace

HttpAnswer Cloud::answer_api(
    const HttpRequest& request, const Clocks& clocks, RequestRecord record
) {
    record.action = header_or_empty(request, "X-TC-Action");
    record.region = header_or_empty(request, "X-TC-Region");
    const Clocks told = clocks.shifted_by(record.clock_offset);
    std::optional<Fault> fault;
    HttpAnswer answer;
    try {
        check_transport(request);
        const Caller caller = authenticate(request, state_, told.now, told.real_now);
        record.account = caller.credential->uin;
        const FaultSubject subject = subject_of(request, record);
        std::optional<HttpAnswer> instead = strike_caller(subject, request, clocks, record, fault);
        if (instead) {
            return std::move(*instead);
        }
        answer = execute(request, caller, fault ? &*fault : nullptr, record);
    } catch (const Refusal& refusal) {
        answer = refusal_envelope(request, refusal, std::move(record));
    }
    answer.headers.emplace_back("Date", to_http_date(told.now));
    if (fault) {
        spoil(answer, *fault);
    }
    return answer;
}

HttpAnswer Cloud::execute(
    const HttpRequest& request, const Caller& caller, const Fault* fault, RequestRecord& record
) {
    const Action* wanted = wanted_action(request, caller.service);
    const auto endpoint = api_endpoint(host_name(request));
    if (wanted != nullptr) {
        check_rate(
            rates_,
            state_.limits,
            *wanted,
            record,
            endpoint ? endpoint->region : "",
            request.address
        );
    }
    if (fault != nullptr) {
        refuse_by(*fault);
    }
    if (wanted == nullptr) {
        throw Refusal{
            "UnsupportedOperation", "cvmcloudsim does not simulate " + record.action + "."};
    }
    const Action& action = *wanted;
    check_region(request, action, state_);
    Account account = *state_.find_account(record.account);
    account.in_arrears =
        account.in_arrears || (fault != nullptr && fault->kind == FaultKind::in_arrears);
    Call call{
        state_,
        account,
        *caller.credential,
        caller.secret_id,
        record.region,
        record.request_id,
        fault == nullptr ? TaskEnd::succeeds : task_end(*fault)};
    call.gone_regions = faults_.gone_regions(subject_of(request, record), state_.now);
    call.lag = fault != nullptr && fault->kind == FaultKind::stale
                   ? fault->delay
                   : state_.lags.within(state_.behaviour.list_delay);
    // The timestamp fits the simulated or the real clock, or the request would not have come here.
    const std::string timestamp = header_or_empty(request, "X-TC-Timestamp");
    call.real_now = Instant{std::chrono::seconds{std::stoll(timestamp)}};
    json::object response = perform(action, call, parse_body(request.body), fault, record);
    return envelope(std::move(response), std::move(record));
}

}  // namespace cloudsim
