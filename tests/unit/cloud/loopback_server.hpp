// A server on 127.0.0.1 that reads whole requests and answers with scripted bytes, in the test's
// own io_context; plain or TLS.
#pragma once

#include "ports/clock.hpp"
#include "tls_server_files.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cvmbackup {

class LoopbackServer {
public:
    enum class Afterwards { keep, close, reset, stay_silent };

    struct Reply {
        std::string bytes;
        Afterwards afterwards = Afterwards::keep;
    };

    LoopbackServer(boost::asio::io_context& io, const ServerFiles* tls)
        : io_(io)
        , acceptor_(io, {boost::asio::ip::address_v4::loopback(), 0}) {
        if (tls != nullptr) {
            context_.emplace(boost::asio::ssl::context::tls_server);
            context_->use_certificate(
                boost::asio::buffer(tls->certificate_pem), boost::asio::ssl::context::pem
            );
            context_->use_private_key(
                boost::asio::buffer(tls->key_pem), boost::asio::ssl::context::pem
            );
        }
        boost::asio::co_spawn(io_, accept(), rethrow);
    }

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

    void reply(std::string body) {
        replies.push_back(
            {"HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
             body}
        );
    }

    void close() { acceptor_.close(); }

    std::deque<Reply> replies;
    std::vector<std::string> requests;  // head and body
    std::size_t connections = 0;

private:
    using Socket = boost::asio::ip::tcp::socket;
    static constexpr auto awaited = boost::asio::as_tuple(boost::asio::use_awaitable);

    static void rethrow(std::exception_ptr error) {
        if (error)
            std::rethrow_exception(error);
    }

    Task<void> accept() {
        for (;;) {
            auto [error, socket] = co_await acceptor_.async_accept(awaited);
            if (error)
                co_return;
            ++connections;
            boost::asio::co_spawn(io_, serve(std::move(socket)), rethrow);
        }
    }

    Task<void> serve(Socket socket) {
        if (!context_) {
            co_await answer(socket, socket);
            co_return;
        }
        boost::asio::ssl::stream<Socket&> stream(socket, *context_);
        const auto [error] =
            co_await stream.async_handshake(boost::asio::ssl::stream_base::server, awaited);
        if (!error)
            co_await answer(stream, socket);
    }

    template <class Stream>
    Task<void> answer(Stream& stream, Socket& socket) {
        boost::asio::streambuf buffer;
        for (;;) {
            const auto [error, size] =
                co_await boost::asio::async_read_until(stream, buffer, "\r\n\r\n", awaited);
            if (error)
                co_return;
            const auto* data = static_cast<const char*>(buffer.data().data());
            requests.emplace_back(data, buffer.size());
            buffer.consume(buffer.size());
            if (replies.empty())
                co_return;
            const Reply reply = std::move(replies.front());
            replies.pop_front();
            co_await boost::asio::async_write(stream, boost::asio::buffer(reply.bytes), awaited);
            if (reply.afterwards == Afterwards::stay_silent)
                continue;
            if (reply.afterwards == Afterwards::reset)
                socket.set_option(boost::asio::socket_base::linger(true, 0));
            if (reply.afterwards != Afterwards::keep) {
                socket.close();
                co_return;
            }
        }
    }

    boost::asio::io_context& io_;
    boost::asio::ip::tcp::acceptor acceptor_;
    std::optional<boost::asio::ssl::context> context_;
};

}  // namespace cvmbackup
