// Opens the socket an address names: "127.0.0.1:9877", "[::1]:9877", "unix:/path". Private to the
// metrics server.
#pragma once

#include "model/failure.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

#include <cstdint>
#include <string>

namespace cvmbackup {

using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol>;

struct Listener {
    Acceptor acceptor;
    std::uint16_t port = 0;   // 0 for a unix socket
    std::string socket_path;  // to be removed at the end; empty for TCP
};

Outcome<Listener> open_listener(
    const boost::asio::any_io_executor& executor, const std::string& address
);

}  // namespace cvmbackup
