#include "bus/pump.hpp"

#include <boost/asio/post.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <poll.h>
#include <unistd.h>

namespace cvmbackup::bus {

namespace asio = boost::asio;

// Both sd-bus and the descriptor close what they hold, hence the duplicate.
Pump::Pump(
    asio::any_io_executor executor,
    sdbus::IConnection& connection,
    std::function<void(std::string)> on_lost
)
    : connection_(connection)
    , on_lost_(std::move(on_lost))
    , descriptor_(executor, ::dup(connection.getEventLoopPollData().fd))
    , timer_(executor) {}

void Pump::wake() {
    if (awake_ || stopped_) {
        return;
    }
    awake_ = true;
    asio::post(descriptor_.get_executor(), [weak = weak_from_this()] {
        if (const auto pump = weak.lock()) {
            pump->awake_ = false;
            pump->turn();
        }
    });
}

void Pump::stop() {
    stopped_ = true;
    on_lost_ = nullptr;
    timer_.cancel();
    descriptor_.close();
}

void Pump::turn() {
    if (stopped_) {
        return;
    }
    try {
        while (!stopped_ && connection_.processPendingRequest()) {
        }
        if (!stopped_) {
            arm();
        }
    } catch (const std::exception& error) {
        lost(error.what());
    }
}

// Asked anew before each wait: events and timeout change with every message.
void Pump::arm() {
    const auto wanted = connection_.getEventLoopPollData();
    descriptor_.cancel();
    timer_.cancel();
    const auto on_event = [weak = weak_from_this()](const boost::system::error_code& error) {
        const auto pump = weak.lock();
        if (!error && pump) {
            pump->turn();
        }
    };
    descriptor_.async_wait(asio::posix::descriptor_base::wait_read, on_event);
    if ((wanted.events & POLLOUT) != 0) {
        descriptor_.async_wait(asio::posix::descriptor_base::wait_write, on_event);
    }
    // sd-bus names the instant on the monotonic clock, which is the timer's.
    if (wanted.timeout_usec < std::uint64_t{std::numeric_limits<std::int64_t>::max()} / 1000) {
        const std::chrono::microseconds at(static_cast<std::int64_t>(wanted.timeout_usec));
        timer_.expires_at(asio::steady_timer::time_point(at));
        timer_.async_wait(on_event);
    }
}

void Pump::lost(const std::string& why) {
    const auto tell = std::move(on_lost_);
    stop();
    if (tell) {
        tell(why);
    }
}

}  // namespace cvmbackup::bus
