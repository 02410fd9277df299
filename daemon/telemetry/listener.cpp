#include "telemetry/listener.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <algorithm>
#include <charconv>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

namespace cvmbackup {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

Failure cannot_listen(const std::string& address, const std::string& why) {
    return {
        Remedy::give_up,
        "Listen",
        "the metrics endpoint cannot listen on '" + address + "': " + why +
            ". Correct [metrics] listen",
        ""};
}

std::string words_of(const error_code& error) {
    if (error == asio::error::address_in_use) {
        return "another program listens there";
    }
    return error.message();
}

// "127.0.0.1:9877" or "[::1]:9877".
std::optional<asio::ip::tcp::endpoint> parse_tcp(const std::string& address) {
    const std::size_t colon = address.rfind(':');
    if (colon == std::string::npos) {
        return std::nullopt;
    }
    std::string host = address.substr(0, colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
    }
    std::uint16_t port = 0;
    const char* const end = address.data() + address.size();
    const auto [rest, failed] = std::from_chars(address.data() + colon + 1, end, port);
    error_code error;
    const asio::ip::address ip = asio::ip::make_address(host, error);
    if (error || failed != std::errc() || rest != end) {
        return std::nullopt;
    }
    return asio::ip::tcp::endpoint(ip, port);
}

error_code open(Acceptor& acceptor, const asio::generic::stream_protocol::endpoint& endpoint) {
    error_code error;
    // NOLINTBEGIN(bugprone-unused-return-value): the code is in `error`
    acceptor.open(endpoint.protocol(), error);
    if (!error) {
        acceptor.set_option(asio::socket_base::reuse_address(true), error);
    }
    if (!error) {
        acceptor.bind(endpoint, error);
    }
    if (!error) {
        acceptor.listen(asio::socket_base::max_listen_connections, error);
    }
    // NOLINTEND(bugprone-unused-return-value)
    return error;
}

// A socket whose owner has died refuses connections and may be replaced.
void remove_if_stale(const asio::any_io_executor& executor, const std::string& path) {
    asio::local::stream_protocol::socket probe(executor);
    error_code error;
    probe.connect(asio::local::stream_protocol::endpoint(path), error);
    if (error == asio::error::connection_refused) {
        ::unlink(path.c_str());
    }
}

Outcome<Listener> listen_unix(
    const asio::any_io_executor& executor, const std::string& address, const std::string& path
) {
    constexpr std::size_t longest = 107;  // sun_path, unix(7)
    if (path.empty() || path.front() != '/' || path.size() > longest) {
        return cannot_listen(address, "write an absolute path of at most 107 characters");
    }
    remove_if_stale(executor, path);
    Listener listener{Acceptor(executor), 0, path};
    const error_code error = open(listener.acceptor, asio::local::stream_protocol::endpoint(path));
    if (error) {
        return cannot_listen(address, words_of(error));
    }
    // As open to local users as the loopback address.
    ::chmod(path.c_str(), 0666);
    return listener;
}

}  // namespace

Outcome<Listener> open_listener(const asio::any_io_executor& executor, const std::string& address) {
    constexpr std::string_view unix_prefix = "unix:";
    if (address.starts_with(unix_prefix)) {
        return listen_unix(executor, address, address.substr(unix_prefix.size()));
    }
    const std::optional<asio::ip::tcp::endpoint> endpoint = parse_tcp(address);
    if (!endpoint) {
        return cannot_listen(address, "write it like 127.0.0.1:9877, [::1]:9877 or unix:/path");
    }
    Listener listener{Acceptor(executor), 0, ""};
    if (const error_code error = open(listener.acceptor, *endpoint)) {
        return cannot_listen(address, words_of(error));
    }
    asio::ip::tcp::endpoint bound;
    const auto local = listener.acceptor.local_endpoint();
    bound.resize(local.size());
    std::copy_n(
        reinterpret_cast<const char*>(local.data()),
        local.size(),
        reinterpret_cast<char*>(bound.data())
    );
    listener.port = bound.port();
    return listener;
}

}  // namespace cvmbackup
