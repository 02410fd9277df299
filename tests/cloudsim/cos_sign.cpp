#include "cos_sign.hpp"

#include "digests.hpp"
#include "endpoints.hpp"
#include "text.hpp"

#include <algorithm>
#include <charconv>
#include <map>

namespace cloudsim {
namespace {

[[noreturn]] void deny(const std::string& message) {
    throw CosRefusal{403, "AccessDenied", message};
}

[[noreturn]] void malformed() {
    throw CosRefusal{400, "InvalidArgument", "The authorization is not of the documented form."};
}

std::map<std::string, std::string> authorization_parts(const HttpRequest& request) {
    std::map<std::string, std::string> parts;
    if (const auto header = request.header("Authorization")) {
        for (const std::string& part : split(trim(*header), '&')) {
            const auto equals = part.find('=');
            if (equals == std::string::npos) {
                malformed();
            }
            parts[part.substr(0, equals)] = part.substr(equals + 1);
        }
        return parts;
    }
    for (const auto& [name, value] : parse_target(request.target).query) {
        if (name.starts_with("q-")) {
            parts[name] = value;
        }
    }
    return parts;
}

struct TimeSpan {
    Instant begin;
    Instant end;
};

TimeSpan parse_key_time(const std::string& text) {
    const std::vector<std::string> ends = split(text, ';');
    std::int64_t seconds[2] = {0, 0};
    constexpr std::int64_t latest = 253'402'300'799;  // the end of the year 9999
    for (std::size_t i = 0; i < 2; ++i) {
        if (ends.size() != 2) {
            malformed();
        }
        const char* last = ends[i].data() + ends[i].size();
        const auto [end, error] = std::from_chars(ends[i].data(), last, seconds[i]);
        if (error != std::errc{} || end != last || seconds[i] < 0 || seconds[i] > latest) {
            malformed();
        }
    }
    return {Instant{std::chrono::seconds{seconds[0]}}, Instant{std::chrono::seconds{seconds[1]}}};
}

bool covers(const TimeSpan& span, Instant at) {
    return at >= span.begin && at <= span.end;
}

// Names are encoded before they are put in lower case, values keep their upper-case escapes.
std::string pair_text(const std::string& name, std::string_view value) {
    return to_lower(percent_encode(name)) + "=" + percent_encode(value);
}

std::string joined_params(const HttpRequest& request, const std::vector<std::string>& names) {
    std::map<std::string, std::string> present;
    for (const auto& [name, value] : parse_target(request.target).query) {
        present[to_lower(percent_encode(name))] = value;
    }
    std::string text;
    for (const std::string& name : names) {
        const auto found = present.find(name);
        if (found == present.end()) {
            throw CosRefusal{403, "SignatureDoesNotMatch", "A signed parameter is missing."};
        }
        text += (text.empty() ? "" : "&") + name + "=" + percent_encode(found->second);
    }
    return text;
}

std::string joined_headers(const HttpRequest& request, const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) {
        const auto value = request.header(percent_decode(name));
        if (!value) {
            throw CosRefusal{403, "SignatureDoesNotMatch", "A signed header is missing."};
        }
        text += (text.empty() ? "" : "&") + pair_text(percent_decode(name), *value);
    }
    return text;
}

// Whether COS looks at a Date besides the signature's own time is not documented; one that is
// signed is taken seriously here.
void check_date(
    const HttpRequest& request,
    const CosAuthorization& authorization,
    Duration tolerance,
    Instant now,
    Instant real_now
) {
    const auto& names = authorization.header_names;
    const auto date = request.header("Date");
    if (!date || std::find(names.begin(), names.end(), "date") == names.end()) {
        return;
    }
    const auto at = parse_http_date(*date);
    const bool fits = at && (std::chrono::abs(*at - now) <= tolerance ||
                             std::chrono::abs(*at - real_now) <= tolerance);
    if (!fits) {
        throw CosRefusal{403, "RequestTimeTooSkewed", "The Date is too far from the server's."};
    }
}

void check_token(const HttpRequest& request, const Credential& credential, Instant now) {
    std::string token{request.header("x-cos-security-token").value_or("")};
    if (token.empty()) {
        const auto query = parse_target(request.target).query;
        const auto found = query.find("x-cos-security-token");
        token = found == query.end() ? "" : found->second;
    }
    if (!equal_secrets(token, credential.token)) {
        throw CosRefusal{403, "InvalidAccessKeyId", "The token does not belong to the key."};
    }
    if (credential.expires && now >= *credential.expires) {
        throw CosRefusal{400, "ExpiredToken", "The token has expired."};
    }
}

std::string http_string(
    const HttpRequest& request, const CosAuthorization& authorization, const std::string& path
) {
    return to_lower(request.method) + "\n" + path + "\n" +
           joined_params(request, authorization.param_names) + "\n" +
           joined_headers(request, authorization.header_names) + "\n";
}

}  // namespace

CosAuthorization parse_cos_authorization(const HttpRequest& request) {
    std::map<std::string, std::string> parts = authorization_parts(request);
    if (parts.empty()) {
        deny("Access Denied.");
    }
    for (const char* name :
         {"q-ak",
          "q-sign-time",
          "q-key-time",
          "q-header-list",
          "q-url-param-list",
          "q-signature"}) {
        if (!parts.contains(name)) {
            malformed();
        }
    }
    if (parts["q-sign-algorithm"] != "sha1") {
        malformed();
    }
    return {
        parts["q-ak"],
        parts["q-sign-time"],
        parts["q-key-time"],
        split(parts["q-header-list"], ';'),
        split(parts["q-url-param-list"], ';'),
        parts["q-signature"]};
}

std::string cos_http_string(const HttpRequest& request, const CosAuthorization& authorization) {
    return http_string(request, authorization, parse_target(request.target).path);
}

std::string cos_signature(
    const std::string& secret_key,
    const CosAuthorization& authorization,
    const std::string& http_string
) {
    const std::string sign_key = to_hex(hmac_sha1(secret_key, authorization.key_time));
    const std::string text =
        "sha1\n" + authorization.sign_time + "\n" + sha1_hex(http_string) + "\n";
    return to_hex(hmac_sha1(sign_key, text));
}

const Credential& authenticate_cos(
    const HttpRequest& request, const State& state, Instant now, Instant real_now
) {
    const CosAuthorization authorization = parse_cos_authorization(request);
    const TimeSpan span = parse_key_time(authorization.key_time);
    if (authorization.sign_time != authorization.key_time) {
        malformed();
    }
    const Credential* credential = state.find_credential(authorization.secret_id);
    if (credential == nullptr) {
        throw CosRefusal{403, "InvalidAccessKeyId", "The secret id is not known."};
    }
    if (!covers(span, now) && !covers(span, real_now)) {
        deny("Request has expired");
    }
    const auto is_signed_with = [&](const std::string& path) {
        const std::string text = http_string(request, authorization, path);
        const std::string expected = cos_signature(credential->secret_key, authorization, text);
        return equal_secrets(expected, authorization.signature);
    };
    // Given our address with the bucket in its path, the official Node.js SDK signs the key alone.
    const CosTarget target = cos_target(request);
    const bool is_our_address = target.region.empty() && !target.bucket.empty();
    if (!is_signed_with(parse_target(request.target).path) &&
        !(is_our_address && is_signed_with("/" + target.key))) {
        throw CosRefusal{403, "SignatureDoesNotMatch", "The signature does not fit the request."};
    }
    check_date(request, authorization, state.behaviour.cos_clock_skew, now, real_now);
    check_token(request, *credential, now);
    return *credential;
}

}  // namespace cloudsim
