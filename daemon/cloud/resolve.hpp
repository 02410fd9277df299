// Names to addresses with a bound of our own: getaddrinfo cannot be cancelled, so a late result is
// simply dropped. Addresses need no resolver, and no resolver thread.
#pragma once

#include "model/failure.hpp"
#include "ports/clock.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace cvmbackup {

Task<Outcome<std::vector<boost::asio::ip::tcp::endpoint>>> resolve(
    boost::asio::any_io_executor executor, std::string host, std::uint16_t port, Duration timeout
);

}  // namespace cvmbackup
