#include "cloud/accounts.hpp"

#include "cloud/api.hpp"
#include "cloud/http_date.hpp"
#include "ports/cloud.hpp"

#include <utility>

namespace cvmbackup {

namespace {

constexpr Duration skew_min = std::chrono::seconds(30);

bool is_large(Duration skew) {
    return skew >= skew_min || skew <= -skew_min;
}

}  // namespace

void ServerTime::answered(std::string_view date_header, Instant now) {
    const std::optional<Instant> theirs = parse_http_date(date_header);
    if (!theirs)
        return;
    ahead_ = *theirs - now;
    correct_ = correct_ && is_large(ahead_);
}

void ServerTime::refused_for_time() {
    correct_ = is_large(ahead_);
}

std::int64_t ServerTime::unix_time(Instant now) const {
    const Instant at = correct_ ? now + ahead_ : now;
    return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}

void AccountState::refused(const SecretPtr& secret, std::string_view code) {
    if (is_clock_skew(code)) {
        time.refused_for_time();
        return;
    }
    // A key that was replaced in its file is found there without a reload.
    const bool about_the_key =
        code == "AuthFailure.TokenFailure" || code == "UnauthorizedOperation.InvalidToken" ||
        code == "AuthFailure.SecretIdNotFound" || code == "AuthFailure.SignatureFailure" ||
        code == "AuthFailure.InvalidSecretId" || code == "ExpiredToken" ||
        code == "InvalidAccessKeyId" || code == "SignatureDoesNotMatch";
    if (about_the_key)
        credentials->refused(secret);
}

Accounts::Accounts(Clock& clock, Transport& transport, std::string config_dir)
    : clock_(clock)
    , transport_(transport)
    , config_dir_(std::move(config_dir)) {}

void Accounts::set(std::vector<Account> accounts) {
    accounts_.clear();
    for (Account& account : accounts) {
        auto state = std::make_shared<AccountState>();
        state->credentials = make_credentials(account, config_dir_, clock_, transport_);
        state->account = std::move(account);
        accounts_[state->account.name] = std::move(state);
    }
}

std::shared_ptr<AccountState> Accounts::find(const AccountName& name) const {
    const auto found = accounts_.find(name);
    return found == accounts_.end() ? nullptr : found->second;
}

Failure unknown_account(const AccountName& name) {
    Failure failure;
    failure.remedy = Remedy::give_up;
    failure.code = cloud_code::unknown_account;
    failure.text = "account \"" + name.text() + "\" is not configured; add [account." +
                   name.text() + "] to cvmbackup.toml";
    return failure;
}

Outcome<void> check_fence(const CallHead& head, Instant now) {
    if (!head.topic.is_change || now - head.handed_over <= signing_max)
        return {};
    Failure failure;
    failure.remedy = Remedy::retry_later;
    failure.code = cloud_code::too_late;
    failure.text = to_text(head.topic) + ": not sent, because it could not be signed within " +
                   to_text(signing_max) + " (the network or this machine is slow)";
    return failure;
}

}  // namespace cvmbackup
