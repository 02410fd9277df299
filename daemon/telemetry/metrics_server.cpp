#include "telemetry/metrics_server.hpp"

#include "ports/clock.hpp"
#include "telemetry/listener.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <exception>
#include <list>
#include <optional>
#include <unistd.h>
#include <utility>

namespace cvmbackup {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

using Stream = beast::basic_stream<asio::generic::stream_protocol>;
using Request = http::request<http::empty_body>;
using Response = http::response<http::string_body>;

constexpr auto await_tuple = asio::as_tuple(asio::use_awaitable);
constexpr std::uint32_t header_limit = 8192;
constexpr const char* landing_page =
    "<!DOCTYPE html><html lang=\"en\"><head><title>cvmbackup</title></head>"
    "<body><h1>cvmbackup</h1><p><a href=\"/metrics\">Metrics</a></p></body></html>\n";

Response make_response(http::status status, const char* type, std::string body) {
    Response response(status, 11);
    response.set(http::field::content_type, type);
    response.body() = std::move(body);
    return response;
}

Response refuse(http::status status, const std::string& words) {
    return make_response(status, "text/plain; charset=utf-8", words + "\n");
}

}  // namespace

struct MetricsServer::State {
    State(
        asio::any_io_executor its_executor,
        std::string its_address,
        std::function<std::string()> its_text,
        MetricsServerLimits its_limits
    )
        : executor(std::move(its_executor))
        , address(std::move(its_address))
        , text(std::move(its_text))
        , limits(its_limits) {}

    Response answer(const Request& request) const;

    asio::any_io_executor executor;
    std::string address;
    std::function<std::string()> text;
    MetricsServerLimits limits;
    std::optional<Listener> listener;
    std::list<Stream*> open;

    static Task<void> accept(std::shared_ptr<State> state);
    static Task<void> serve(std::shared_ptr<State> state, Stream::socket_type socket);
    static Task<void> exchange(std::shared_ptr<State> state, Stream& stream);
};

Response MetricsServer::State::answer(const Request& request) const {
    if (request.method() != http::verb::get && request.method() != http::verb::head) {
        Response response = refuse(http::status::method_not_allowed, "only GET and HEAD");
        response.set(http::field::allow, "GET, HEAD");
        return response;
    }
    const std::string target(request.target());
    const std::string path = target.substr(0, target.find('?'));
    if (path == "/metrics") {
        return make_response(http::status::ok, "text/plain; version=0.0.4; charset=utf-8", text());
    }
    if (path == "/") {
        return make_response(http::status::ok, "text/html; charset=utf-8", landing_page);
    }
    return refuse(http::status::not_found, "there is only /metrics");
}

namespace {

// A stream that stop() finds while it is open.
class KnownStream {
public:
    KnownStream(Stream::socket_type socket, std::list<Stream*>& open)
        : stream_(std::move(socket))
        , open_(open)
        , place_(open.insert(open.end(), &stream_)) {}

    KnownStream(const KnownStream&) = delete;
    KnownStream& operator=(const KnownStream&) = delete;

    ~KnownStream() { open_.erase(place_); }

    Stream& get() { return stream_; }

private:
    Stream stream_;
    std::list<Stream*>& open_;
    std::list<Stream*>::iterator place_;
};

void report(std::exception_ptr error) {
    if (error) {
        std::rethrow_exception(error);  // a bug: the loop's owner ends the daemon
    }
}

// Sends the head only for HEAD, with the length the body would have.
Task<bool> send(Stream& stream, Response response, bool head_only) {
    response.set(http::field::server, "cvmbackup");
    response.prepare_payload();
    const bool keep_alive = response.keep_alive();
    http::response_serializer<http::string_body> serializer(response);
    if (head_only) {
        const auto [error, size] =
            co_await http::async_write_header(stream, serializer, await_tuple);
        co_return !error && keep_alive;
    }
    const auto [error, size] = co_await http::async_write(stream, serializer, await_tuple);
    co_return !error && keep_alive;
}

}  // namespace

// Requests of one connection, one after the other, until either side has had enough.
Task<void> MetricsServer::State::exchange(std::shared_ptr<State> state, Stream& stream) {
    beast::flat_buffer buffer(header_limit * 2);
    bool go_on = true;
    while (go_on) {
        http::request_parser<http::empty_body> parser;
        parser.header_limit(header_limit);
        stream.expires_after(state->limits.patience);
        const auto [error, size] = co_await http::async_read(stream, buffer, parser, await_tuple);
        if (error == http::error::header_limit || error == http::error::buffer_overflow) {
            Response response =
                refuse(http::status::request_header_fields_too_large, "headers of at most 8 kB");
            response.keep_alive(false);
            co_await send(stream, std::move(response), false);
            co_return;
        }
        if (error.category() == http::make_error_code(http::error::bad_version).category() &&
            error != http::error::end_of_stream && error != http::error::partial_message) {
            Response response =
                refuse(http::status::bad_request, "not a request: " + error.message());
            response.keep_alive(false);
            co_await send(stream, std::move(response), false);
            co_return;
        }
        if (error) {
            co_return;
        }
        Response response = state->answer(parser.get());
        response.keep_alive(parser.get().keep_alive());
        const bool head_only = parser.get().method() == http::verb::head;
        stream.expires_after(state->limits.patience);
        go_on = co_await send(stream, std::move(response), head_only);
    }
}

Task<void> MetricsServer::State::serve(std::shared_ptr<State> state, Stream::socket_type socket) {
    if (!state->listener) {
        co_return;  // stopped in the meantime
    }
    KnownStream known(std::move(socket), state->open);
    co_await exchange(state, known.get());
    boost::system::error_code ignored;
    known.get().socket().shutdown(asio::socket_base::shutdown_send, ignored);
}

Task<void> MetricsServer::State::accept(std::shared_ptr<State> state) {
    asio::steady_timer pause(state->executor);
    while (state->listener) {
        auto [error, socket] = co_await state->listener->acceptor.async_accept(await_tuple);
        if (error == asio::error::operation_aborted || !state->listener) {
            co_return;
        }
        if (error) {
            // Out of descriptors, most likely: not a reason to spin or to give up.
            pause.expires_after(std::chrono::seconds(1));
            co_await pause.async_wait(await_tuple);
            continue;
        }
        if (state->open.size() < state->limits.connections) {
            asio::co_spawn(state->executor, serve(state, std::move(socket)), report);
        }
    }
}

MetricsServer::MetricsServer(
    asio::any_io_executor executor,
    std::string listen,
    std::function<std::string()> text,
    MetricsServerLimits limits
)
    : state_(
          std::make_shared<State>(std::move(executor), std::move(listen), std::move(text), limits)
      ) {}

MetricsServer::~MetricsServer() {
    stop();
}

Outcome<void> MetricsServer::start() {
    Outcome<Listener> listener = open_listener(state_->executor, state_->address);
    if (!listener) {
        return listener.error();
    }
    state_->listener = std::move(*listener);
    asio::co_spawn(state_->executor, State::accept(state_), report);
    return boost::system::in_place_value;
}

void MetricsServer::stop() {
    if (state_->listener) {
        if (!state_->listener->socket_path.empty()) {
            ::unlink(state_->listener->socket_path.c_str());
        }
        state_->listener.reset();
    }
    for (Stream* stream : state_->open) {
        stream->close();
    }
}

std::uint16_t MetricsServer::port() const {
    return state_->listener ? state_->listener->port : 0;
}

}  // namespace cvmbackup
