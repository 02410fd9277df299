// Who may talk to a server now, and on which kept-alive connection. Private to the HTTPS transport.
#pragma once

#include "cloud/http_connection.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <compare>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace cvmbackup {

struct ServerKey {
    std::string host;
    std::uint16_t port = 0;
    bool tls = true;
    auto operator<=>(const ServerKey&) const = default;
};

class ConnectionPool : public std::enable_shared_from_this<ConnectionPool> {
    struct Server;

public:
    ConnectionPool(
        boost::asio::any_io_executor executor, std::size_t connections_max, Duration idle_max
    );

    // The right to use one connection; given on to the next in line at its end.
    class Lease {
    public:
        Lease(ConnectionPool& pool, const ServerKey& key);
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        ~Lease();

        Task<bool> obtain(Duration timeout);  // false: all connections stayed busy
        // The kept-alive connection used last, if one is still good; else null.
        std::unique_ptr<HttpConnection> take_idle();
        void give_back(std::unique_ptr<HttpConnection> connection);

    private:
        friend class ConnectionPool;

        ConnectionPool& pool_;
        Server& server_;
        boost::asio::steady_timer granted_signal_;
        bool granted_ = false;
        bool waiting_ = false;
    };

private:
    struct Idle {
        std::unique_ptr<HttpConnection> connection;
        bool seen_by_sweep = false;
    };

    struct Server {
        std::vector<Idle> idle;
        std::list<Lease*> line;
        std::size_t leased = 0;
    };

    void arm_sweep();
    void sweep();

    boost::asio::any_io_executor executor_;
    std::size_t connections_max_;
    Duration idle_max_;
    std::map<ServerKey, Server> servers_;
    boost::asio::steady_timer sweep_timer_;
    bool sweep_armed_ = false;
};

}  // namespace cvmbackup
