// One open connection to a server, plain or TLS, and one exchange on it at a time. Private to the
// HTTPS transport; keeps Beast in one source file.
#pragma once

#include "cloud/tls_context.hpp"
#include "cloud/transport.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>

namespace cvmbackup {

struct Exchange {
    Outcome<HttpAnswer> answer = Failure();
    bool reusable = false;      // the connection may serve another exchange
    bool nothing_came = false;  // it failed before the first byte of an answer
};

class HttpConnection {
public:
    virtual ~HttpConnection() = default;
    // Still open, and the server has not said anything unasked.
    virtual bool is_quiet() = 0;
    // Writes the request, reads its answer. Every failure here may have been executed.
    virtual Task<Exchange> exchange(const HttpRequest& request) = 0;
};

// Resolves, connects, shakes hands. Every failure here is certainly not sent.
Task<Outcome<std::unique_ptr<HttpConnection>>> open_connection(
    boost::asio::any_io_executor executor, TlsContext& tls, const HttpRequest& request
);

}  // namespace cvmbackup
