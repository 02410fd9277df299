#include "server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>

namespace cloudsim {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using tcp = asio::ip::tcp;

constexpr std::uint64_t body_limit = 64ULL * 1024 * 1024;
constexpr std::uint32_t header_limit = 64 * 1024;
constexpr auto as_pair = asio::as_tuple(asio::use_awaitable);

struct Session {
    explicit Session(tcp::socket accepted)
        : socket{std::move(accepted)}
        , pause{socket.get_executor()} {
        error_code gone;
        address = socket.remote_endpoint(gone).address().to_string();
    }

    tcp::socket socket;
    std::string address;
    asio::steady_timer pause;
    beast::flat_buffer buffer;
};

Instant real_time() {
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

HttpRequest to_request(const http::request<http::string_body>& message, bool is_too_large) {
    HttpRequest request;
    request.method = std::string{message.method_string().data(), message.method_string().size()};
    request.target = std::string{message.target().data(), message.target().size()};
    // The absolute form, which clients send that take us for a proxy.
    constexpr std::string_view scheme = "http://";
    if (request.target.starts_with(scheme)) {
        const auto path = request.target.find('/', scheme.size());
        request.target = path == std::string::npos ? "/" : request.target.substr(path);
    }
    for (const auto& field : message) {
        request.headers.emplace_back(
            std::string{field.name_string().data(), field.name_string().size()},
            std::string{field.value().data(), field.value().size()}
        );
    }
    request.is_too_large = is_too_large;
    request.body = is_too_large ? "" : message.body();
    return request;
}

http::response<http::string_body> to_message(const HttpAnswer& answer, unsigned version) {
    http::response<http::string_body> message;
    message.version(version);
    message.result(static_cast<unsigned>(answer.status));
    for (const auto& [name, value] : answer.headers) {
        message.insert(name, value);
    }
    message.body() = answer.body;
    message.content_length(answer.content_length.value_or(answer.body.size()));
    if (answer.status == 204 || answer.status == 304) {
        message.content_length(boost::none);
    }
    return message;
}

// The length that is told stays that of the whole.
void cut_in_half(HttpAnswer& answer) {
    answer.content_length = answer.content_length.value_or(answer.body.size());
    answer.body.resize(answer.body.size() / 2);
    if (answer.pattern) {
        answer.pattern->length /= 2;
    }
}

class Server {
public:
    Server(Cloud& cloud, const ScaledClock& clock, const Options& options)
        : cloud_{cloud}
        , clock_{clock}
        , acceptor_{io_}
        , signals_{io_, SIGTERM, SIGINT} {
        if (!options.requests_log.empty()) {
            log_.open(options.requests_log, std::ios::trunc);
            if (!log_) {
                throw std::runtime_error(options.requests_log + ": cannot be written");
            }
        }
        listen({asio::ip::make_address(options.address), options.port});
    }

    tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

    void run() {
        signals_.async_wait([this](error_code error, int) {
            if (!error) {
                end();
            }
        });
        asio::co_spawn(io_, accept_all(), [this](std::exception_ptr failure) { note(failure); });
        io_.run();
        if (failure_) {
            std::rethrow_exception(failure_);
        }
    }

private:
    void listen(const tcp::endpoint& endpoint) {
        try {
            acceptor_.open(endpoint.protocol());
            acceptor_.set_option(tcp::acceptor::reuse_address{true});
            acceptor_.bind(endpoint);
            acceptor_.listen();
        } catch (const boost::system::system_error& error) {
            std::ostringstream text;
            text << "cannot serve at " << endpoint << ": " << error.code().message();
            throw std::runtime_error(text.str());
        }
    }

    asio::awaitable<void> accept_all() {
        asio::steady_timer pause{io_};
        while (acceptor_.is_open()) {
            auto [error, socket] = co_await acceptor_.async_accept(as_pair);
            if (error) {
                // No file is left for a connection, say; it will be refused again at once.
                pause.expires_after(std::chrono::milliseconds{50});
                co_await pause.async_wait(as_pair);
                continue;
            }
            error_code ignored;
            socket.set_option(tcp::no_delay{true}, ignored);
            const std::uint64_t number = ++last_session_;
            auto session = std::make_shared<Session>(std::move(socket));
            sessions_[number] = session;
            asio::co_spawn(io_, converse(session), [this, number](std::exception_ptr failure) {
                sessions_.erase(number);
                note(failure);
            });
        }
    }

    asio::awaitable<void> converse(std::shared_ptr<Session> session) {
        bool goes_on = true;
        while (goes_on) {
            http::request_parser<http::string_body> parser;
            parser.body_limit(body_limit);
            parser.header_limit(header_limit);
            const auto [error, size] =
                co_await http::async_read(session->socket, session->buffer, parser, as_pair);
            const bool is_too_large = error == http::error::body_limit;
            if (error && !is_too_large) {
                break;
            }
            HttpRequest request = to_request(parser.get(), is_too_large);
            request.address = session->address;
            const HttpAnswer answer =
                cloud_.handle(request, clock_.simulated(real_time()), real_time());
            for (const RequestRecord& late : cloud_.take_late_records()) {
                write_log(late);
            }
            write_log(answer.record);
            if (answer.delay > Duration{0}) {
                session->pause.expires_after(clock_.real_length(answer.delay));
                co_await session->pause.async_wait(as_pair);
            }
            const bool may_go_on = parser.get().keep_alive() && !is_too_large;
            goes_on = co_await deliver(
                session,
                answer,
                parser.get().version(),
                may_go_on,
                parser.get().method() == http::verb::head
            );
            if (is_too_large) {
                co_await swallow(session);
            }
        }
        error_code ignored;
        session->socket.shutdown(tcp::socket::shutdown_both, ignored);
        session->socket.close(ignored);
    }

    // A client that still sends would not see the answer if the connection were closed now.
    asio::awaitable<void> swallow(std::shared_ptr<Session> session) {
        constexpr std::size_t piece = 64 * 1024;
        error_code failure;
        session->socket.shutdown(tcp::socket::shutdown_send, failure);
        while (!failure) {
            session->buffer.clear();
            const asio::mutable_buffer space = session->buffer.prepare(piece);
            const auto [error, size] = co_await session->socket.async_read_some(space, as_pair);
            failure = error;
        }
    }

    static void reset(Session& session) {
        error_code ignored;
        session.socket.set_option(asio::socket_base::linger{true, 0}, ignored);
        session.socket.close(ignored);
    }

    // Whether the connection may carry another request.
    asio::awaitable<bool> deliver(
        std::shared_ptr<Session> session,
        HttpAnswer answer,
        unsigned version,
        bool keep_alive,
        bool head_only
    ) {
        switch (answer.fate) {
            case Fate::closed:
                co_return false;
            case Fate::reset:
                reset(*session);
                co_return false;
            case Fate::silent:
                session->pause.expires_at(asio::steady_timer::time_point::max());
                co_await session->pause.async_wait(as_pair);
                co_return false;
            case Fate::truncated:
            case Fate::torn:
                keep_alive = false;
                cut_in_half(answer);
                break;
            case Fate::delivered:
                break;
        }
        const bool is_sent = co_await send(session, answer, version, keep_alive, head_only);
        if (answer.fate == Fate::torn) {
            reset(*session);
        }
        co_return keep_alive&& is_sent;
    }

    asio::awaitable<bool> send(
        std::shared_ptr<Session> session,
        HttpAnswer answer,
        unsigned version,
        bool keep_alive,
        bool head_only
    ) {
        http::response<http::string_body> message = to_message(answer, version);
        message.keep_alive(keep_alive);
        http::response_serializer<http::string_body> serializer{message};
        if (head_only || answer.pattern) {
            const auto [error, size] =
                co_await http::async_write_header(session->socket, serializer, as_pair);
            if (error || head_only) {
                co_return !error;
            }
            const PatternSlice slice = *answer.pattern;
            const bool is_sent = co_await send_pattern(session, slice);
            co_return is_sent;
        }
        const auto [error, size] = co_await http::async_write(session->socket, serializer, as_pair);
        co_return !error;
    }

    asio::awaitable<bool> send_pattern(std::shared_ptr<Session> session, PatternSlice slice) {
        constexpr std::uint64_t piece_max = 1024 * 1024;
        const std::uint64_t end = slice.offset + slice.length;
        while (slice.offset < end) {
            slice.length = std::min(end - slice.offset, piece_max);
            const std::string piece = pattern_bytes(slice);
            const asio::const_buffer bytes = asio::buffer(piece);
            const auto [error, size] = co_await asio::async_write(session->socket, bytes, as_pair);
            if (error) {
                co_return false;
            }
            slice.offset += slice.length;
        }
        co_return true;
    }

    void write_log(const RequestRecord& record) {
        if (log_.is_open()) {
            log_ << to_json_line(record) << '\n' << std::flush;
        }
    }

    void note(std::exception_ptr failure) {
        if (failure && !failure_) {
            failure_ = failure;
            end();
        }
    }

    void end() {
        error_code ignored;
        acceptor_.close(ignored);
        signals_.cancel(ignored);
        for (const auto& [number, session] : sessions_) {
            session->pause.cancel();
            session->socket.close(ignored);
        }
    }

    asio::io_context io_{1};
    Cloud& cloud_;
    ScaledClock clock_;
    tcp::acceptor acceptor_;
    asio::signal_set signals_;
    std::ofstream log_;
    std::map<std::uint64_t, std::shared_ptr<Session>> sessions_;
    std::uint64_t last_session_ = 0;
    std::exception_ptr failure_;
};

}  // namespace

void serve(Cloud& cloud, const ScaledClock& clock, const Options& options, std::ostream& ready) {
    Server server{cloud, clock, options};
    ready << "cvmcloudsim ready http://" << server.endpoint() << std::endl;
    server.run();
}

}  // namespace cloudsim
