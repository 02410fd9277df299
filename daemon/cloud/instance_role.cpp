#include "cloud/instance_role.hpp"

#include "cloud/endpoint.hpp"
#include "cloud/json_reader.hpp"
#include "cloud/line.hpp"
#include "cloud/text.hpp"

#include <boost/json/parse.hpp>

#include <utility>

namespace cvmbackup {

namespace {

using std::chrono::seconds;

constexpr Duration refresh_ahead = seconds(300);
// A metadata service that fails is not asked again for every call.
constexpr Duration retry_pause = seconds(10);
constexpr const char* base_path = "/latest/meta-data/cam/security-credentials/";

class RoleCredentials final : public Credentials {
public:
    RoleCredentials(Account account, Clock& clock, Transport& transport)
        : account_(std::move(account))
        , clock_(clock)
        , transport_(transport)
        , line_(clock) {}

    Task<Outcome<SecretPtr>> current() override {
        if (is_fresh())
            co_return secret_;
        // One asks, the others wait for what it gets.
        Line::Place place(line_);
        while (!place.is_first())
            co_await place.wait();
        if (is_fresh())
            co_return secret_;
        if (failure_ && clock_.steady_now() < ask_again_)
            co_return *failure_;
        Outcome<SecretPtr> fetched = co_await fetch();
        ask_again_ = clock_.steady_now() + retry_pause;
        failure_.reset();
        if (fetched)
            secret_ = *fetched;
        else if (!is_alive())
            failure_ = fetched.error();
        if (failure_)
            co_return *failure_;
        co_return secret_;
    }

    void refused(const SecretPtr& secret) override {
        if (secret_ != secret)
            return;
        secret_ = nullptr;
        ask_again_ = Duration::min();
    }

private:
    bool is_alive() const { return secret_ && secret_->expires > clock_.now(); }

    bool is_fresh() const {
        return is_alive() && (*secret_->expires - clock_.now() > refresh_ahead ||
                              clock_.steady_now() < ask_again_);
    }

    Task<Outcome<SecretPtr>> fetch() {
        const Outcome<std::string> roles = co_await get(base_path);
        if (!roles)
            co_return roles.error();
        const std::string_view all(*roles);
        const std::string role(trimmed(all.substr(0, all.find('\n'))));
        if (role.empty())
            co_return no_role();
        std::string path = base_path + url_encoded(role);
        const Outcome<std::string> answer = co_await get(std::move(path));
        if (!answer)
            co_return answer.error();
        co_return parse_role_answer(*answer);
    }

    Task<Outcome<std::string>> get(std::string path) {
        const Outcome<Endpoint> endpoint = metadata_endpoint(account_);
        if (!endpoint)
            co_return endpoint.error();
        HttpRequest request;
        request.tls = endpoint->tls;
        request.connect_host = endpoint->connect_host;
        request.port = endpoint->port;
        request.host = endpoint->host;
        request.method = "GET";
        request.target = std::move(path);
        request.timeout = seconds(10);
        request.answer_limit = 64 * 1024;
        request.repeatable = true;
        Outcome<HttpAnswer> answer = co_await transport_.send(std::move(request));
        if (!answer)
            co_return unavailable(answer.error().text);
        if (answer->status == 404)
            co_return no_role();
        if (answer->status != 200)
            co_return unavailable("HTTP status " + std::to_string(answer->status));
        co_return std::move(answer->body);
    }

    static Failure unavailable(const std::string& why) {
        return credentials_failure(
            Remedy::retry_later,
            "the metadata service gives no credentials of the instance's role: " + why
        );
    }

    static Failure no_role() {
        return credentials_failure(
            Remedy::give_up,
            "this machine has no role to take credentials from; bind a CAM role to the instance, "
            "or "
            "use credentials = \"file\""
        );
    }

    Account account_;
    Clock& clock_;
    Transport& transport_;
    Line line_;
    SecretPtr secret_;
    std::optional<Failure> failure_;  // of the last attempt, if it left us with nothing
    Duration ask_again_ = Duration::min();
};

}  // namespace

Outcome<SecretPtr> parse_role_answer(std::string_view body) {
    const Failure unusable = credentials_failure(
        Remedy::retry_later, "the metadata service's answer about the role cannot be used"
    );
    boost::system::error_code error;
    const boost::json::value value = boost::json::parse(body, error);
    if (error || !value.is_object())
        return unusable;
    std::string problem;
    const JsonReader reader(value.get_object(), "", problem);
    auto secret = std::make_shared<Secret>();
    secret->id = reader.demand_text("TmpSecretId");
    secret->key = reader.demand_text("TmpSecretKey");
    secret->token = reader.demand_text("Token");
    const auto expires = reader.number("ExpiredTime");
    if (!problem.empty() || !expires || *expires <= 0 || *expires > 253'402'300'799)
        return unusable;
    secret->expires = Instant(seconds(*expires));
    return SecretPtr(std::move(secret));
}

std::unique_ptr<Credentials> make_role_credentials(
    const Account& account, Clock& clock, Transport& transport
) {
    return std::make_unique<RoleCredentials>(account, clock, transport);
}

}  // namespace cvmbackup
