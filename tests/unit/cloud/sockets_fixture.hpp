// A real transport that talks to a server on 127.0.0.1, both on the test's own io_context.
#pragma once

#include "cloud/https_transport.hpp"
#include "loopback_server.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

namespace cvmbackup {

class OverSockets : public ::testing::Test {
protected:
    void listen(const ServerFiles* tls) { server.emplace(io, tls); }

    void make_transport(HttpsSettings settings) {
        transport = make_https_transport(io.get_executor(), std::move(settings));
    }

    HttpRequest request() const {
        HttpRequest request;
        request.tls = false;
        request.connect_host = "127.0.0.1";
        request.port = server->port();
        request.host = "cvm.ap-guangzhou.tencentcloudapi.com";
        request.body = "{}";
        request.timeout = std::chrono::seconds(10);
        return request;
    }

    HttpRequest read() const {
        HttpRequest result = request();
        result.repeatable = true;
        return result;
    }

    Outcome<HttpAnswer> send(HttpRequest what) {
        if (!transport)
            make_transport({});
        std::optional<Outcome<HttpAnswer>> answer;
        const auto on_end = [&answer](std::exception_ptr error, Outcome<HttpAnswer> value) {
            if (error)
                std::rethrow_exception(error);
            answer = std::move(value);
        };
        boost::asio::co_spawn(io, transport->send(std::move(what)), on_end);
        io.restart();
        while (!answer)
            if (io.run_one() == 0)
                throw std::logic_error("nobody will ever answer");
        return std::move(*answer);
    }

    // Lets what is under way in the kernel arrive.
    void settle() {
        while (io.run_one_for(std::chrono::milliseconds(50)) != 0) {
        }
    }

    boost::asio::io_context io;
    std::optional<LoopbackServer> server;
    std::unique_ptr<Transport> transport;
};

}  // namespace cvmbackup
