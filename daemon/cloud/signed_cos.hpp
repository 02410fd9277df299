// Makes a call of COS: endpoint, credentials, signature, HTTP. A signature is good for 300 s, like
// those of API 3.0, so that a lost request cannot take effect later than that.
#pragma once

#include "cloud/accounts.hpp"
#include "cloud/api.hpp"

namespace cvmbackup {

class SignedCos final : public Cos {
public:
    SignedCos(Accounts& accounts, Transport& transport, Clock& clock)
        : accounts_(accounts)
        , transport_(transport)
        , clock_(clock) {}

    Task<Outcome<Answer>> call(Call call) override;

private:
    Accounts& accounts_;
    Transport& transport_;
    Clock& clock_;
};

// "/a%20b?marker=x&prefix=y"
std::string cos_target(const CosCall& call);

}  // namespace cvmbackup
