#include "cloud/accounts.hpp"

#include "cloud/api.hpp"
#include "cloud/http_date.hpp"
#include "ports/cloud.hpp"

#include <algorithm>
#include <utility>

namespace cvmbackup {

namespace {

constexpr Duration skew_corrected = std::chrono::seconds(30);
constexpr Duration skew_told_from = std::chrono::seconds(60);

Notice notice_of(const AccountName& account, Duration ahead, Notice::Level level) {
    const auto whole = std::chrono::floor<std::chrono::seconds>(std::chrono::abs(ahead));
    Notice notice;
    notice.level = level;
    notice.text = "account " + account.text() + ": ";
    if (level == Notice::Level::info)
        notice.text += "this machine's clock agrees with the cloud's again";
    else
        notice.text += "this machine's clock is " + to_text(Duration(whole)) +
                       (ahead > Duration(0) ? " behind" : " ahead of") +
                       " the cloud's. Calls are signed with the cloud's time, but schedules and "
                       "retention go by this machine's: synchronise it (timedatectl set-ntp true)";
    return notice;
}

}  // namespace

void ServerTime::answered(std::string_view date_header, Duration sent, Duration received) {
    const std::optional<Instant> theirs = parse_http_date(date_header);
    if (!theirs)
        return;
    earliest_ = *theirs - received;
    latest_ = *theirs + std::chrono::seconds(1) - sent;
    is_known_ = true;
}

Duration ServerTime::ahead(Instant now, Duration steady) const {
    if (!is_known_)
        return Duration(0);
    const Instant zero = now - steady;
    return std::clamp(Duration(0), earliest_ - zero, latest_ - zero);
}

std::int64_t ServerTime::unix_time(Instant now, Duration steady) const {
    const Duration skew = ahead(now, steady);
    const Instant at = std::chrono::abs(skew) >= skew_corrected ? now + skew : now;
    return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}

void AccountState::answered(
    std::string_view date_header, Duration sent, const Clock& clock, Observer& observer
) {
    const Duration steady = clock.steady_now();
    was_answered = true;
    time.answered(date_header, sent, steady);
    const Duration ahead = time.ahead(clock.now(), steady);
    observer.observe(CloudTimeSeen{account.name, ahead});
    if (!skew_told && std::chrono::abs(ahead) > skew_told_from) {
        skew_told = true;
        observer.observe(notice_of(account.name, ahead, Notice::Level::warning));
    } else if (skew_told && std::chrono::abs(ahead) + time.doubt() < skew_corrected) {
        skew_told = false;
        observer.observe(notice_of(account.name, ahead, Notice::Level::info));
    }
}

Task<Failure> AccountState::refused(SecretPtr secret, Failure failure) {
    const std::string& code = failure.code;
    const bool about_the_key =
        code == "AuthFailure.TokenFailure" || code == "UnauthorizedOperation.InvalidToken" ||
        code == "AuthFailure.SecretIdNotFound" || code == "AuthFailure.SignatureFailure" ||
        code == "AuthFailure.InvalidSecretId" || code == "ExpiredToken" ||
        code == "InvalidAccessKeyId" || code == "SignatureDoesNotMatch";
    if (!about_the_key)
        co_return failure;
    // A key that was replaced in its file is found there without a reload.
    credentials->refused(secret);
    const Outcome<SecretPtr> now = co_await credentials->current();
    if (now && ((*now)->id != secret->id || (*now)->key != secret->key))
        failure.remedy = Remedy::refresh_credentials;
    co_return failure;
}

Accounts::Accounts(Clock& clock, Transport& transport, Observer& observer, std::string config_dir)
    : clock_(clock)
    , transport_(transport)
    , observer_(observer)
    , config_dir_(std::move(config_dir)) {}

// What time it is does not change with the settings.
void Accounts::set(std::vector<Account> accounts) {
    const auto before = std::exchange(accounts_, {});
    for (Account& account : accounts) {
        auto state = std::make_shared<AccountState>();
        if (const auto known = before.find(account.name); known != before.end()) {
            state->time = known->second->time;
            state->was_answered = known->second->was_answered;
            state->skew_told = known->second->skew_told;
        }
        state->credentials = make_credentials(account, config_dir_, clock_, transport_);
        state->account = std::move(account);
        accounts_[state->account.name] = std::move(state);
    }
}

std::shared_ptr<AccountState> Accounts::find(const AccountName& name) const {
    const auto found = accounts_.find(name);
    return found == accounts_.end() ? nullptr : found->second;
}

std::optional<Duration> Accounts::clock_ahead(const AccountName& name) const {
    const std::shared_ptr<AccountState> account = find(name);
    if (!account || !account->was_answered)
        return std::nullopt;
    return account->time.ahead(clock_.now(), clock_.steady_now());
}

Failure unknown_account(const AccountName& name) {
    Failure failure;
    failure.remedy = Remedy::give_up;
    failure.code = cloud_code::unknown_account;
    failure.text = "account \"" + name.text() + "\" is not configured; add [account." +
                   name.text() + "] to cvmbackup.toml";
    return failure;
}

Outcome<void> check_fence(const CallHead& head, Duration steady_now) {
    if (!head.topic.is_change || steady_now - head.handed_over <= signing_max)
        return {};
    Failure failure;
    failure.remedy = Remedy::retry_later;
    failure.code = cloud_code::too_late;
    failure.text = to_text(head.topic) + ": not sent, because it could not be signed within " +
                   to_text(signing_max) + " (the network or this machine is slow)";
    return failure;
}

}  // namespace cvmbackup
