// One call of API 3.0 and one of COS, as values, and the two interfaces that make them. Around the
// signing ones stand decorators, one reason each: measured, paced, retried. Calls know nothing of
// accounts' secrets, endpoints or HTTP.
#pragma once

#include "cloud/errors.hpp"
#include "cloud/transport.hpp"
#include "model/failure.hpp"
#include "model/ids.hpp"
#include "ports/clock.hpp"

#include <boost/json/object.hpp>

#include <map>
#include <string>

namespace cvmbackup {

// What decorators look at; both kinds of call have it.
struct CallHead {
    AccountName account;
    Region region;
    std::string access_endpoint;  // the host that is asked; limits count per host
    CallTopic topic;
    // When the engine asked, of the clock that never jumps: a change is signed signing_max after it
    // at most.
    Duration handed_over{0};
    Duration throttled{0};  // how long it waited for the limiter; filled in by `paced`
};

struct ApiCall {
    CallHead head;
    std::string service = "cvm";
    std::string version = "2017-03-12";
    boost::json::object body;
};

// The Response object of a successful answer, with its RequestId.
class Api {
public:
    using Call = ApiCall;
    using Answer = boost::json::object;

    virtual ~Api() = default;
    virtual Task<Outcome<Answer>> call(Call call) = 0;
};

struct CosCall {
    CallHead head;
    BucketName bucket;
    std::string method = "GET";
    std::string key;                            // without a leading slash; empty: the bucket itself
    std::map<std::string, std::string> params;  // decoded
};

// Answers with status 2xx only, but for a 404 to a HEAD of an object, which is an answer as well.
class Cos {
public:
    using Call = CosCall;
    using Answer = HttpAnswer;

    virtual ~Cos() = default;
    virtual Task<Outcome<Answer>> call(Call call) = 0;
};

}  // namespace cvmbackup
