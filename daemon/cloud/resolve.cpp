#include "cloud/resolve.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <utility>

namespace cvmbackup {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// Shared with the resolver's handler, which may come long after we have given up.
struct Resolution {
    explicit Resolution(const asio::any_io_executor& executor)
        : resolver(executor)
        , done(executor) {}

    tcp::resolver resolver;
    asio::steady_timer done;
    bool answered = false;
    boost::system::error_code error;
    tcp::resolver::results_type results;
};

Failure not_resolved(const std::string& host, const std::string& why) {
    Failure failure;
    failure.remedy = Remedy::retry_later;
    failure.code = "Resolve";
    failure.text = "the name " + host + " cannot be resolved: " + why +
                   "; check DNS on this machine and the account's endpoint";
    return failure;
}

}  // namespace

Task<Outcome<std::vector<tcp::endpoint>>> resolve(
    asio::any_io_executor executor, std::string host, std::uint16_t port, Duration timeout
) {
    std::vector<tcp::endpoint> endpoints;
    boost::system::error_code no_address;
    const asio::ip::address address = asio::ip::make_address(host, no_address);
    if (!no_address) {
        endpoints.emplace_back(address, port);
        co_return endpoints;
    }
    const auto state = std::make_shared<Resolution>(executor);
    state->done.expires_after(timeout);
    const auto on_answer = [state](boost::system::error_code error, auto results) {
        state->answered = true;
        state->error = error;
        state->results = std::move(results);
        state->done.cancel();
    };
    state->resolver.async_resolve(host, std::to_string(port), on_answer);
    co_await state->done.async_wait(asio::as_tuple(asio::use_awaitable));
    if (!state->answered)
        co_return not_resolved(host, "no answer in time");
    if (state->error)
        co_return not_resolved(host, state->error.message());
    for (const auto& entry : state->results)
        endpoints.push_back(entry.endpoint());
    co_return endpoints;
}

}  // namespace cvmbackup
