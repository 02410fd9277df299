#include "cloud/connection_pool.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace cvmbackup {

namespace asio = boost::asio;

ConnectionPool::ConnectionPool(
    asio::any_io_executor executor, std::size_t connections_max, Duration idle_max
)
    : executor_(std::move(executor))
    , connections_max_(connections_max)
    , idle_max_(idle_max)
    , sweep_timer_(executor_) {}

ConnectionPool::Lease::Lease(ConnectionPool& pool, const ServerKey& key)
    : pool_(pool)
    , server_(pool.servers_[key])
    , granted_signal_(pool.executor_) {}

ConnectionPool::Lease::~Lease() {
    if (waiting_)
        server_.line.remove(this);
    if (!granted_)
        return;
    if (server_.line.empty()) {
        --server_.leased;
        return;
    }
    Lease* next = server_.line.front();
    server_.line.pop_front();
    next->waiting_ = false;
    next->granted_ = true;
    next->granted_signal_.cancel();
}

Task<bool> ConnectionPool::Lease::obtain(Duration timeout) {
    if (server_.leased < pool_.connections_max_) {
        ++server_.leased;
        granted_ = true;
        co_return true;
    }
    waiting_ = true;
    server_.line.push_back(this);
    granted_signal_.expires_after(timeout);
    co_await granted_signal_.async_wait(asio::as_tuple(asio::use_awaitable));
    co_return granted_;
}

std::unique_ptr<HttpConnection> ConnectionPool::Lease::take_idle() {
    while (!server_.idle.empty()) {
        std::unique_ptr<HttpConnection> connection = std::move(server_.idle.back().connection);
        server_.idle.pop_back();
        if (connection->is_quiet())
            return connection;
    }
    return nullptr;
}

void ConnectionPool::Lease::give_back(std::unique_ptr<HttpConnection> connection) {
    Idle idle;
    idle.connection = std::move(connection);
    server_.idle.push_back(std::move(idle));
    pool_.arm_sweep();
}

// Runs only while there is something to close later: an idle daemon is not woken.
void ConnectionPool::arm_sweep() {
    if (std::exchange(sweep_armed_, true))
        return;
    sweep_timer_.expires_after(idle_max_);
    const auto on_time = [pool = weak_from_this()](const boost::system::error_code& error) {
        const auto alive = pool.lock();
        if (!error && alive)
            alive->sweep();
    };
    sweep_timer_.async_wait(on_time);
}

void ConnectionPool::sweep() {
    sweep_armed_ = false;
    bool any_left = false;
    for (auto& [key, server] : servers_) {
        std::erase_if(server.idle, [](const Idle& idle) { return idle.seen_by_sweep; });
        for (Idle& idle : server.idle)
            idle.seen_by_sweep = true;
        any_left = any_left || !server.idle.empty();
    }
    if (any_left)
        arm_sweep();
}

}  // namespace cvmbackup
