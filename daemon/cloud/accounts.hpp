// The configured accounts with what belongs to each at run time: credentials, the day key, and how
// far the cloud's clock is from ours.
#pragma once

#include "cloud/credentials.hpp"
#include "cloud/sign.hpp"
#include "model/policy.hpp"
#include "ports/observer.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cvmbackup {

struct CallHead;

// The cloud's time, as its Date headers tell it, kept by the clock that nobody sets. It is signed
// with when ours is 30 s or more away from it.
class ServerTime {
public:
    // The header was written in whole seconds, somewhen between sending and receiving.
    void answered(std::string_view date_header, Duration sent, Duration received);
    // The cloud's clock minus ours, as little as the last answer allows; zero while it is not
    // known.
    Duration ahead(Instant now, Duration steady) const;

    Duration doubt() const { return latest_ - earliest_; }

    std::int64_t unix_time(Instant now, Duration steady) const;  // to sign with

private:
    // The cloud's time when `steady` was zero lies between these.
    Instant earliest_{};
    Instant latest_{};
    bool is_known_ = false;
};

// Shared with the calls under way, so that a reload does not pull it from under them.
struct AccountState {
    Account account;
    std::unique_ptr<Credentials> credentials;
    Tc3Signer signer;
    ServerTime time;
    bool was_answered = false;
    bool skew_told = false;

    // An answer came to what was sent at this steady time; tells the observer how far the clocks
    // are apart.
    void answered(
        std::string_view date_header, Duration sent, const Clock& clock, Observer& observer
    );
    // A refusal with what it means for the secret that signed the call: one that was replaced
    // meanwhile is worth a repetition, which is safe, as nothing is carried out without a
    // signature.
    Task<Failure> refused(SecretPtr secret, Failure failure);
};

class Accounts {
public:
    Accounts(Clock& clock, Transport& transport, Observer& observer, std::string config_dir);

    void set(std::vector<Account> accounts);
    std::shared_ptr<AccountState> find(const AccountName& name) const;   // null if unknown
    std::optional<Duration> clock_ahead(const AccountName& name) const;  // see ports/cloud.hpp

    Observer& observer() { return observer_; }

private:
    Clock& clock_;
    Transport& transport_;
    Observer& observer_;
    std::string config_dir_;
    std::map<AccountName, std::shared_ptr<AccountState>> accounts_;
};

Failure unknown_account(const AccountName& name);

// Fails if the call is a change and was handed over longer ago than ports/cloud.hpp allows.
Outcome<void> check_fence(const CallHead& head, Duration steady_now);

}  // namespace cvmbackup
