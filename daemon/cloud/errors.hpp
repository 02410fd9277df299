// What a refusal of the cloud means for us: its error code becomes a remedy and a sentence with
// advice. Pure table look-up. Sources: common error codes (DOC 266/70594), the error lists of the
// CVM image actions, COS error codes (DOC 436/7730).
//
// A change may have happened whenever no clear refusal came back (look_first); the same trouble
// with a read is retry_now. Messages of the cloud are shown, never interpreted, but for one of COS.
#pragma once

#include "model/failure.hpp"

#include <string>
#include <string_view>

namespace cvmbackup {

// What a call was about, for the sentence.
struct CallTopic {
    std::string action;  // "CreateImage", "cos:HeadObject"
    std::string object;  // "instance ins-12345678", "bucket ops-1250000000"
    std::string region;  // may be empty
    bool is_change = false;
};

// An error code of API 3.0. `message` is the cloud's own text.
Failure api_refusal(
    const CallTopic& topic, std::string code, std::string_view message, std::string request_id
);

// An answer of COS other than success; `code` and `message` from its body, empty for HEAD.
Failure cos_refusal(
    const CallTopic& topic,
    unsigned status,
    std::string code,
    std::string_view message,
    std::string request_id
);

// An HTTP status that API 3.0 itself does not use: a gateway or proxy spoke.
Failure http_refusal(const CallTopic& topic, unsigned status, std::string request_id);

// The cloud answered, but not what was agreed.
Failure unusable_answer(const CallTopic& topic, std::string_view why, std::string request_id);

// A transport's failure, told with what the call was about.
Failure transport_failure(const CallTopic& topic, Failure failure);

// "CreateImage, instance ins-1 in ap-guangzhou"
std::string to_text(const CallTopic& topic);

namespace cloud_code {
inline constexpr const char* answer = "Answer";
inline constexpr const char* credentials = "Credentials";
inline constexpr const char* unknown_account = "UnknownAccount";
inline constexpr const char* too_late = "SigningTooLate";
inline constexpr const char* held_back = "HeldBack";
}  // namespace cloud_code

bool is_rate_limit(std::string_view code);
// The cloud could not be reached or is not well; it says nothing about what was asked for. An
// internal error or a strange answer to a change may be due to what it changes.
bool is_outage(const CallTopic& topic, std::string_view code);

}  // namespace cvmbackup
