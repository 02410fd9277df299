// A small HTTP/1.1 endpoint for Prometheus on the daemon's own loop: GET and HEAD of /metrics, and
// a page at / that links to it. At most 64 connections, 8 kB of headers and 30 s per read or write,
// so that no client can hold anything up. Destroy it before the io_context.
#pragma once

#include "model/failure.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace cvmbackup {

struct MetricsServerLimits {
    std::size_t connections = 64;
    std::chrono::milliseconds patience{30'000};  // for one read or write
};

class MetricsServer {
public:
    // `listen`: "127.0.0.1:9877", "[::1]:9877" or "unix:/run/cvmbackup/metrics.sock". Port 0 takes
    // a free one.
    MetricsServer(
        boost::asio::any_io_executor executor,
        std::string listen,
        std::function<std::string()> text,
        MetricsServerLimits limits = {}
    );
    ~MetricsServer();

    Outcome<void> start();       // the text names the address and what to do
    void stop();                 // ends the connections as well; harmless twice
    std::uint16_t port() const;  // 0 before start() and on a unix socket

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace cvmbackup
