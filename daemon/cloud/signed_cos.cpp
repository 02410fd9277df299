#include "cloud/signed_cos.hpp"

#include "cloud/cos_codec.hpp"
#include "cloud/digest.hpp"
#include "cloud/endpoint.hpp"
#include "cloud/text.hpp"

#include <utility>

namespace cvmbackup {

namespace {

constexpr std::int64_t validity_seconds = 300;
constexpr std::int64_t tolerance_seconds = 60;  // for clocks a little behind ours
constexpr const char* token_header = "x-cos-security-token";

struct ToSign {
    std::shared_ptr<AccountState> account;
    SecretPtr secret;
    CosCall call;
    const Clock* clock = nullptr;

    Outcome<void> operator()(HttpRequest& request) const {
        const Duration steady = clock->steady_now();
        Outcome<void> in_time = check_fence(call.head, steady);
        if (!in_time)
            return in_time;
        CosInput input;
        input.secret_id = secret->id;
        input.secret_key = secret->key;
        input.method = call.method;
        input.path = '/' + call.key;
        input.params = call.params;
        input.headers["host"] = request.host;
        if (!secret->token.empty())
            input.headers[token_header] = secret->token;
        const std::int64_t time = account->time.unix_time(clock->now(), steady);
        input.begin = time - tolerance_seconds;
        input.end = time + validity_seconds;
        const CosSignature signature = sign_cos(input);
        set_header(request.headers, "Authorization", signature.authorization);
        wipe(input.secret_key);
        return {};
    }
};

Failure refusal(const CosCall& call, const HttpAnswer& answer) {
    const CosError error = decode_cos_error(answer.body);
    std::string request_id(find_header(answer.headers, "x-cos-request-id"));
    std::string code = error.code;
    // Neither a HEAD's answer nor a bucket's 404 says it in its body.
    if (code.empty() && answer.status == 404)
        code = "NoSuchBucket";
    Failure failure = cos_refusal(
        call.head.topic, answer.status, std::move(code), error.message, std::move(request_id)
    );
    const std::string_view home = find_header(answer.headers, "x-cos-bucket-region");
    if (!home.empty() && home != call.head.region.text())
        failure.text += "; the bucket is in " + readable(home, 60);
    return failure;
}

}  // namespace

std::string cos_target(const CosCall& call) {
    std::string target = '/' + url_encoded_path(call.key);
    char separator = '?';
    for (const auto& [name, value] : call.params) {
        target += separator;
        target += url_encoded(name) + '=' + url_encoded(value);
        separator = '&';
    }
    return target;
}

Task<Outcome<HttpAnswer>> SignedCos::call(CosCall call) {
    const std::shared_ptr<AccountState> account = accounts_.find(call.head.account);
    if (!account)
        co_return unknown_account(call.head.account);
    const Outcome<Endpoint> endpoint =
        cos_endpoint(account->account, call.bucket, call.head.region);
    if (!endpoint)
        co_return endpoint.error();
    const Outcome<SecretPtr> secret = co_await account->credentials->current();
    if (!secret)
        co_return transport_failure(call.head.topic, secret.error());

    HttpRequest request;
    request.tls = endpoint->tls;
    request.connect_host = endpoint->connect_host;
    request.port = endpoint->port;
    request.host = endpoint->host;
    request.method = call.method;
    request.target = cos_target(call);
    request.repeatable = true;
    if (!(*secret)->token.empty())
        set_header(request.headers, token_header, (*secret)->token);
    ToSign to_sign;
    to_sign.account = account;
    to_sign.secret = *secret;
    to_sign.call = call;
    to_sign.clock = &clock_;
    request.before_sending = std::move(to_sign);
    const Duration sent = clock_.steady_now();
    Outcome<HttpAnswer> answer = co_await transport_.send(std::move(request));
    if (!answer)
        co_return transport_failure(call.head.topic, answer.error());

    const std::string_view date = find_header(answer->headers, "Date");
    account->answered(date, sent, clock_, accounts_.observer());
    const bool is_absent_object =
        answer->status == 404 && call.method == "HEAD" && !call.key.empty();
    if (answer->status / 100 == 2 || is_absent_object)
        co_return answer;
    const Failure failure = co_await account->refused(*secret, refusal(call, *answer));
    co_return failure;
}

}  // namespace cvmbackup
