#include "cloud/signed_api.hpp"

#include "cloud/digest.hpp"
#include "cloud/endpoint.hpp"
#include "cloud/json_reader.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace cvmbackup {

namespace {

constexpr const char* content_type = "application/json; charset=utf-8";
// Global services belong to no region, but the parameter is demanded.
constexpr const char* default_region = "ap-guangzhou";

// All that a signature needs, kept until the moment it is made.
struct ToSign {
    std::shared_ptr<AccountState> account;
    SecretPtr secret;
    CallHead head;
    std::string service;
    const Clock* clock = nullptr;

    Outcome<void> operator()(HttpRequest& request) const {
        const Duration steady = clock->steady_now();
        Outcome<void> in_time = check_fence(head, steady);
        if (!in_time)
            return in_time;
        Tc3Input input;
        input.secret_id = secret->id;
        input.secret_key = secret->key;
        input.service = service;
        input.host = request.host;
        input.content_type = content_type;
        input.action = head.topic.action;
        input.body = request.body;
        input.timestamp = account->time.unix_time(clock->now(), steady);
        const Signature signature = account->signer.sign(input);
        set_header(request.headers, "X-TC-Timestamp", std::to_string(input.timestamp));
        set_header(request.headers, "Authorization", signature.authorization);
        wipe(input.secret_key);
        return {};
    }
};

HttpRequest request_for(const ApiCall& call, const Endpoint& endpoint, const Secret& secret) {
    HttpRequest request;
    request.tls = endpoint.tls;
    request.connect_host = endpoint.connect_host;
    request.port = endpoint.port;
    request.host = endpoint.host;
    request.method = "POST";
    request.body = boost::json::serialize(call.body);
    request.repeatable = !call.head.topic.is_change;
    const std::string& region = call.head.region.text();
    request.headers = {
        {"Content-Type", content_type},
        {"X-TC-Action", call.head.topic.action},
        {"X-TC-Version", call.version},
        {"X-TC-Region", region.empty() ? default_region : region},
        {"X-TC-Language", "en-US"},
        {"X-TC-RequestClient", "cvmbackup"},
    };
    if (!secret.token.empty())
        set_header(request.headers, "X-TC-Token", secret.token);
    return request;
}

}  // namespace

Outcome<boost::json::object> open_envelope(const CallTopic& topic, const HttpAnswer& answer) {
    if (answer.status != 200)
        return http_refusal(topic, answer.status, std::string());
    boost::system::error_code error;
    boost::json::value value = boost::json::parse(answer.body, error);
    if (error)
        return unusable_answer(topic, "it is no JSON (" + error.message() + ")", std::string());
    boost::json::value* response =
        value.is_object() ? value.get_object().if_contains("Response") : nullptr;
    if (response == nullptr || !response->is_object())
        return unusable_answer(topic, "it has no Response object", std::string());
    std::string problem;
    const JsonReader reader(response->get_object(), "", problem);
    std::string request_id = reader.text("RequestId");
    const boost::json::value* refusal = response->get_object().if_contains("Error");
    if (refusal == nullptr || refusal->is_null())
        return std::move(response->get_object());
    const auto details = reader.object("Error");
    if (!details || details->text("Code").empty())
        return unusable_answer(topic, "it has an Error without a Code", std::move(request_id));
    return api_refusal(topic, details->text("Code"), details->text("Message"), request_id);
}

Task<Outcome<boost::json::object>> SignedApi::call(ApiCall call) {
    const std::shared_ptr<AccountState> account = accounts_.find(call.head.account);
    if (!account)
        co_return unknown_account(call.head.account);
    const Outcome<Endpoint> endpoint =
        api_endpoint(account->account, call.service, call.head.region);
    if (!endpoint)
        co_return endpoint.error();
    const Outcome<SecretPtr> secret = co_await account->credentials->current();
    if (!secret)
        co_return transport_failure(call.head.topic, secret.error());

    HttpRequest request = request_for(call, *endpoint, **secret);
    ToSign to_sign;
    to_sign.account = account;
    to_sign.secret = *secret;
    to_sign.head = call.head;
    to_sign.service = call.service;
    to_sign.clock = &clock_;
    request.before_sending = std::move(to_sign);
    const Duration sent = clock_.steady_now();
    const Outcome<HttpAnswer> answer = co_await transport_.send(std::move(request));
    if (!answer)
        co_return transport_failure(call.head.topic, answer.error());

    const std::string_view date = find_header(answer->headers, "Date");
    account->answered(date, sent, clock_, accounts_.observer());
    Outcome<boost::json::object> response = open_envelope(call.head.topic, *answer);
    if (response)
        co_return response;
    const Failure failure = co_await account->refused(*secret, response.error());
    co_return failure;
}

}  // namespace cvmbackup
