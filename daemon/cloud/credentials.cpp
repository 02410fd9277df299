#include "cloud/credentials.hpp"

#include "cloud/digest.hpp"
#include "cloud/errors.hpp"
#include "cloud/instance_role.hpp"
#include "cloud/text.hpp"

#include <cstdlib>
#include <utility>

namespace cvmbackup {

namespace {

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(trimmed(value));
}

// From a file or the environment: read once, and again when the cloud refuses them.
class StoredCredentials final : public Credentials {
public:
    StoredCredentials(const Account& account, std::string config_dir)
        : from_file_(account.credentials == CredentialSource::file)
        , file_(account.secret_file)
        , config_dir_(std::move(config_dir)) {}

    Task<Outcome<SecretPtr>> current() override {
        if (secret_)
            co_return secret_;
        Outcome<SecretPtr> secret = read();
        if (secret)
            secret_ = *secret;
        co_return secret;
    }

    void refused(const SecretPtr& secret) override {
        if (secret_ == secret)
            secret_ = nullptr;
    }

private:
    Outcome<SecretPtr> read() const {
        if (!from_file_)
            return read_secret_environment();
        return read_secret_file(file_, std::getenv("CREDENTIALS_DIRECTORY"), config_dir_);
    }

    bool from_file_;
    std::string file_;
    std::string config_dir_;
    SecretPtr secret_;
};

}  // namespace

Secret::~Secret() {
    wipe(id);
    wipe(key);
    wipe(token);
}

Failure credentials_failure(Remedy remedy, std::string text) {
    Failure failure;
    failure.remedy = remedy;
    failure.code = cloud_code::credentials;
    failure.text = std::move(text);
    return failure;
}

Outcome<SecretPtr> read_secret_environment() {
    auto secret = std::make_shared<Secret>();
    secret->id = environment("TENCENTCLOUD_SECRET_ID");
    secret->key = environment("TENCENTCLOUD_SECRET_KEY");
    secret->token = environment("TENCENTCLOUD_TOKEN");
    if (secret->token.empty())
        secret->token = environment("TENCENTCLOUD_SECURITY_TOKEN");
    if (secret->id.empty() || secret->key.empty())
        return credentials_failure(
            Remedy::give_up,
            "the account takes its credentials from the environment, but TENCENTCLOUD_SECRET_ID or "
            "TENCENTCLOUD_SECRET_KEY is not set; set both for the service"
        );
    return SecretPtr(std::move(secret));
}

std::unique_ptr<Credentials> make_credentials(
    const Account& account, const std::string& config_dir, Clock& clock, Transport& transport
) {
    if (account.credentials == CredentialSource::instance_role)
        return make_role_credentials(account, clock, transport);
    return std::make_unique<StoredCredentials>(account, config_dir);
}

}  // namespace cvmbackup
