// Makes a call of API 3.0: endpoint, credentials, signature, HTTP, envelope. Signs right before the
// bytes are written, with the fence of ports/cloud.hpp checked at that moment.
#pragma once

#include "cloud/accounts.hpp"
#include "cloud/api.hpp"

namespace cvmbackup {

class SignedApi final : public Api {
public:
    SignedApi(Accounts& accounts, Transport& transport, Clock& clock)
        : accounts_(accounts)
        , transport_(transport)
        , clock_(clock) {}

    Task<Outcome<Answer>> call(Call call) override;

private:
    Accounts& accounts_;
    Transport& transport_;
    Clock& clock_;
};

// The Response object, or what its Error means.
Outcome<boost::json::object> open_envelope(const CallTopic& topic, const HttpAnswer& answer);

}  // namespace cvmbackup
