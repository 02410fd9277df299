#include "tc3.hpp"

#include "digests.hpp"
#include "refusal.hpp"
#include "text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

namespace cloudsim {
namespace {

constexpr std::string_view algorithm = "TC3-HMAC-SHA256";
constexpr std::string_view unsigned_payload = "UNSIGNED-PAYLOAD";
constexpr std::chrono::minutes tolerance{5};

[[noreturn]] void refuse(const std::string& kind, const std::string& message) {
    throw Refusal{"AuthFailure." + kind, message};
}

std::string required_header(const HttpRequest& request, std::string_view name) {
    const auto value = request.header(name);
    if (!value || value->empty()) {
        throw Refusal{
            "MissingParameter", "The request is missing the header `" + std::string{name} + "`."};
    }
    return std::string{*value};
}

// "Key=Value" -> Value, or a refusal.
std::string named_part(std::string_view part, std::string_view name) {
    part = trim(part);
    if (!part.starts_with(name) || part.size() <= name.size() || part[name.size()] != '=') {
        refuse("InvalidAuthorization", "The Authorization header is not of the documented form.");
    }
    return std::string{part.substr(name.size() + 1)};
}

Instant parse_timestamp(const std::string& text) {
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    constexpr std::int64_t latest = 253'402'300'799;  // the end of the year 9999
    if (error != std::errc{} || end != text.data() + text.size() || seconds < 0 ||
        seconds > latest) {
        throw Refusal{"InvalidParameterValue", "X-TC-Timestamp is not a Unix time."};
    }
    return Instant{std::chrono::seconds{seconds}};
}

bool fits(Instant stamp, Instant clock) {
    return stamp >= clock - tolerance && stamp <= clock + tolerance;
}

void check_signed_headers(const std::vector<std::string>& names) {
    const auto is_signed = [&names](std::string_view name) {
        return std::ranges::find(names, name) != names.end();
    };
    if (!is_signed("content-type") || !is_signed("host")) {
        refuse("InvalidAuthorization", "content-type and host must be signed.");
    }
    if (!std::ranges::is_sorted(names)) {
        refuse("SignatureFailure", "The signed headers are not sorted.");
    }
}

void check_token(const HttpRequest& request, const Credential& credential, Instant now) {
    const std::string token{request.header("X-TC-Token").value_or("")};
    if (!equal_secrets(token, credential.token)) {
        refuse("TokenFailure", "The token does not belong to the secret id.");
    }
    if (credential.expires && now >= *credential.expires) {
        refuse("TokenFailure", "The token has expired.");
    }
}

}  // namespace

Tc3Authorization parse_tc3_authorization(std::string_view text) {
    const auto blank = text.find(' ');
    if (text.substr(0, blank) != algorithm || blank == std::string_view::npos) {
        refuse("InvalidAuthorization", "The Authorization header does not begin with the method.");
    }
    const std::vector<std::string> parts = split(text.substr(blank + 1), ',');
    if (parts.size() != 3) {
        refuse("InvalidAuthorization", "The Authorization header needs three parts.");
    }
    Tc3Authorization result;
    const std::vector<std::string> scope = split(named_part(parts[0], "Credential"), '/');
    result.signed_headers = split(named_part(parts[1], "SignedHeaders"), ';');
    result.signature = named_part(parts[2], "Signature");
    if (scope.size() != 4 || scope[3] != "tc3_request") {
        refuse("InvalidAuthorization", "The credential scope is not of the documented form.");
    }
    result.secret_id = scope[0];
    result.date = scope[1];
    result.service = scope[2];
    return result;
}

std::string tc3_canonical_request(
    const HttpRequest& request,
    const std::vector<std::string>& signed_headers,
    SignedHost signed_host
) {
    const auto question = request.target.find('?');
    const std::string query =
        question == std::string::npos ? "" : request.target.substr(question + 1);
    std::string text = request.method + "\n/\n" + query + "\n";
    std::string names;
    for (const std::string& name : signed_headers) {
        const auto value = request.header(name);
        if (!value) {
            refuse("SignatureFailure", "The signed header `" + name + "` is missing.");
        }
        std::string_view signed_value = trim(*value);
        if (name == "host" && signed_host == SignedHost::without_port) {
            signed_value = signed_value.substr(0, signed_value.rfind(':'));
        }
        text += to_lower(name) + ":" + to_lower(signed_value) + "\n";
        names += (names.empty() ? "" : ";") + to_lower(name);
    }
    const bool is_unsigned = request.header("X-TC-Content-SHA256") == unsigned_payload;
    return text + "\n" + names + "\n" +
           sha256_hex(is_unsigned ? unsigned_payload : std::string_view{request.body});
}

namespace {

// The same for all requests of a day by one key to one service, and most of the work of judging
// one.
const std::string& signing_key(
    const std::string& secret_key, const std::string& date, const std::string& service
) {
    constexpr std::size_t most_kept = 100;
    thread_local std::map<std::array<std::string, 3>, std::string> kept;
    std::array<std::string, 3> by{secret_key, date, service};
    const auto found = kept.find(by);
    if (found != kept.end()) {
        return found->second;
    }
    if (kept.size() == most_kept) {
        kept.clear();
    }
    const std::string date_key = hmac_sha256("TC3" + secret_key, date);
    const std::string service_key = hmac_sha256(date_key, service);
    return kept.emplace(std::move(by), hmac_sha256(service_key, "tc3_request")).first->second;
}

}  // namespace

std::string tc3_signature(
    const std::string& secret_key,
    const std::string& date,
    const std::string& service,
    const std::string& timestamp,
    const std::string& canonical_request
) {
    const std::string text = std::string{algorithm} + "\n" + timestamp + "\n" + date + "/" +
                             service + "/tc3_request\n" + sha256_hex(canonical_request);
    return to_hex(hmac_sha256(signing_key(secret_key, date, service), text));
}

Caller authenticate(const HttpRequest& request, const State& state, Instant now, Instant real_now) {
    const std::string timestamp = required_header(request, "X-TC-Timestamp");
    const Instant stamp = parse_timestamp(timestamp);
    const auto authorization = request.header("Authorization");
    if (!authorization) {
        refuse("InvalidAuthorization", "The request has no Authorization header.");
    }
    const Tc3Authorization parsed = parse_tc3_authorization(*authorization);
    check_signed_headers(parsed.signed_headers);
    if (!fits(stamp, now) && !fits(stamp, real_now)) {
        refuse("SignatureExpire", "The timestamp is off by more than five minutes.");
    }
    const Credential* credential = state.find_credential(parsed.secret_id);
    if (credential == nullptr) {
        refuse("SecretIdNotFound", "The secret id is not known.");
    }
    if (parsed.date != to_utc_date(stamp)) {
        refuse("SignatureFailure", "The date is not the timestamp's date in UTC.");
    }
    // The real endpoints have no port; the official Node.js SDK signs the bare host name of ours.
    const auto is_signed_with = [&](SignedHost host) {
        const std::string canonical = tc3_canonical_request(request, parsed.signed_headers, host);
        const std::string expected = tc3_signature(
            credential->secret_key, parsed.date, parsed.service, timestamp, canonical
        );
        return equal_secrets(expected, parsed.signature);
    };
    if (!is_signed_with(SignedHost::as_sent) && !is_signed_with(SignedHost::without_port)) {
        refuse("SignatureFailure", "The signature does not fit the request.");
    }
    check_token(request, *credential, now);
    return {credential, parsed.secret_id, parsed.service};
}

}  // namespace cloudsim
