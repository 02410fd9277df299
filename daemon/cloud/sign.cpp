#include "cloud/sign.hpp"

#include "cloud/digest.hpp"
#include "cloud/text.hpp"
#include "model/time.hpp"

#include <chrono>

namespace cvmbackup {

namespace {

// The UTC date of the timestamp, not the local one.
std::string date_of(std::int64_t timestamp) {
    return to_rfc3339(Instant(std::chrono::seconds(timestamp))).substr(0, 10);
}

struct Joined {
    std::string names;  // "a;b"
    std::string pairs;  // "a=1&b=2"
};

Joined joined(const std::map<std::string, std::string>& values) {
    std::map<std::string, std::string> sorted;
    for (const auto& [name, value] : values)
        sorted[lower_case(url_encoded(name))] = url_encoded(value);
    Joined result;
    for (const auto& [name, value] : sorted) {
        if (!result.names.empty()) {
            result.names += ';';
            result.pairs += '&';
        }
        result.names += name;
        result.pairs += name + '=' + value;
    }
    return result;
}

}  // namespace

Tc3Signer::~Tc3Signer() {
    wipe(key_);
    wipe(secret_key_);
}

const std::string& Tc3Signer::day_key(const Tc3Input& input, const std::string& date) {
    if (date == date_ && input.service == service_ && input.secret_key == secret_key_)
        return key_;
    std::string seed = "TC3" + input.secret_key;
    std::string day = hmac_sha256(seed, date);
    std::string service = hmac_sha256(day, input.service);
    wipe(key_);
    wipe(secret_key_);
    key_ = hmac_sha256(service, "tc3_request");
    wipe(seed);
    wipe(day);
    wipe(service);
    secret_key_ = input.secret_key;
    date_ = date;
    service_ = input.service;
    return key_;
}

Signature Tc3Signer::sign(const Tc3Input& input) {
    std::string headers = "content-type:" + lower_case(input.content_type) + '\n';
    headers += "host:" + lower_case(input.host) + '\n';
    std::string names = "content-type;host";
    if (!input.action.empty()) {
        headers += "x-tc-action:" + lower_case(input.action) + '\n';
        names += ";x-tc-action";
    }
    const std::string request =
        "POST\n/\n\n" + headers + '\n' + names + '\n' + sha256_hex(input.body);

    const std::string date = date_of(input.timestamp);
    const std::string scope = date + '/' + input.service + "/tc3_request";
    Signature result;
    result.request_hash = sha256_hex(request);
    const std::string text = "TC3-HMAC-SHA256\n" + std::to_string(input.timestamp) + '\n' + scope +
                             '\n' + result.request_hash;
    result.signature = to_hex(hmac_sha256(day_key(input, date), text));
    result.authorization = "TC3-HMAC-SHA256 Credential=" + input.secret_id + '/' + scope +
                           ", SignedHeaders=" + names + ", Signature=" + result.signature;
    return result;
}

CosSignature sign_cos(const CosInput& input) {
    const std::string time = std::to_string(input.begin) + ';' + std::to_string(input.end);
    const Joined params = joined(input.params);
    const Joined headers = joined(input.headers);
    const std::string request = lower_case(input.method) + '\n' + input.path + '\n' + params.pairs +
                                '\n' + headers.pairs + '\n';
    CosSignature result;
    result.sign_key = hmac_sha1_hex(input.secret_key, time);
    result.request_hash = sha1_hex(request);
    const std::string text = "sha1\n" + time + '\n' + result.request_hash + '\n';
    result.signature = hmac_sha1_hex(result.sign_key, text);
    result.authorization = "q-sign-algorithm=sha1&q-ak=" + input.secret_id +
                           "&q-sign-time=" + time + "&q-key-time=" + time +
                           "&q-header-list=" + headers.names + "&q-url-param-list=" + params.names +
                           "&q-signature=" + result.signature;
    return result;
}

}  // namespace cvmbackup
