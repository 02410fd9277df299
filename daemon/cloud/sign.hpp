// The two signatures of the vendor, as pure functions of what is sent: TC3-HMAC-SHA256 of API 3.0
// and q-sign-algorithm=sha1 of COS. Rules: API 3.0 "Signature v3", COS "Request signature";
// checked against the published vectors.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace cvmbackup {

struct Tc3Input {
    std::string secret_id;
    std::string secret_key;
    std::string service;  // "cvm"
    std::string host;
    std::string content_type;  // exactly as sent
    std::string action;        // signed as X-TC-Action; empty: left out
    std::string body;
    std::int64_t timestamp = 0;  // Unix seconds, as in X-TC-Timestamp
};

struct Signature {
    std::string request_hash;  // of the canonical request, for tests and for reading traces
    std::string signature;
    std::string authorization;  // the header's value
};

// Remembers the key derived for a day: it is the same for all calls of one secret and service.
class Tc3Signer {
public:
    Tc3Signer() = default;
    Tc3Signer(const Tc3Signer&) = delete;
    Tc3Signer& operator=(const Tc3Signer&) = delete;
    ~Tc3Signer();

    Signature sign(const Tc3Input& input);

private:
    const std::string& day_key(const Tc3Input& input, const std::string& date);

    std::string key_;
    std::string secret_key_;
    std::string date_;
    std::string service_;
};

struct CosInput {
    std::string secret_id;
    std::string secret_key;
    std::string method;
    std::string path;                            // decoded, with the leading slash
    std::map<std::string, std::string> params;   // decoded
    std::map<std::string, std::string> headers;  // the ones to sign
    std::int64_t begin = 0;                      // of the validity, Unix seconds
    std::int64_t end = 0;
};

struct CosSignature {
    std::string sign_key;
    std::string request_hash;
    std::string signature;
    std::string authorization;
};

CosSignature sign_cos(const CosInput& input);

}  // namespace cvmbackup
