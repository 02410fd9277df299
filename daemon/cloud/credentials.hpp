// An account's keys: from a file, the environment, or the instance role's metadata service.
// Secrets are wiped when the last user lets go of them, and appear in no message.
#pragma once

#include "cloud/transport.hpp"
#include "model/failure.hpp"
#include "model/policy.hpp"
#include "ports/clock.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace cvmbackup {

struct Secret {
    Secret() = default;
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret();

    std::string id;
    std::string key;
    std::string token;  // of temporary credentials; else empty
    std::optional<Instant> expires;
};

using SecretPtr = std::shared_ptr<const Secret>;

class Credentials {
public:
    virtual ~Credentials() = default;
    virtual Task<Outcome<SecretPtr>> current() = 0;
    // The cloud says that these are stale: the next current() asks the source again.
    virtual void refused(const SecretPtr& secret) = 0;
};

// The clock and the transport must outlive the credentials.
std::unique_ptr<Credentials> make_credentials(
    const Account& account, const std::string& config_dir, Clock& clock, Transport& transport
);

// The parts, pure or nearly so.

// INI text: [default] secret_id = …, secret_key = …, optionally token = … . `name` is for messages.
Outcome<SecretPtr> parse_secret_file(std::string_view text, const std::string& name);

// Looks in $CREDENTIALS_DIRECTORY first (may be null), whose files systemd protects, then relative
// to the configuration. Elsewhere a file that others may read or write is refused.
Outcome<SecretPtr> read_secret_file(
    const std::string& file, const char* credentials_directory, const std::string& config_dir
);

// TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY, and TENCENTCLOUD_TOKEN or
// TENCENTCLOUD_SECURITY_TOKEN.
Outcome<SecretPtr> read_secret_environment();

// The metadata service's JSON for a role.
Outcome<SecretPtr> parse_role_answer(std::string_view body);

Failure credentials_failure(Remedy remedy, std::string text);

}  // namespace cvmbackup
