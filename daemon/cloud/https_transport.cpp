#include "cloud/https_transport.hpp"

#include "cloud/connection_pool.hpp"
#include "cloud/http_connection.hpp"
#include "cloud/tls_context.hpp"

#include <utility>

namespace cvmbackup {

namespace {

Failure all_busy(const HttpRequest& request) {
    Failure failure;
    failure.remedy = Remedy::retry_later;
    failure.code = "Timeout";
    failure.text = "all connections to " + request.connect_host +
                   " were busy with slow answers; the request was not sent";
    return failure;
}

class HttpsTransport final : public Transport {
public:
    HttpsTransport(boost::asio::any_io_executor executor, HttpsSettings settings)
        : executor_(executor)
        , tls_(std::move(settings.ca_file))
        , pool_(std::make_shared<ConnectionPool>(
              std::move(executor), settings.connections_max, settings.idle_max
          )) {}

    Task<Outcome<HttpAnswer>> send(HttpRequest request) override {
        ServerKey key;
        key.host = request.connect_host;
        key.port = request.port;
        key.tls = request.tls;
        ConnectionPool::Lease lease(*pool_, key);
        const bool obtained = co_await lease.obtain(request.timeout);
        if (!obtained)
            co_return all_busy(request);
        std::unique_ptr<HttpConnection> kept = lease.take_idle();
        if (kept) {
            Exchange exchange = co_await attempt(*kept, request);
            // The server closed a connection it had kept alive, just as we used it.
            const bool try_fresh = exchange.nothing_came && request.repeatable &&
                                   exchange.answer.error().code == "Connection";
            if (exchange.reusable)
                lease.give_back(std::move(kept));
            if (!try_fresh)
                co_return std::move(exchange.answer);
        }
        Outcome<std::unique_ptr<HttpConnection>> fresh =
            co_await open_connection(executor_, tls_, request);
        if (!fresh)
            co_return fresh.error();
        Exchange exchange = co_await attempt(**fresh, request);
        if (exchange.reusable)
            lease.give_back(std::move(*fresh));
        co_return std::move(exchange.answer);
    }

private:
    static Task<Exchange> attempt(HttpConnection& connection, HttpRequest& request) {
        Outcome<void> ready;
        if (request.before_sending)
            ready = request.before_sending(request);
        if (!ready) {
            Exchange unsent;
            unsent.answer = ready.error();
            unsent.reusable = true;
            co_return unsent;
        }
        co_return co_await connection.exchange(request);
    }

    boost::asio::any_io_executor executor_;
    TlsContext tls_;
    std::shared_ptr<ConnectionPool> pool_;
};

}  // namespace

std::unique_ptr<Transport> make_https_transport(
    boost::asio::any_io_executor executor, HttpsSettings settings
) {
    return std::make_unique<HttpsTransport>(std::move(executor), std::move(settings));
}

}  // namespace cvmbackup
