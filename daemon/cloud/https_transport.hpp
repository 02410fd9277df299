// The transport over sockets: HTTPS with verified peers (system authorities, host name, TLS 1.2 at
// least), plain HTTP where an endpoint says so. Connections are kept alive and shared, a bounded
// number per server; those unused for a while are closed. No redirects, no proxies. Deadlines are
// real time, even on a scaled clock: a dead socket is a real thing.
#pragma once

#include "cloud/transport.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <string>

namespace cvmbackup {

struct HttpsSettings {
    std::string ca_file;               // trusted instead of the system's authorities
    std::size_t connections_max = 32;  // per server
    // Unused connections are closed between one and two of these after their last use.
    Duration idle_max = std::chrono::seconds(30);
};

std::unique_ptr<Transport> make_https_transport(
    boost::asio::any_io_executor executor, HttpsSettings settings
);

}  // namespace cvmbackup
