// Judges COS signatures, q-sign-algorithm=sha1 (facts/tencent-cloud.md 5.1), in the Authorization
// header or in the query of a presigned URL.
#pragma once

#include "messages.hpp"
#include "state.hpp"

#include <stdexcept>
#include <string>
#include <vector>

namespace cloudsim {

// A refused COS request: unlike API 3.0 it has a real HTTP status.
class CosRefusal : public std::runtime_error {
public:
    CosRefusal(int status, std::string code, const std::string& message, Headers headers = {})
        : std::runtime_error{message}
        , status_{status}
        , code_{std::move(code)}
        , headers_{std::move(headers)} {}

    int status() const { return status_; }

    const std::string& code() const { return code_; }

    // What the answer carries besides the headers every answer has.
    const Headers& headers() const { return headers_; }

private:
    int status_;
    std::string code_;
    Headers headers_;
};

struct CosAuthorization {
    std::string secret_id;
    std::string sign_time;
    std::string key_time;
    std::vector<std::string> header_names;
    std::vector<std::string> param_names;
    std::string signature;
};

CosAuthorization parse_cos_authorization(const HttpRequest& request);
std::string cos_http_string(const HttpRequest& request, const CosAuthorization& authorization);
std::string cos_signature(
    const std::string& secret_key,
    const CosAuthorization& authorization,
    const std::string& http_string
);

// The credential the request was signed with, or CosRefusal.
const Credential& authenticate_cos(
    const HttpRequest& request, const State& state, Instant now, Instant real_now
);

}  // namespace cloudsim
