// The configured accounts with what belongs to each at run time: credentials, the day key, and how
// far the cloud's clock is from ours.
#pragma once

#include "cloud/credentials.hpp"
#include "cloud/sign.hpp"
#include "model/policy.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cvmbackup {

struct CallHead;

// Signs with our own clock until the cloud refuses the signature's time, and its Date header was
// 30 s or more away from ours: from then on with the cloud's time, until the two agree again.
class ServerTime {
public:
    void answered(std::string_view date_header, Instant now);
    void refused_for_time();
    std::int64_t unix_time(Instant now) const;  // to sign with

private:
    Duration ahead_{0};  // the cloud's clock minus ours
    bool correct_ = false;
};

// Shared with the calls under way, so that a reload does not pull it from under them.
struct AccountState {
    Account account;
    std::unique_ptr<Credentials> credentials;
    Tc3Signer signer;
    ServerTime time;

    // What a refusal with this code means for secret and clock.
    void refused(const SecretPtr& secret, std::string_view code);
};

class Accounts {
public:
    Accounts(Clock& clock, Transport& transport, std::string config_dir);

    void set(std::vector<Account> accounts);
    std::shared_ptr<AccountState> find(const AccountName& name) const;  // null if unknown

private:
    Clock& clock_;
    Transport& transport_;
    std::string config_dir_;
    std::map<AccountName, std::shared_ptr<AccountState>> accounts_;
};

Failure unknown_account(const AccountName& name);

// Fails if the call is a change and was handed over longer ago than ports/cloud.hpp allows.
Outcome<void> check_fence(const CallHead& head, Instant now);

}  // namespace cvmbackup
