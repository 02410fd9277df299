// One HTTP exchange, whatever carries it: sockets in production, the simulated cloud's library in
// tests. Redirects are answers like any other, never followed.
//
// A failure's remedy tells how far the request came:
//   retry_later - certainly not sent (no address, no connection, no trusted certificate);
//   look_first  - it may have arrived (time-out, lost connection, broken or too large answer).
// Codes: "Resolve" "Connect" "TLS" "Timeout" "Connection" "Answer", and whatever before_sending
// says.
#pragma once

#include "model/failure.hpp"
#include "model/time.hpp"
#include "ports/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cvmbackup {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
    bool tls = true;
    std::string connect_host;  // a name or an address; with TLS the certificate must be for it
    std::uint16_t port = 443;
    std::string host;  // the Host header
    std::string method = "POST";
    std::string target = "/";  // path and query, encoded
    HttpHeaders headers;       // without Host and Content-Length
    std::string body;
    Duration timeout = std::chrono::seconds(30);  // real time, from the connection on
    std::size_t answer_limit = 50U << 20U;        // bytes of body; API 3.0 answers at most 50 MB
    bool repeatable = false;  // a read: may be sent again if a kept-alive connection proves dead
    // Called when a connection is ready, right before the bytes are written (and again if they are
    // written again): the place to sign. A failure is returned, and nothing is sent.
    std::function<Outcome<void>(HttpRequest&)> before_sending;
};

struct HttpAnswer {
    unsigned status = 0;
    HttpHeaders headers;
    std::string body;
};

class Transport {
public:
    virtual ~Transport() = default;
    virtual Task<Outcome<HttpAnswer>> send(HttpRequest request) = 0;
};

// The value of the first header of that name, whatever its case; empty if there is none.
std::string_view find_header(const HttpHeaders& headers, std::string_view name);

// Sets or replaces a header.
void set_header(HttpHeaders& headers, std::string_view name, std::string value);

}  // namespace cvmbackup
