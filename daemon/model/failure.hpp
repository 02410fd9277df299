// An expected failure is a value that says what to do, not only what happened.
#pragma once

#include <boost/system/result.hpp>

#include <string>

namespace cvmbackup {

// What may be done after a failed call to the cloud.
enum class Remedy {
    retry_now,            // certainly not executed; a fresh attempt may follow at once
    retry_later,          // certainly not executed; busy, throttled or temporarily unavailable
    look_first,           // it may have happened: look in the cloud before doing anything else
    refresh_credentials,  // not executed; the credentials are stale
    give_up,              // a refusal that no repetition changes
};

struct Failure {
    Remedy remedy = Remedy::give_up;
    std::string code;  // the cloud's error code, or ours: "Timeout", "Connection", "Answer" …
    std::string text;  // plain words, naming the thing and what to do
    std::string request_id;  // the cloud's, if it answered

    bool operator==(const Failure&) const = default;
};

template <class T>
using Outcome = boost::system::result<T, Failure>;

// Called by Outcome::value() on a failure; we test first, so this is a bug.
[[noreturn]] void throw_exception_from_error(
    const Failure& failure, const boost::source_location& where
);

const char* to_text(Remedy remedy);

}  // namespace cvmbackup
