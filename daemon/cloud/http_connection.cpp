#include "cloud/http_connection.hpp"

#include "cloud/resolve.hpp"
#include "cloud/text.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/span_body.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cerrno>
#include <sys/socket.h>
#include <utility>

namespace cvmbackup {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

namespace {

using TlsStream = beast::ssl_stream<beast::tcp_stream>;

constexpr auto awaited = asio::as_tuple(asio::use_awaitable);
constexpr std::uint32_t header_limit = 64 * 1024;
constexpr Duration resolve_max = std::chrono::seconds(10);

std::string server_of(const HttpRequest& request) {
    return request.connect_host + ':' + std::to_string(request.port);
}

Failure failed(
    Remedy remedy, const boost::system::error_code& error, std::string code, std::string text
) {
    Failure failure;
    failure.remedy = remedy;
    const bool timed_out = error == beast::error::timeout;
    failure.code = timed_out ? "Timeout" : std::move(code);
    failure.text = std::move(text);
    failure.text += timed_out ? "no answer in time" : error.message();
    return failure;
}

Failure not_connected(const HttpRequest& request, const boost::system::error_code& error) {
    Failure failure = failed(
        Remedy::retry_later, error, "Connect", "cannot connect to " + server_of(request) + ": "
    );
    if (error == asio::error::no_descriptors ||
        error == boost::system::errc::too_many_files_open_in_system) {
        failure.text += "; raise LimitNOFILE of the service, or see who holds them all";
        return failure;
    }
    failure.text += "; check the network, the firewall and the account's endpoint";
    return failure;
}

Failure not_trusted(
    const HttpRequest& request, const boost::system::error_code& error, SSL* connection
) {
    const std::string server = server_of(request);
    const long verdict = SSL_get_verify_result(connection);
    if (verdict == X509_V_OK)
        return failed(Remedy::retry_later, error, "TLS", "no TLS with " + server + ": ");
    Failure failure;
    failure.remedy = Remedy::retry_later;
    failure.code = "TLS";
    failure.text = "the certificate of " + server +
                   " is not trusted: " + X509_verify_cert_error_string(verdict) +
                   "; check the endpoint's name, this machine's clock and ca-certificates";
    return failure;
}

// The request was on its way: nobody knows how far it came.
Failure lost(const HttpRequest& request, const boost::system::error_code& error) {
    const std::string server = server_of(request);
    if (error == http::error::body_limit || error == http::error::header_limit ||
        error == http::error::buffer_overflow)
        return failed(
            Remedy::look_first, error, "Answer", "the answer of " + server + " is too large: "
        );
    if (error.category() == make_error_code(http::error::bad_version).category() &&
        error != http::error::end_of_stream && error != http::error::partial_message)
        return failed(
            Remedy::look_first, error, "Answer", "the answer of " + server + " is no HTTP: "
        );
    return failed(
        Remedy::look_first, error, "Connection", "the connection to " + server + " was lost: "
    );
}

http::request<http::span_body<const char>> message_of(const HttpRequest& request) {
    http::request<http::span_body<const char>> message;
    message.version(11);
    message.method_string(request.method);
    message.target(request.target);
    message.set(http::field::host, request.host);
    message.set(http::field::user_agent, "cvmbackup");
    for (const auto& [name, value] : request.headers)
        message.set(name, value);
    message.body() = beast::span<const char>(request.body.data(), request.body.size());
    message.prepare_payload();
    return message;
}

HttpAnswer answer_of(http::response<http::string_body> message) {
    HttpAnswer answer;
    answer.status = message.result_int();
    for (const auto& field : message)
        answer.headers.emplace_back(field.name_string(), field.value());
    answer.body = std::move(message.body());
    return answer;
}

template <class Stream>
class Connection final : public HttpConnection {
public:
    explicit Connection(Stream stream)
        : stream_(std::move(stream)) {}

    bool is_quiet() override {
        char byte = 0;
        const int handle = beast::get_lowest_layer(stream_).socket().native_handle();
        const ssize_t size = ::recv(handle, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        return size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    }

    Task<Exchange> exchange(const HttpRequest& request) override {
        Exchange result;
        const auto message = message_of(request);
        beast::tcp_stream& socket = beast::get_lowest_layer(stream_);
        socket.expires_after(request.timeout);
        const auto [write_error, written] = co_await http::async_write(stream_, message, awaited);
        if (write_error) {
            result.nothing_came = true;
            result.answer = lost(request, write_error);
            co_return result;
        }
        http::response_parser<http::string_body> parser;
        parser.header_limit(header_limit);
        parser.body_limit(request.answer_limit);
        parser.skip(request.method == "HEAD");
        const auto [error, size] = co_await http::async_read(stream_, buffer_, parser, awaited);
        if (error) {
            result.nothing_came = !parser.got_some();
            result.answer = lost(request, error);
            co_return result;
        }
        socket.expires_never();
        result.reusable = parser.keep_alive() && buffer_.size() == 0;
        result.answer = answer_of(parser.release());
        co_return result;
    }

private:
    Stream stream_;
    beast::flat_buffer buffer_;
};

// Sends the name (SNI) and has the certificate checked for it.
void expect_peer(SSL* connection, const std::string& host) {
    boost::system::error_code no_address;
    asio::ip::make_address(host, no_address);
    if (!no_address) {
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(connection), host.c_str());
        return;
    }
    SSL_set_tlsext_host_name(connection, host.c_str());
    SSL_set_hostflags(connection, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    SSL_set1_host(connection, host.c_str());
}

}  // namespace

Task<Outcome<std::unique_ptr<HttpConnection>>> open_connection(
    asio::any_io_executor executor, TlsContext& tls, const HttpRequest& request
) {
    const Duration resolve_timeout = std::min(request.timeout, resolve_max);
    const Outcome<std::vector<tcp::endpoint>> endpoints =
        co_await resolve(executor, request.connect_host, request.port, resolve_timeout);
    if (!endpoints)
        co_return endpoints.error();

    beast::tcp_stream socket(executor);
    socket.expires_after(request.timeout);
    const auto [error, endpoint] = co_await socket.async_connect(*endpoints, awaited);
    if (error) {
        // Asio says only "cancelled" of a socket that could not be opened.
        boost::system::error_code reason;
        if (error == asio::error::operation_aborted)
            socket.socket().open(endpoints->front().protocol(), reason);
        co_return not_connected(request, reason ? reason : error);
    }
    boost::system::error_code ignored;
    socket.socket().set_option(tcp::no_delay(true), ignored);
    std::unique_ptr<HttpConnection> connection;
    if (!request.tls) {
        connection = std::make_unique<Connection<beast::tcp_stream>>(std::move(socket));
        co_return connection;
    }

    TlsStream stream(std::move(socket), tls.get());
    expect_peer(stream.native_handle(), request.connect_host);
    const auto [refused] = co_await stream.async_handshake(asio::ssl::stream_base::client, awaited);
    if (refused)
        co_return not_trusted(request, refused, stream.native_handle());
    connection = std::make_unique<Connection<TlsStream>>(std::move(stream));
    co_return connection;
}

}  // namespace cvmbackup
