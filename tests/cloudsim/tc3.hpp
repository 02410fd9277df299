// Judges API 3.0 signatures, TC3-HMAC-SHA256 (facts/tencent-cloud.md 1.1 and 1.2). Any set of
// signed headers is good that holds content-type and host.
#pragma once

#include "messages.hpp"
#include "state.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cloudsim {

struct Tc3Authorization {
    std::string secret_id;
    std::string date;
    std::string service;
    std::vector<std::string> signed_headers;
    std::string signature;
};

// Throws Refusal for anything but the documented form.
Tc3Authorization parse_tc3_authorization(std::string_view text);
enum class SignedHost { as_sent, without_port };

std::string tc3_canonical_request(
    const HttpRequest& request,
    const std::vector<std::string>& signed_headers,
    SignedHost signed_host = SignedHost::as_sent
);
std::string tc3_signature(
    const std::string& secret_key,
    const std::string& date,
    const std::string& service,
    const std::string& timestamp,
    const std::string& canonical_request
);

struct Caller {
    const Credential* credential;
    std::string secret_id;
    std::string service;
};

// Throws Refusal with a code of AuthFailure. The timestamp may fit either clock.
Caller authenticate(const HttpRequest& request, const State& state, Instant now, Instant real_now);

}  // namespace cloudsim
